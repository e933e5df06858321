import {
  cseq,
  header,
  headers,
  respond,
  type SipHeader,
  type SipMessage,
  type SipRequest,
  type SipResponse,
} from '../sip/message/message.ts';
import { parseAddress, tagOf } from '../sip/message/address.ts';
import { randomToken } from '../sip/proxy/transactions.ts';
import type { LocalApplication } from '../sip/proxy/core.ts';
import type { Logger } from '../log.ts';
import type { EchoMedia, MediaSession } from './media-port.ts';

export interface EchoLimits {
  sessions: number;
  /** The longest test, in milliseconds. */
  longestMs: number;
}

interface Dialog {
  media: MediaSession | null;
  invite: SipRequest;
  tag: string;
  timer: NodeJS.Timeout;
  ended: boolean;
}

const allow: SipHeader = { name: 'Allow', value: 'INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE, INFO' };

/**
 * The echo test (801) as a telephone inside the server: answers at once, sends back what it hears, and ends on BYE,
 * when the caller's media is gone, or after a while.
 *
 *   INVITE -> answering -> talking -> ended (BYE from either side);  answering -> ended (CANCEL, no codec)
 */
export const createEchoApplication = (
  media: EchoMedia,
  log: Logger,
  limits: EchoLimits = { sessions: 50, longestMs: 600_000 },
): LocalApplication => {
  const dialogs = new Map<string, Dialog>();
  let toProxy: (request: SipRequest) => void = () => undefined;
  let answer: (response: SipResponse) => void = () => undefined;

  const reply = (
    request: SipRequest,
    status: number,
    reason: string,
    tag: string,
    extra: SipHeader[] = [],
    sdp = '',
  ): void => {
    const routes = request.headers.filter(({ name }) => name === 'Record-Route');
    const typed: SipHeader[] = sdp === '' ? [] : [{ name: 'Content-Type', value: 'application/sdp' }];
    const contact = { name: 'Contact', value: `<${request.uri}>` };
    const response = respond(request, status, reason, tag, [...routes, contact, allow, ...typed, ...extra]);
    answer({ ...response, body: Buffer.from(sdp) });
  };

  const end = (callId: string, sayBye: boolean): void => {
    const dialog = dialogs.get(callId);
    if (dialog === undefined || dialog.ended) return;
    dialog.ended = true;
    clearTimeout(dialog.timer);
    dialogs.delete(callId);
    void dialog.media?.close().catch((error: unknown) => log.warn({ error }, 'echo media not closed'));
    if (!sayBye) return;
    const { invite, tag } = dialog;
    const routes = headers(invite, 'Record-Route').map((value) => ({ name: 'Route', value }));
    toProxy({
      kind: 'request',
      method: 'BYE',
      uri: parseAddress(header(invite, 'Contact') ?? '')?.uri ?? '',
      headers: [
        { name: 'Via', value: `SIP/2.0/LOCAL echo.invalid;branch=z9hG4bK${randomToken()}` },
        { name: 'Max-Forwards', value: '70' },
        { name: 'From', value: `${header(invite, 'To')};tag=${tag}` },
        { name: 'To', value: header(invite, 'From') ?? '' },
        { name: 'Call-ID', value: callId },
        { name: 'CSeq', value: `${cseq(invite).number + 1} BYE` },
        ...routes,
      ],
      body: Buffer.alloc(0),
    });
  };

  const negotiate = async (request: SipRequest, dialog: Dialog, callId: string): Promise<void> => {
    const timer = header(request, 'Session-Expires');
    const session: SipHeader[] =
      timer === undefined || /refresher=/.test(timer)
        ? []
        : [
            { name: 'Session-Expires', value: `${timer};refresher=uac` },
            { name: 'Require', value: 'timer' },
          ];
    try {
      dialog.media ??= await media.open(() => end(callId, true));
      const sdp = await dialog.media.answer(request.body.toString());
      if (dialog.ended) await dialog.media.close();
      else reply(request, 200, 'OK', dialog.tag, session, sdp);
    } catch {
      log.info({ callId }, 'echo test cannot answer this offer');
      reply(request, 488, 'Not Acceptable Here', dialog.tag);
      if (dialog.invite === request) end(callId, false);
    }
  };

  const handle = (request: SipRequest): void => {
    const callId = header(request, 'Call-ID') ?? '';
    const dialog = dialogs.get(callId);
    const { method } = request;
    if (method === 'ACK') return;
    if (method === 'CANCEL') {
      reply(request, 200, 'OK', dialog?.tag ?? randomToken());
      if (dialog === undefined) return;
      reply(dialog.invite, 487, 'Request Terminated', dialog.tag);
      end(callId, false);
    } else if (method === 'INVITE' && tagOf(header(request, 'To')) === '') {
      if (dialog !== undefined || dialogs.size >= limits.sessions)
        return reply(request, 486, 'Busy Here', randomToken());
      if (request.body.length === 0) return reply(request, 488, 'Not Acceptable Here', randomToken());
      const timer = setTimeout(() => end(callId, true), limits.longestMs).unref();
      const begun: Dialog = { media: null, invite: request, tag: randomToken(), timer, ended: false };
      dialogs.set(callId, begun);
      void negotiate(request, begun, callId);
    } else if (dialog === undefined) reply(request, 481, 'Call/Transaction Does Not Exist', randomToken());
    else if (method === 'BYE') {
      reply(request, 200, 'OK', dialog.tag);
      end(callId, false);
    } else if (request.body.length > 0 && (method === 'INVITE' || method === 'UPDATE'))
      void negotiate(request, dialog, callId);
    else if (method === 'INVITE' || method === 'REFER') reply(request, 488, 'Not Acceptable Here', dialog.tag);
    else reply(request, 200, 'OK', dialog.tag);
  };

  return {
    dialString: '801',
    name: 'Echo',
    deviceId: 'application:echo',
    peer: {
      transport: 'LOCAL',
      open: true,
      // Later, so that an answer never overtakes the bookkeeping of the sender.
      send: (message: SipMessage) => {
        if (message.kind === 'request') setImmediate(() => handle(message));
      },
    },
    attach: (request, response) => {
      toProxy = request;
      answer = response;
    },
    close: async () => {
      const open = [...dialogs.values()];
      for (const callId of [...dialogs.keys()]) end(callId, false);
      await Promise.all(open.map((dialog) => dialog.media?.close().catch(() => undefined)));
    },
  };
};
