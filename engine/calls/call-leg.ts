/** One session with its sound: hold, mute, digits, and coming back after the line or the media were lost (TEL-14). */
import type { Clock } from '../ports/ports.ts';
import type { CallEndReason } from '../state/types.ts';
import type { HoldMusic, PlayedMusic } from './hold-music.ts';
import { endReasonOfCancel, endReasonOfStatus, type CallEvent } from './call-machine.ts';
import { orderCodecs } from './codecs.ts';
import { createDialogOffers } from './dialog-offers.ts';
import { createCandidateCap, hasServers } from './gathering.ts';
import { assertedNumber, dialogOf, type DialogFacts, type SipRequest, type SipSession } from './softphone.ts';

export interface CallLegOptions {
  session: SipSession;
  clock: Clock;
  speakerId: string | null;
  holdMusic: HoldMusic;
  iceServers: RTCIceServer[];
  /** The leg carries on a call that had another dialog before. */
  carriedOn?: { held: boolean; muted: boolean };
  refer(number: string, done: (answered: boolean) => void): void;
  /** Whether requests reach the server now. */
  isRegistered(): boolean;
  event(event: CallEvent): void;
}
export interface CallLeg {
  answer(microphone: MediaStream): void;
  reject(): void;
  hangUp(): void;
  setHold(hold: boolean): void;
  setMuted(muted: boolean): void;
  sendDigit(digit: string): void;
  /** The leg owns the stream from here on and stops it at the end. */
  useMicrophone(stream: MediaStream): void;
  setSpeaker(deviceId: string | null): void;
  lineLost(): void;
  lineBack(): void;
  /** The way to the other side may have changed: find a new one. */
  networkChanged(): void;
  /** Puts the other side on hold and hands it on to `number`; ends here when somebody has answered there. */
  transfer(number: string): void;
  /** The dialog, once there is one. */
  dialog(): DialogFacts | null;
  /** Numbers and names of the other side that the server has vouched for. */
  identities(): string[];
  /** A microphone of its own for the leg that takes this one's place. */
  copyMicrophone(): MediaStream;
  /** Another leg has taken the call: falls silent and says no more. */
  release(): void;
}

/** `setSinkId` is not in every browser. */
interface SinkElement extends HTMLAudioElement {
  setSinkId(id: string): Promise<void>;
}
/** What the library says when it would end a call that we keep. */
const recoverableCauses = new Set(['RTP Timeout', 'Connection Error', 'Request Timeout']);
const disconnectedPatience = 2_000;
const silencePatience = 60_000;
/** Longer than anybody lets it ring. */
const transferPatience = 200_000;
const digitDuration = 160;
const digitGap = 70;

const statusOf = (message: unknown): number =>
  typeof message === 'object' && message !== null && 'status_code' in message ? Number(message.status_code) : 0;
const headerOf = (message: unknown, name: string): string | undefined =>
  typeof message === 'object' && message !== null && 'getHeader' in message
    ? (message as SipRequest).getHeader(name)
    : undefined;

/** Whether the sender of the description does not want to hear us (RFC 3264 §8.4). */
const isHolding = (sdp: string): boolean => {
  const [session = '', audio = ''] = sdp.split(/^m=/m).filter((part, at) => at === 0 || part.startsWith('audio'));
  return /^a=(?:sendonly|inactive)/m.test(/^a=(?:sendrecv|recvonly|sendonly|inactive)/m.test(audio) ? audio : session);
};

export const createCallLeg = (options: CallLegOptions): CallLeg => {
  const { session, clock } = options;
  const isCaller = session.direction === 'outgoing';
  const speaker = new Audio() as SinkElement;
  speaker.autoplay = true;
  let microphone: MediaStream | null = null;
  /** What the other side hears while we hold. */
  let music: PlayedMusic | null = null;
  let muted = options.carriedOn?.muted ?? false;
  const heldBefore = options.carriedOn?.held ?? false;
  let hold = { wanted: heldBefore, offered: heldBefore, agreed: heldBefore };
  let signalling = true;
  let mediaLost = options.carriedOn !== undefined;
  /** `null`: not told yet in this dialog. */
  let remoteHold: boolean | null = options.carriedOn ? null : false;
  let asserted: string | undefined;
  let ended = false;
  let hangingUp = false;
  let transferring = false;
  let rejecting = false;
  let cancelPatience: (() => void) | null = null;
  let cancelSilence: (() => void) | null = null;

  const track = (): MediaStreamTrack | null => microphone?.getAudioTracks()[0] ?? null;
  const transceiver = (): RTCRtpTransceiver | undefined =>
    session.connection
      .getTransceivers()
      .find((candidate) => candidate.receiver.track.kind === 'audio' && candidate.direction !== 'stopped');
  const enableMicrophone = (): void => {
    const own = track();
    if (own) own.enabled = !muted;
  };
  /** A held call sends music and nothing of the microphone, whatever the descriptions say. */
  const routeMicrophone = async (): Promise<void> => {
    enableMicrophone();
    speaker.muted = hold.wanted;
    const former = hold.wanted ? null : music;
    music = hold.wanted && !ended ? (music ?? options.holdMusic.play()) : null;
    await transceiver()?.sender.replaceTrack(music?.track ?? track());
    former?.stop();
  };
  const setDirection = (): void => {
    const audio = transceiver();
    if (audio) audio.direction = hold.wanted ? 'sendonly' : 'sendrecv';
  };
  /** An offer that sends only does not take up the transceiver of the own track (RFC 9429 §5.10): ours moves into it. */
  const joinOffer = (): void => {
    const audio = session.connection.getTransceivers().filter(({ receiver }) => receiver.track.kind === 'audio');
    if (!audio.some(({ mid }) => mid !== null)) return;
    for (const unused of audio) if (unused.mid === null) unused.stop();
  };
  const showLink = (): void =>
    options.event({ type: 'linkChanged', link: signalling && !mediaLost ? 'good' : 'reconnecting' });
  const setSpeaker = (deviceId: string | null): void => {
    if ('setSinkId' in speaker) void speaker.setSinkId(deviceId ?? '').catch(() => undefined);
  };
  setSpeaker(options.speakerId);

  const release = (): void => {
    ended = true;
    offers.stop();
    cancelPatience?.();
    cancelSilence?.();
    for (const own of microphone?.getTracks() ?? []) own.stop();
    music?.stop();
    speaker.srcObject = null;
  };
  const finish = (reason: CallEndReason): void => {
    if (ended) return;
    release();
    options.event({ type: 'ended', reason, at: clock.now() });
  };
  const endSession = (): void => {
    if (!session.isEnded()) terminate({});
  };
  const offers = createDialogOffers({
    clock,
    isCaller,
    dialog: {
      get connection() {
        return session.connection;
      },
      isBusy: () => !session.isReadyToReOffer(),
      invite: (sdp, eventHandlers) =>
        session.sendRequest('INVITE', {
          extraHeaders: [`Contact: ${session.contact}`, 'Content-Type: application/sdp'],
          body: sdp,
          eventHandlers,
        }),
      acknowledge: () => session.sendRequest('ACK'),
    },
    prepare: async () => {
      hold = { ...hold, offered: hold.wanted };
      setDirection();
      await routeMicrophone();
    },
    agreed: () => {
      const { offered } = hold;
      const changed = hold.agreed !== offered;
      hold = { ...hold, agreed: offered };
      if (changed && hold.wanted === offered) options.event({ type: 'holdSettled', held: offered });
      signalling = true;
      showLink();
    },
    refused: () => {
      const changed = hold.wanted !== hold.agreed;
      hold = { ...hold, wanted: hold.agreed };
      setDirection();
      void routeMicrophone();
      if (changed) options.event({ type: 'holdSettled', held: hold.agreed });
    },
    gone: () => {
      finish('remoteHungUp');
      endSession();
    },
  });
  const restartMedia = (): void => {
    if (!ended && session.isEstablished() && options.isRegistered()) offers.renegotiate({ iceRestart: true });
  };
  const mediaBroken = (patience: number): void => {
    mediaLost = true;
    showLink();
    cancelPatience?.();
    // The callee waits a little longer, so that not both offer at once.
    cancelPatience = clock.after(patience + (isCaller ? 0 : 700), restartMedia);
    cancelSilence ??= clock.after(silencePatience, () => {
      finish('failed');
      endSession();
    });
  };
  const mediaBack = (): void => {
    cancelPatience?.();
    cancelSilence?.();
    cancelPatience = cancelSilence = null;
    mediaLost = false;
    showLink();
  };

  // The library ends a call when its line or media are lost. Those ends are ours to decide.
  const terminate = session.terminate.bind(session);
  session.terminate = (request) => {
    const recoverable = request?.cause !== undefined && recoverableCauses.has(request.cause);
    if (recoverable && session.isEstablished()) {
      if (request.cause === 'RTP Timeout') mediaBroken(0);
      return;
    }
    terminate(request);
  };

  const watch = (connection: RTCPeerConnection): void => {
    connection.addEventListener('track', ({ track: heard }) => {
      // Fires again after a resume: the element keeps playing the track it has.
      const playing = speaker.srcObject instanceof MediaStream ? speaker.srcObject.getAudioTracks()[0] : null;
      if (heard.kind === 'audio' && playing?.id !== heard.id) speaker.srcObject = new MediaStream([heard]);
    });
    connection.addEventListener('iceconnectionstatechange', () => {
      const state = connection.iceConnectionState;
      if (ended) return;
      if (state === 'connected' || state === 'completed') mediaBack();
      else if (state === 'disconnected') mediaBroken(disconnectedPatience);
    });
  };
  if (isCaller) watch(session.connection);
  else session.on('peerconnection', ({ peerconnection }) => watch(peerconnection));

  let cap: ReturnType<typeof createCandidateCap> | null = null;
  let capReady: (() => void) | null = null;
  session.on('icecandidate', ({ candidate, ready }) => {
    if (capReady !== ready) {
      cap?.cancel();
      capReady = ready;
      cap = createCandidateCap(clock, hasServers(session.connection), ready);
    }
    cap?.candidate(candidate);
  });
  session.on('connecting', () => {
    if (isCaller) orderCodecs(session.connection);
  });
  session.on('progress', () => {
    if (isCaller) options.event({ type: 'progressed' });
  });
  session.on('accepted', ({ response }: { response?: SipRequest | null }) => {
    if (response) asserted = assertedNumber(response);
    options.event({ type: 'answered', at: clock.now() });
    // The media may have been quicker than the answer, which nobody heard yet.
    if (options.carriedOn) showLink();
  });
  // Between the own track's arrival and the description: a call that was held before stays so from the first word.
  session.on('connecting', () => {
    if (!isCaller) joinOffer();
    setDirection();
    void routeMicrophone();
  });
  session.on('sdp', ({ originator, sdp }) => {
    if (originator !== 'remote' || remoteHold === isHolding(sdp)) return;
    remoteHold = isHolding(sdp);
    options.event({ type: 'remoteHoldChanged', held: remoteHold });
  });
  session.on('reinvite', ({ reject }) => {
    if (offers.offering) reject({ status_code: 491 });
  });
  session.on('ended', ({ originator }) => {
    const remote = originator === 'remote' && !hangingUp;
    finish(
      remote && transferring
        ? 'transferred'
        : remote
          ? 'remoteHungUp'
          : hangingUp || originator === 'local'
            ? 'hungUp'
            : 'failed',
    );
  });
  session.on('failed', ({ originator, message, cause }) => {
    const status = statusOf(message);
    if (rejecting) finish('rejected');
    else if (hangingUp) finish('cancelled');
    else if (cause === 'User Denied Media Access') finish('microphoneDenied');
    else if (isCaller) finish(status > 0 ? endReasonOfStatus(status, headerOf(message, 'Reason')) : 'failed');
    else if (originator === 'remote') finish(endReasonOfCancel(headerOf(message, 'Reason')));
    else finish('noAnswer');
  });

  const setHold = (wanted: boolean): void => {
    if (!session.isEstablished() || hold.wanted === wanted) return;
    hold = { ...hold, wanted };
    options.event({ type: 'holdWished', hold: wanted });
    if (wanted) void routeMicrophone();
    offers.renegotiate({ iceRestart: false });
  };

  return {
    answer: (stream) => {
      microphone = stream;
      enableMicrophone();
      session.answer({ mediaStream: stream, pcConfig: { iceServers: options.iceServers } });
    },
    reject: () => {
      rejecting = true;
      if (!session.isEnded()) terminate({ status_code: 603, reason_phrase: 'Decline' });
    },
    hangUp: () => {
      hangingUp = true;
      endSession();
      finish('hungUp');
    },
    setHold,
    setMuted: (next) => {
      muted = next;
      const own = track();
      if (own) own.enabled = !next;
      if (next) session.mute({ audio: true });
      else session.unmute({ audio: true });
      options.event({ type: 'muteChanged', muted: next });
    },
    sendDigit: (digit) => {
      const sender = transceiver()?.sender.dtmf;
      if (!sender || !/^[0-9*#]$/.test(digit)) return;
      sender.insertDTMF(sender.toneBuffer + digit, digitDuration, digitGap);
      options.event({ type: 'digitSent', digit });
    },
    useMicrophone: (stream) => {
      const before = microphone;
      microphone = stream;
      enableMicrophone();
      if (before === null || before === stream) return;
      void routeMicrophone().finally(() => {
        for (const old of before.getTracks()) old.stop();
      });
    },
    setSpeaker,
    lineLost: () => {
      if (!session.isEstablished()) return;
      signalling = false;
      showLink();
    },
    lineBack: () => {
      if (ended || !session.isEstablished()) return;
      if (mediaLost) {
        restartMedia();
        return;
      }
      session.sendRequest('UPDATE', {
        extraHeaders: [`Contact: ${session.contact}`],
        eventHandlers: {
          onSuccessResponse: () => {
            signalling = true;
            showLink();
          },
          // Refused, but by the other side: the dialog lives.
          onErrorResponse: () => {
            signalling = true;
            showLink();
          },
          onRequestTimeout: () => undefined,
          onTransportError: () => undefined,
          onDialogError: () => {
            finish('remoteHungUp');
            endSession();
          },
        },
      });
    },
    networkChanged: restartMedia,
    transfer: (number) => {
      if (ended || transferring || !session.isEstablished()) return;
      transferring = true;
      setHold(true);
      options.event({ type: 'transferChanged', transfer: 'pending' });
      const settle = (answered: boolean): void => {
        if (!transferring) return;
        transferring = false;
        cancelTransfer();
        if (ended) return;
        if (!answered) {
          options.event({ type: 'transferChanged', transfer: 'failed' });
          return;
        }
        finish('transferred');
        endSession();
      };
      const cancelTransfer = clock.after(transferPatience, () => settle(false));
      options.refer(number, settle);
    },
    dialog: () => dialogOf(session),
    identities: () => [String(session.remote_identity.uri.user ?? ''), ...(asserted === undefined ? [] : [asserted])],
    copyMicrophone: () => new MediaStream(microphone?.getTracks().map((own) => own.clone()) ?? []),
    release,
  };
};
