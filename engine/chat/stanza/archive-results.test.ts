/** The short way of archive results says the same as the library's own import. */
import fc from 'fast-check';
import { createClient, JXT, type Stanzas } from 'stanza';
import { describe, expect, it } from 'vitest';
import { archiveResultOf } from './archive-results.ts';
import { wireMessageOf } from './wire-messages.ts';

const ownJid = 'anna@demo.kontor.internal';
const registry = createClient({ jid: ownJid }).stanzas;

const wireOf = (stanza: Stanzas.Message | null | undefined) => {
  const archive = stanza?.archive;
  const message = archive?.item.message as Stanzas.Message | undefined;
  if (!archive || !message) return null;
  const archived = { id: archive.id, timestamp: archive.item.delay?.timestamp };
  return { queryId: archive.queryId, wire: wireMessageOf(message, { ownJid, archived, copy: true }) };
};
const escape = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

const word = fc.stringMatching(/^[a-zA-Z0-9 äöüß&<>"'😀-]{1,30}$/u);
const jid = fc.constantFrom(ownJid, `${ownJid}/desktop`, 'Ben@Demo.kontor.internal/x', 'clara@demo.kontor.internal');
const payload = fc.oneof(
  word.map((text) => `<body>${escape(text)}</body>`),
  word.map((text) => `<body xml:lang="fr">${escape(text)}</body>`),
  word.map((id) => `<origin-id xmlns="urn:xmpp:sid:0" id="${escape(id)}"/>`),
  word.map((id) => `<received xmlns="urn:xmpp:receipts" id="${escape(id)}"/>`),
  word.map((id) => `<displayed xmlns="urn:xmpp:chat-markers:0" id="${escape(id)}"/>`),
  fc.constantFrom(
    '<request xmlns="urn:xmpp:receipts"/>',
    '<markable xmlns="urn:xmpp:chat-markers:0"/>',
    '<composing xmlns="http://jabber.org/protocol/chatstates"/>',
    '<body xmlns="urn:example:other">not a body</body>',
    '<x xmlns="urn:example:unknown"><y/></x>',
  ),
);
const kindOf = (xml: string): string => /^<(\S+?)[ >/]/.exec(xml)?.[1] ?? '';
const message = fc
  .record({
    from: jid,
    to: jid,
    type: fc.constantFrom('chat', 'normal', 'groupchat', 'error'),
    id: word,
    // One of a kind: which of two receipts counts is nobody's business.
    payloads: fc.uniqueArray(payload, { selector: kindOf, maxLength: 6 }),
  })
  .map(
    ({ from, to, type, id, payloads }) =>
      `<message xmlns="jabber:client" from="${from}" to="${to}" type="${type}" id="${escape(id)}">${payloads.join('')}</message>`,
  );
const resultOf = (inner: string, id = '17'): string =>
  `<message xmlns="jabber:client" from="${ownJid}" to="${ownJid}/desktop"><result xmlns="urn:xmpp:mam:2" queryid="q1" id="${id}">` +
  `<forwarded xmlns="urn:xmpp:forward:0"><delay xmlns="urn:xmpp:delay" stamp="2026-02-03T04:05:06.789Z"/>${inner}</forwarded></result></message>`;

describe('archive results', () => {
  it('CHA-4 reads every message as the library does', () => {
    fc.assert(
      fc.property(message, (inner) => {
        const frame = resultOf(inner);
        const ours = wireOf(archiveResultOf(JXT.parse(frame)));
        const theirs = wireOf(registry.import(JXT.parse(frame)) as Stanzas.Message);
        expect(ours).toEqual(theirs);
      }),
      { numRuns: 400 },
    );
  });

  it('leaves everything else to the library', () => {
    const plain = `<message xmlns="jabber:client" from="${ownJid}" type="chat"><body>Hello</body></message>`;
    const old = resultOf(plain).replace('urn:xmpp:mam:2', 'urn:xmpp:mam:1');
    for (const frame of [plain, old, resultOf('<presence xmlns="jabber:client"/>')]) {
      expect(archiveResultOf(JXT.parse(frame))).toBeNull();
    }
  });
});
