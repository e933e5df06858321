/** A user hands the party outside on to somebody else (REFER, RFC 3515; with Replaces, RFC 3891). */
import { parseAddress, parseUri, quote } from '../message/address.ts';
import { header, respond, type SipHeader } from '../message/message.ts';
import type { ServerTransaction } from '../proxy/transactions.ts';
import { discard, type Bridge, type CallEnd } from './bridge.ts';
import type { Gateway } from './gateway.ts';

const subscription = (state: string): SipHeader[] => [
  { name: 'Event', value: 'refer' },
  { name: 'Subscription-State', value: state },
  { name: 'Content-Type', value: 'message/sipfrag;version=2.0' },
];

export const transfer = async (
  gateway: Gateway,
  bridge: Bridge,
  by: CallEnd,
  server: ServerTransaction,
): Promise<void> => {
  const { request } = server;
  const { transactions } = by.leg.agent;
  const refuse = (status: number, reason: string): void => transactions.refuse(server, status, reason);
  const referTo = parseAddress(header(request, 'Refer-To') ?? '');
  const uri = parseUri(referTo?.uri ?? '');
  // The proxy has put the name of the user there, whatever the telephone said (RFC 3892).
  const referrer = parseUri(parseAddress(header(request, 'Referred-By') ?? '')?.uri ?? '');
  const account =
    referrer === null ? null : await gateway.parts.accounts.userByDialString(referrer.user, referrer.host);
  if (uri === null || account === null) return refuse(400, 'Bad Refer-To');
  if (uri.host !== account.domain) return refuse(404, 'Not Found');
  const other = bridge.other(by);
  const accept = (): void => transactions.respond(server, respond(request, 202, 'Accepted', by.leg.localTag));
  const tell = (status: number, reason: string, last: boolean): void => {
    if (by.leg.state === 'confirmed')
      by.leg.request(
        'NOTIFY',
        subscription(last ? 'terminated;reason=noresource' : 'active;expires=60'),
        `SIP/2.0 ${status} ${reason}\r\n`,
        () => undefined,
      );
  };
  const finish = (next: CallEnd): void => {
    if (bridge.isOver) return discard(next);
    bridge.replace(by, next, false);
    tell(200, 'OK', true);
  };
  const failed = (status: number, reason: string): void => {
    if (left) return bridge.end();
    bridge.rejoin(by);
    tell(status, reason, true);
  };
  // Some telephones hang up as soon as the transfer is accepted.
  const begin = (): void => {
    accept();
    bridge.loosen(by, () => (left = true));
  };
  let left = false;

  const replaces = replacedIn(uri.headers);
  const joined = replaces === null ? null : gateway.find(replaces);
  if (joined !== null) {
    // Both calls are ours: their far ends meet here, nobody needs to be called.
    if (joined.bridge === bridge) return refuse(400, 'Bad Refer-To');
    begin();
    const far = joined.bridge.other(joined.end);
    joined.bridge.takeOut(far);
    finish(far);
    return discard(joined.end, 'Q.850;cause=16;text="Transferred"');
  }

  const placed = replaces === null ? await gateway.placeOutside(account, uri.user) : { kind: 'inside' as const };
  if (placed.kind === 'refused') return refuse(placed.status, placed.reason);
  begin();
  tell(100, 'Trying', false);
  if (placed.kind === 'order') {
    gateway.callOutside(placed.order, {
      progressed: (status) => tell(status, 'Ringing', false),
      answered: (end) =>
        finish({
          ...end,
          release: () => {
            end.release();
            placed.release();
          },
        }),
      failed: ({ status, reason }) => {
        placed.release();
        failed(status, reason);
      },
    });
    return;
  }
  const extra: SipHeader[] = [
    { name: 'Referred-By', value: `${quote(account.name)} <sip:${account.extension}@${account.domain}>` },
    ...(replaces === null ? [] : [{ name: 'Replaces', value: replaces }]),
  ];
  await gateway.callInside(`sip:${uri.user}@${account.domain}`, other.party, account.domain, extra, {
    ringing: () => tell(180, 'Ringing', false),
    answered: finish,
    failed: ({ status, reason }) => failed(status, reason),
  });
};

/** The Replaces header in the headers part of a URI (RFC 3891 §7). */
export const replacedIn = (headers: string): string | null => {
  for (const part of headers.split('&')) {
    const [name = '', value = ''] = part.split('=', 2).map((one) => one);
    if (name.toLowerCase() !== 'replaces') continue;
    try {
      return decodeURIComponent(value);
    } catch {
      return null;
    }
  }
  return null;
};
