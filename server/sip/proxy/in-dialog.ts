import { parseAddress, parseUri } from '../message/address.ts';
import { cseq, header, headers, withHeader, without, type SipHeader, type SipRequest } from '../message/message.ts';
import type { Call, Party } from '../calls/call-book.ts';
import type { SipPeer } from '../transport/sip-connection.ts';
import type { ProxyCore, Sender } from './core.ts';
import { readRoute, type DialogParties } from './route-token.ts';
import { randomToken, type ClientTransaction, type ServerTransaction } from './transactions.ts';

/** The dialog of a request, when its Route is ours and the sender is one of the two parties. */
export interface DialogRoute {
  parties: DialogParties;
  from: 'caller' | 'callee';
}

export const dialogRoute = (request: SipRequest, sender: Sender, key: Buffer): DialogRoute | null => {
  const parties = readRoute(header(request, 'Route') ?? '', key);
  if (parties === null) return null;
  if (parties.caller.deviceId === sender.deviceId && parties.caller.userId === sender.userId)
    return { parties, from: 'caller' };
  if (parties.callee.deviceId === sender.deviceId && parties.callee.userId === sender.userId)
    return { parties, from: 'callee' };
  return null;
};

const otherOf = ({ parties, from }: DialogRoute) => (from === 'caller' ? parties.callee : parties.caller);

/** The running call of a route token, also one that a former run of the server left open. */
export const reviveCall = ({ calls }: ProxyCore, parties: DialogParties): Call | undefined => {
  const party = ({ userId, deviceId }: { userId: string; deviceId: string }): Party => ({
    userId: userId === '' ? null : userId,
    deviceId,
    name: null,
    number: '',
  });
  return calls.revive(parties.callKey, party(parties.caller), party(parties.callee));
};

export interface Destination {
  peer: SipPeer;
  uri: string;
}

/** Carries requests inside dialogs to where the other party is now (RFC 3261 §16.12 with our route tokens). */
export class DialogCarrier {
  readonly #core: ProxyCore;
  readonly #waiting = new Set<() => void>();

  constructor(core: ProxyCore) {
    this.#core = core;
  }

  /** Somebody has (re)registered: look again for those who wait. */
  reachabilityChanged(): void {
    for (const look of [...this.#waiting]) look();
  }

  /** ACK of a 2xx: no transaction of its own. */
  acknowledge(request: SipRequest, route: DialogRoute): void {
    this.whenThere(otherOf(route), request.uri, (destination) => {
      if (destination === null) return;
      const via = `SIP/2.0/${destination.peer.transport} ${this.#core.via};branch=z9hG4bK${randomToken()}`;
      const onward = this.#onward(request, destination);
      destination.peer.send({ ...onward, headers: [{ name: 'Via', value: via }, ...onward.headers] });
    });
  }

  /** `request`: as it goes on, where that differs from how it came. */
  carry(server: ServerTransaction, route: DialogRoute, request: SipRequest = server.request): void {
    const call = this.#callOf(route, header(request, 'Call-ID') ?? '');
    this.#follow(call, request, route);
    if (call !== undefined && tellsOfAnswer(request))
      call.transferredBy = route.from === 'caller' ? 'callee' : 'caller';
    if (request.method === 'BYE' && call !== undefined) this.#end(call);
    let client: ClientTransaction | null = null;
    let cancelled: string | null = null;
    server.cancelled = (reason) => {
      cancelled = reason ?? '';
      if (client === null) this.#core.transactions.refuse(server, 487, 'Request Terminated');
      else this.#core.transactions.cancel(client, cancelled);
    };
    const attempt = (left: number): void =>
      this.whenThere(otherOf(route), request.uri, (destination) => {
        if (cancelled !== null) return;
        if (destination === null) {
          this.#core.transactions.refuse(server, request.method === 'BYE' ? 481 : 480, 'Party Is Gone');
          return;
        }
        const { peer } = destination;
        const onward = this.#onward(request, destination);
        client = this.#core.transactions.send(onward, peer, this.#core.via, (response) => {
          // The connection broke under the request: the party may be about to come back over another.
          if (response.status === 408 && !peer.open && left > 0) return attempt(left - 1);
          if (response.status === 481 && call !== undefined && isTargetRefresh(request.method)) this.#end(call);
          if (response.status >= 200 && response.status < 300) this.#followResponse(call, response, route);
          this.#core.transactions.respond(server, response);
        });
      });
    attempt(2);
  }

  /** Says BYE to a party in the other's name: that one is gone for good. */
  hangUp(call: Call, to: 'caller' | 'callee', cause: string): void {
    const { dialog } = call;
    const party = call[to];
    if (dialog === null || party.deviceId === null) return;
    const own = dialog[to];
    const other = dialog[to === 'caller' ? 'callee' : 'caller'];
    const destination = this.#find(party, own.target);
    if (destination === null) return;
    other.sequence += 1;
    const fields: SipHeader[] = [
      { name: 'Max-Forwards', value: '70' },
      { name: 'From', value: other.address },
      { name: 'To', value: own.address },
      { name: 'Call-ID', value: dialog.callId },
      { name: 'CSeq', value: `${other.sequence} BYE` },
      { name: 'Reason', value: cause },
    ];
    this.#core.transactions.send(
      { kind: 'request', method: 'BYE', uri: destination.uri, headers: fields, body: Buffer.alloc(0) },
      destination.peer,
      this.#core.via,
      () => undefined,
    );
  }

  #end(call: Call): void {
    const result = (side: 'caller' | 'callee') => (call.transferredBy === side ? 'transferred' : 'answered');
    this.#core.calls.ended(call, { caller: result('caller'), callee: result('callee') }, new Date(this.#core.now()));
  }

  /** The call whose present dialog this is; a replaced dialog may end without it. */
  #callOf({ parties }: DialogRoute, callId: string): Call | undefined {
    const call = reviveCall(this.#core, parties);
    if (call?.callee.deviceId !== parties.callee.deviceId) return undefined;
    return call.dialog === null || call.dialog.callId === callId ? call : undefined;
  }

  /** Keeps what `hangUp` will need. */
  #follow(call: Call | undefined, request: SipRequest, { from }: DialogRoute): void {
    if (call === undefined) return;
    const to = from === 'caller' ? 'callee' : 'caller';
    const contact = parseAddress(header(request, 'Contact') ?? '')?.uri;
    if (call.dialog === null) {
      const ends = {
        [from]: { address: header(request, 'From') ?? '', target: contact ?? '', sequence: cseq(request).number },
        [to]: { address: header(request, 'To') ?? '', target: request.uri, sequence: 2 ** 20 },
      } as Record<'caller' | 'callee', { address: string; target: string; sequence: number }>;
      call.dialog = { callId: header(request, 'Call-ID') ?? '', caller: ends.caller, callee: ends.callee };
      return;
    }
    const own = call.dialog[from];
    own.sequence = Math.max(own.sequence, cseq(request).number);
    if (contact !== undefined && isTargetRefresh(request.method)) own.target = contact;
  }

  #followResponse(call: Call | undefined, response: Parameters<typeof header>[0], { from }: DialogRoute): void {
    const contact = parseAddress(header(response, 'Contact') ?? '')?.uri;
    if (call?.dialog === null || call === undefined || contact === undefined) return;
    if (isTargetRefresh(cseq(response).method)) call.dialog[from === 'caller' ? 'callee' : 'caller'].target = contact;
  }

  #onward(request: SipRequest, { uri }: Destination): SipRequest {
    const [, ...routes] = headers(request, 'Route');
    const hops = Number(header(request, 'Max-Forwards') ?? 70) - 1;
    const kept = without(
      request.headers,
      'Route',
      'Authorization',
      'Proxy-Authorization',
      'P-Asserted-Identity',
      'P-Preferred-Identity',
      'Remote-Party-Id',
    );
    return {
      ...request,
      uri,
      headers: [
        ...withHeader(kept, 'Max-Forwards', String(hops)),
        ...routes.map((value) => ({ name: 'Route', value })),
      ],
    };
  }

  #find(party: { userId: string | null; deviceId: string | null }, uri: string): Destination | null {
    const application = this.#core.applications.find(({ deviceId }) => deviceId === party.deviceId);
    if (application !== undefined) return { peer: application.peer, uri };
    if (party.userId === null || party.deviceId === null) return null;
    const bindings = this.#core.location.ofDevice(party.userId, party.deviceId);
    const user = parseUri(uri)?.user;
    const same = bindings.find(({ contactUser }) => contactUser === user);
    if (same !== undefined) return { peer: same.connection, uri };
    // Kamailio knows best where an address of its dialogs is.
    const edge = bindings.find(({ connection }) => connection === this.#core.edge)?.connection;
    if (edge !== undefined) return { peer: edge, uri };
    const latest = bindings.at(-1);
    return latest === undefined ? null : { peer: latest.connection, uri: latest.contact };
  }

  /** Now, or when the party has reconnected, or with `null` when that takes too long. */
  whenThere(
    party: { userId: string | null; deviceId: string | null },
    uri: string,
    then: (destination: Destination | null) => void,
  ): void {
    const look = (last: boolean): void => {
      const destination = this.#find(party, uri);
      if (destination === null && !last) return;
      clearTimeout(timer);
      this.#waiting.delete(again);
      then(destination);
    };
    const again = (): void => look(false);
    const timer = setTimeout(() => look(true), this.#core.timing.reconnectMs).unref();
    this.#waiting.add(again);
    look(false);
  }
}

/** The last word on a REFER: somebody has answered where the other party was sent (RFC 3515 §2.4.5). */
const tellsOfAnswer = (request: SipRequest): boolean =>
  request.method === 'NOTIFY' &&
  /^refer\b/i.test(header(request, 'Event') ?? '') &&
  /^SIP\/2\.0 2\d\d\b/.test(request.body.subarray(0, 64).toString('latin1'));

const isTargetRefresh = (method: string): boolean => method === 'INVITE' || method === 'UPDATE';
