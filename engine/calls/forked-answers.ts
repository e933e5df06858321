/**
 * Two telephones that answer the same call at once (RFC 3261 §13.2.2.4): the first answer is the call, every other
 * one is acknowledged and hung up in its own dialog. JsSIP 3.13.8 would say both in the dialog of the first answer,
 * and so end the call that stands.
 */
/** Calls whose first answer is remembered: far more than can be under way. */
const mostCalls = 200;

const fields = {
  to: /^(?:To|t)[ \t]*:[ \t]*([^\r\n]*)/gim,
  from: /^(?:From|f)[ \t]*:[ \t]*([^\r\n]*)/gim,
  callId: /^(?:Call-ID|i)[ \t]*:[ \t]*([^\r\n]*)/gim,
  sequence: /^CSeq[ \t]*:[ \t]*([^\r\n]*)/gim,
  via: /^(?:Via|v)[ \t]*:[ \t]*([^\r\n]*)/gim,
  contact: /^(?:Contact|m)[ \t]*:[ \t]*([^\r\n]*)/gim,
  route: /^Record-Route[ \t]*:[ \t]*([^\r\n]*)/gim,
};
const fieldsOf = (message: string, field: keyof typeof fields): string[] =>
  [...message.matchAll(fields[field])].map(([, value = '']) => value);

export interface ForkedAnswers {
  /** What to send instead of handing this message on; `null`: it is none of ours. */
  refusalOf(message: string): string[] | null;
}

export const createForkedAnswers = (newBranch: () => string): ForkedAnswers => {
  /** The tag of the answer that counts, by call and sequence. */
  const first = new Map<string, string>();
  const remember = (key: string, tag: string): void => {
    const [oldest] = first.keys();
    if (first.size >= mostCalls && oldest !== undefined) first.delete(oldest);
    first.set(key, tag);
  };
  return {
    refusalOf: (message) => {
      if (!/^SIP\/2\.0 2\d\d /.test(message)) return null;
      const [sequence = '', method = ''] = (fieldsOf(message, 'sequence')[0] ?? '').split(/\s+/);
      const [to = ''] = fieldsOf(message, 'to');
      const [from = ''] = fieldsOf(message, 'from');
      const [callId = ''] = fieldsOf(message, 'callId');
      const tag = /;\s*tag=([^;,\s]+)/i.exec(to)?.[1] ?? '';
      if (method !== 'INVITE' || tag === '') return null;
      const key = `${callId} ${sequence}`;
      const known = first.get(key);
      if (known === undefined) remember(key, tag);
      if (known === undefined || known === tag) return null;
      const via = (fieldsOf(message, 'via')[0] ?? '').replace(/;.*$/, '');
      const [contact = ''] = fieldsOf(message, 'contact');
      const target = /<([^>]*)>/.exec(contact)?.[1] ?? contact.replace(/;.*$/, '').trim();
      const routes = fieldsOf(message, 'route')
        .flatMap((value) => value.split(/,\s*(?=<)/))
        .reverse();
      const request = (name: string, number: number): string =>
        [
          `${name} ${target} SIP/2.0`,
          `Via: ${via};branch=${newBranch()}`,
          'Max-Forwards: 70',
          ...routes.map((route) => `Route: ${route}`),
          `From: ${from}`,
          `To: ${to}`,
          `Call-ID: ${callId}`,
          `CSeq: ${number} ${name}`,
          'Content-Length: 0',
          '',
          '',
        ].join('\r\n');
      return [request('ACK', Number(sequence)), request('BYE', Number(sequence) + 1)];
    },
  };
};
