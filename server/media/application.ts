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
import { parseAddress, parseUri, tagOf } from '../sip/message/address.ts';
import { randomToken } from '../sip/proxy/transactions.ts';
import type { LocalApplication } from '../sip/proxy/core.ts';
import type { Logger } from '../log.ts';

/** Who calls an application, as the proxy asserts it. */
export interface ApplicationCaller {
  callId: string;
  name: string | null;
  number: string;
  domain: string;
  /** The request URI: may say for whom the call is (RFC 4458). */
  uri: string;
}

/** What an application does with one caller. */
export interface ApplicationSession {
  /** Answers the first or a later offer. Rejects when there is nothing in common. */
  answer(offer: string): Promise<string>;
  /** The caller has heard of the answer. */
  established(): void;
  /** A digit sent by INFO (`application/dtmf-relay`), as some telephones do. */
  digit(digit: string): void;
  /** The call is over. A BYE is answered when this has resolved: what the caller left behind is safe then. */
  end(): Promise<void>;
}

export interface ApplicationDefinition {
  dialString: string;
  name: string;
  deviceId: string;
  /** Calls at a time. */
  sessions: number;
  /** The longest call, in milliseconds. */
  longestMs: number;
  /** `hangUp` may be called at any time, also when the caller's media is gone. */
  open(caller: ApplicationCaller, hangUp: () => void): Promise<ApplicationSession>;
}

interface Dialog {
  session: ApplicationSession | null;
  invite: SipRequest;
  tag: string;
  timer: NodeJS.Timeout;
  established: boolean;
  ended: Promise<void> | null;
}

const allow: SipHeader = { name: 'Allow', value: 'INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE, INFO' };
/** Storing what a caller left may take so long before the caller's BYE is answered all the same. */
const endMs = 10_000;

/**
 * A telephone inside the server: the SIP side of every media application.
 *
 *   INVITE -> answering -> talking -> ended (BYE from either side);  answering -> ended (CANCEL, no codec)
 */
export const createApplication = (definition: ApplicationDefinition, log: Logger): LocalApplication => {
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
    const contact = { name: 'Contact', value: `<${request.uri}>;automata` };
    const response = respond(request, status, reason, tag, [...routes, contact, allow, ...typed, ...extra]);
    answer({ ...response, body: Buffer.from(sdp) });
  };

  const endSession = async (session: ApplicationSession | null): Promise<void> => {
    const late = Promise.withResolvers<undefined>();
    const timer = setTimeout(() => late.resolve(undefined), endMs);
    const ended = session?.end().catch((error: unknown) => log.warn({ error }, 'application call not ended'));
    await Promise.race([ended, late.promise]);
    clearTimeout(timer);
  };
  /** Resolves when the session has ended; the same for whoever asks. */
  const end = (callId: string, dialog: Dialog, sayBye: boolean): Promise<void> => {
    if (dialog.ended !== null) return dialog.ended;
    clearTimeout(dialog.timer);
    dialog.ended = endSession(dialog.session).then(() => {
      dialogs.delete(callId);
    });
    if (sayBye) sendBye(callId, dialog);
    return dialog.ended;
  };
  const sendBye = (callId: string, { invite, tag }: Dialog): void => {
    const routes = headers(invite, 'Record-Route').map((value) => ({ name: 'Route', value }));
    toProxy({
      kind: 'request',
      method: 'BYE',
      uri: parseAddress(header(invite, 'Contact') ?? '')?.uri ?? '',
      headers: [
        { name: 'Via', value: `SIP/2.0/LOCAL application.invalid;branch=z9hG4bK${randomToken()}` },
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
    const extra: SipHeader[] =
      timer === undefined || /refresher=/.test(timer)
        ? []
        : [
            { name: 'Session-Expires', value: `${timer};refresher=uac` },
            { name: 'Require', value: 'timer' },
          ];
    try {
      if (dialog.session === null) {
        const session = await definition.open(callerOf(request), () => void end(callId, dialog, true));
        if (dialog.ended !== null) return await endSession(session);
        dialog.session = session;
      }
      const sdp = await dialog.session.answer(request.body.toString());
      if (dialog.ended === null) reply(request, 200, 'OK', dialog.tag, extra, sdp);
    } catch {
      log.info({ callId, application: definition.name }, 'application cannot answer this offer');
      if (dialog.ended !== null) return;
      reply(request, 488, 'Not Acceptable Here', dialog.tag);
      if (dialog.invite === request) await end(callId, dialog, false);
    }
  };

  const inDialog = (request: SipRequest, dialog: Dialog, callId: string): void => {
    const { method } = request;
    if (method === 'ACK') {
      if (dialog.established || dialog.session === null) return;
      dialog.established = true;
      dialog.session.established();
    } else if (method === 'BYE') void end(callId, dialog, false).then(() => reply(request, 200, 'OK', dialog.tag));
    else if (request.body.length > 0 && (method === 'INVITE' || method === 'UPDATE'))
      void negotiate(request, dialog, callId);
    else if (method === 'INVITE' || method === 'REFER') reply(request, 488, 'Not Acceptable Here', dialog.tag);
    else {
      const digit = /^\s*Signal\s*=\s*([0-9A-D*#])\s*$/im.exec(request.body.toString().slice(0, 200))?.[1];
      if (method === 'INFO' && digit !== undefined) dialog.session?.digit(digit);
      reply(request, 200, 'OK', dialog.tag);
    }
  };

  const handle = (request: SipRequest): void => {
    const callId = header(request, 'Call-ID') ?? '';
    const dialog = dialogs.get(callId);
    const { method } = request;
    if (method === 'CANCEL') {
      reply(request, 200, 'OK', dialog?.tag ?? randomToken());
      if (dialog === undefined) return;
      reply(dialog.invite, 487, 'Request Terminated', dialog.tag);
      void end(callId, dialog, false);
    } else if (method === 'INVITE' && tagOf(header(request, 'To')) === '') {
      if (dialog !== undefined || dialogs.size >= definition.sessions)
        return reply(request, 486, 'Busy Here', randomToken());
      if (request.body.length === 0) return reply(request, 488, 'Not Acceptable Here', randomToken());
      const begun: Dialog = {
        session: null,
        invite: request,
        tag: randomToken(),
        timer: setTimeout(() => void end(callId, begun, true), definition.longestMs).unref(),
        established: false,
        ended: null,
      };
      dialogs.set(callId, begun);
      void negotiate(request, begun, callId);
    } else if (dialog !== undefined) inDialog(request, dialog, callId);
    else if (method !== 'ACK') reply(request, 481, 'Call/Transaction Does Not Exist', randomToken());
  };

  return {
    dialString: definition.dialString,
    name: definition.name,
    deviceId: definition.deviceId,
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
      await Promise.all([...dialogs].map(([callId, dialog]) => end(callId, dialog, false)));
    },
  };
};

const callerOf = (invite: SipRequest): ApplicationCaller => {
  const asserted = parseAddress(header(invite, 'P-Asserted-Identity') ?? header(invite, 'From') ?? '');
  const uri = parseUri(asserted?.uri ?? '');
  return {
    callId: header(invite, 'Call-ID') ?? '',
    name: asserted?.displayName || null,
    number: uri?.user ?? '',
    domain: uri?.host ?? '',
    uri: invite.uri,
  };
};
