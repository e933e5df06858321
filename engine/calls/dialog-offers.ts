/**
 * One offer at a time per dialog (RFC 3261 §14). Wishes that come while an offer is under way are kept and carried
 * out afterwards; 491 means waiting the time of §14.1 and making a new offer, never the end of the call.
 */
import type { Clock } from '../ports/ports.ts';
import { whenGathered } from './gathering.ts';

export interface OfferHandlers {
  onSuccessResponse(response: { body?: string | null }): void;
  onErrorResponse(response: { status_code: number }): void;
  onRequestTimeout(): void;
  onTransportError(): void;
  onDialogError(): void;
}
export interface OfferDialog {
  connection: RTCPeerConnection;
  /** Another INVITE or UPDATE is under way. */
  isBusy(): boolean;
  invite(sdp: string, handlers: OfferHandlers): void;
  acknowledge(): void;
}
export interface DialogOffersOptions {
  dialog: OfferDialog;
  clock: Clock;
  /** The caller owns the Call-ID and waits longer after a glare. */
  isCaller: boolean;
  /** Sets directions and tracks before the offer is made. */
  prepare(): Promise<void>;
  /** The other side has agreed to what `prepare` set. */
  agreed(): void;
  /** The other side refused. */
  refused(): void;
  /** The other side does not know the dialog any more. */
  gone(): void;
}
export interface DialogOffers {
  /** True while an offer of ours is under way: an offer of the other side has to be answered with 491. */
  readonly offering: boolean;
  renegotiate(wish: { iceRestart: boolean }): void;
  /** The line was lost or is back: an unanswered offer is made anew. */
  stop(): void;
}

const busyWait = 100;

export const createDialogOffers = (options: DialogOffersOptions): DialogOffers => {
  const { dialog, clock } = options;
  let wish: { iceRestart: boolean } | null = null;
  let offering = false;
  let stopped = false;
  let waiting: (() => void) | null = null;

  const later = (delay: number): void => {
    waiting?.();
    waiting = clock.after(delay, () => {
      waiting = null;
      run();
    });
  };
  const settle = (next: { iceRestart: boolean } | null, delay: number): void => {
    offering = false;
    if (next) wish = { iceRestart: next.iceRestart || (wish?.iceRestart ?? false) };
    if (wish && !stopped) later(delay);
  };
  const rollBack = async (): Promise<void> => {
    if (dialog.connection.signalingState === 'have-local-offer')
      await dialog.connection.setLocalDescription({ type: 'rollback' });
  };
  const offer = async (current: { iceRestart: boolean }): Promise<void> => {
    await options.prepare();
    const { connection } = dialog;
    const description = await connection.createOffer({ iceRestart: current.iceRestart });
    // Only new candidates need the offer to be in force before it is agreed. The others wait for the answer, so that a
    // refusal leaves nothing to take back: Chromium's Web Audio stays silent after a rollback from `inactive`.
    let applied = current.iceRestart;
    if (applied) {
      await connection.setLocalDescription(description);
      await whenGathered(connection, clock);
    }
    const fail = (next: { iceRestart: boolean } | null, delay: number): void => {
      void rollBack().finally(() => settle(next, delay));
    };
    let answered = false;
    dialog.invite((applied ? connection.localDescription?.sdp : description.sdp) ?? '', {
      onSuccessResponse: ({ body }) => {
        dialog.acknowledge();
        if (answered) return; // A repeated 2xx is acknowledged again, nothing else.
        answered = true;
        Promise.resolve(applied ? undefined : connection.setLocalDescription(description))
          .then(() => {
            applied = true;
            return connection.setRemoteDescription({ type: 'answer', sdp: body ?? '' });
          })
          .then(() => {
            settle(null, 0);
            options.agreed();
          })
          .catch(() => {
            fail(null, 0);
            options.refused();
          });
      },
      onErrorResponse: ({ status_code: status }) => {
        // 499: how `sip-socket.ts` names a 491, so that the stale offer is not repeated below us.
        if (status === 491 || status === 499 || status === 500) {
          const glareWait = options.isCaller ? 2100 + 1900 * clock.random() : 2000 * clock.random();
          fail(current, Math.round(glareWait / 10) * 10);
        } else {
          fail(null, 0);
          options.refused();
        }
      },
      onRequestTimeout: () => fail(current, 1000),
      onTransportError: () => fail(current, 1000),
      onDialogError: () => options.gone(),
    });
  };
  const run = (): void => {
    if (stopped || offering || !wish || waiting) return;
    if (dialog.isBusy()) {
      later(busyWait);
      return;
    }
    const current = wish;
    wish = null;
    offering = true;
    offer(current).catch(() => {
      void rollBack().finally(() => settle(null, 0));
      options.refused();
    });
  };
  return {
    get offering() {
      return offering;
    },
    renegotiate: (next) => {
      wish = { iceRestart: next.iceRestart || (wish?.iceRestart ?? false) };
      run();
    },
    stop: () => {
      stopped = true;
      waiting?.();
      waiting = null;
    },
  };
};
