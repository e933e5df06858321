import type { DeviceAccount } from '../../accounts/accounts.ts';
import type { Call } from '../calls/call-book.ts';
import { parseAddress } from '../message/address.ts';
import { cseq, header, type SipRequest, type SipResponse } from '../message/message.ts';
import type { ProxyCore } from './core.ts';
import { dressed } from './fork.ts';
import { reviveCall, type DialogCarrier } from './in-dialog.ts';
import { identityOf, outsideDialog, replacedRouteHeader } from './outside-dialog.ts';
import { readRoute, recordRoute } from './route-token.ts';
import type { ClientTransaction, ServerTransaction } from './transactions.ts';

type Side = 'caller' | 'callee';

/**
 * An INVITE with Replaces (RFC 3891) by a party of a call itself: its client was restarted, or another device of the
 * same user takes the call. The new dialog carries the same call on, with its key, its beginning and its journal rows;
 * the old dialog may end without ending the call.
 *
 * The route token of the old dialog tells which call it is, also after a restart of the server. Only the other party's
 * present device is asked, and it asks nobody: its client knows the dialog or says 481.
 */
export const takeOver = (
  core: ProxyCore,
  dialogs: DialogCarrier,
  server: ServerTransaction,
  device: DeviceAccount,
): void => {
  const { request } = server;
  const { transactions } = core;
  const parties = readRoute(header(request, replacedRouteHeader) ?? '', core.key);
  if (parties === null || header(request, 'Replaces') === undefined)
    return transactions.refuse(server, 400, 'Bad Takeover');
  const side = sideOf(parties, device);
  if (side === null) return transactions.refuse(server, 403, 'Call Is Not Yours');
  const call = reviveCall(core, parties);
  if (call === undefined || call.answeredAt === null)
    return transactions.refuse(server, 481, 'Call/Transaction Does Not Exist');
  const other: Side = side === 'caller' ? 'callee' : 'caller';
  let client: ClientTransaction | null = null;
  let cancelled = false;
  server.cancelled = (reason) => {
    cancelled = true;
    if (client === null) transactions.refuse(server, 487, 'Request Terminated');
    else transactions.cancel(client, reason ?? '');
  };
  const attempt = (left: number): void =>
    dialogs.whenThere(call[other], call.dialog?.[other].target ?? request.uri, (destination) => {
      if (cancelled) return;
      if (destination === null) return transactions.refuse(server, 480, 'Party Is Gone');
      const { peer, uri } = destination;
      const named = { userId: device.userId, deviceId: device.deviceId };
      const asked = { userId: call[other].userId ?? '', deviceId: call[other].deviceId ?? '' };
      const ends = side === 'caller' ? { caller: named, callee: asked } : { caller: asked, callee: named };
      const transport = peer.transport === 'TCP' ? 'tcp' : 'ws';
      const route = recordRoute({ callKey: call.key, ...ends }, device.domain, transport, core.key);
      const onward = outsideDialog(request, device, uri);
      const routed: SipRequest = { ...onward, headers: [{ name: 'Record-Route', value: route }, ...onward.headers] };
      client = transactions.send(routed, peer, core.via, (response) => {
        if (response.status === 408 && !peer.open && left > 0) return attempt(left - 1);
        if (response.status >= 200 && response.status < 300) {
          call[side].deviceId = device.deviceId;
          call.dialog = dialogAfter(request, response, side);
        }
        if (response.status === 481) {
          // The other party has another dialog or none: whatever it still has of this call ends.
          dialogs.hangUp(call, other, 'SIP;cause=481;text="Party is gone"');
          core.calls.ended(call, { caller: 'answered', callee: 'answered' }, new Date(core.now()));
        }
        const { name, number } = call[other];
        const identity = identityOf({ name: name ?? '', extension: number, domain: device.domain });
        transactions.respond(server, dressed(response, header(request, 'From') ?? '', identity));
      });
    });
  attempt(2);
};

/** Which party asks; of a call between two devices of one user, the one whose device it was. */
const sideOf = (
  { caller, callee }: Record<Side, { userId: string; deviceId: string }>,
  { userId, deviceId }: DeviceAccount,
): Side | null => {
  if (caller.userId === userId && (callee.userId !== userId || caller.deviceId === deviceId)) return 'caller';
  return callee.userId === userId ? 'callee' : null;
};

const dialogAfter = (request: SipRequest, response: SipResponse, side: Side): Call['dialog'] => {
  const target = (message: SipRequest | SipResponse): string =>
    parseAddress(header(message, 'Contact') ?? '')?.uri ?? '';
  const asking = { address: header(response, 'From') ?? '', target: target(request), sequence: cseq(request).number };
  const asked = { address: header(response, 'To') ?? '', target: target(response), sequence: 2 ** 20 };
  const ends = side === 'caller' ? { caller: asking, callee: asked } : { caller: asked, callee: asking };
  return { callId: header(request, 'Call-ID') ?? '', ...ends };
};
