/**
 * Catching up on 10,000 messages: a page that was connected comes back after the server has taken in messages for it,
 * with the conversation that got most of them on screen. Measured from the connection to the last message in the
 * document, with every frame on the way.
 */
import { join } from 'node:path';
import { openDatabase } from '../server/database/open-database.ts';
import { logIn, type Office } from '../tests/e2e/office.ts';
import { summarise, type Summary } from './statistics.ts';

const domain = 'demo.kontor.internal';
const peers = ['ben', 'clara', 'david', 'emma'];

export interface CatchUpFigures {
  messages: number;
  /** With the receipts and read marks that lie between the messages. */
  archiveEntries: number;
  /** From the new connection to the last message on screen. */
  total: Summary;
  frame: Summary;
  longestFrame: number;
}

interface Entry {
  id: string;
  peer: string;
  outgoing: boolean;
  stanza: string;
}

/** Texts both ways; own ones are confirmed by the other side, and many of them marked as read. */
const entriesOf = (messages: number, newest: string): Entry[] => {
  const entries: Entry[] = [];
  // Ids are times; one tick apart they stay behind those of the round before.
  const start = BigInt(Date.now()) << 12n;
  const add = (peer: string, outgoing: boolean, name: string, payload: string): void => {
    const [from, to] = outgoing ? ['anna', peer] : [peer, 'anna'];
    const head = `from="${from}@${domain}/bench" to="${to}@${domain}" type="chat" id="${name}"`;
    entries.push({
      id: String(start + BigInt(entries.length + 1)),
      peer: `${peer}@${domain}`,
      outgoing,
      stanza: `<message xmlns="jabber:client" ${head}>${payload}</message>`,
    });
  };
  for (let number = 1; number <= messages; number += 1) {
    // The last one is Ben's: its bubble ends the measurement.
    const isLast = number === messages;
    const peer = isLast || number % 2 === 0 ? 'ben' : (peers[(number >> 1) % peers.length] ?? 'ben');
    const outgoing = !isLast && number % 3 === 0;
    const name = `${newest}-${number}`;
    const text = isLast ? newest : `Message ${number}: about as long as what people write to each other at work`;
    add(
      peer,
      outgoing,
      name,
      `<body>${text}</body><origin-id xmlns="urn:xmpp:sid:0" id="${name}"/>` +
        '<active xmlns="http://jabber.org/protocol/chatstates"/><request xmlns="urn:xmpp:receipts"/>' +
        '<markable xmlns="urn:xmpp:chat-markers:0"/>',
    );
    if (!outgoing) continue;
    add(peer, false, `r-${name}`, `<received xmlns="urn:xmpp:receipts" id="${name}"/>`);
    if (number % 5 === 0) add(peer, false, `d-${name}`, `<displayed xmlns="urn:xmpp:chat-markers:0" id="${name}"/>`);
  }
  return entries;
};

const store = async (dataFolder: string, entries: Entry[]): Promise<void> => {
  const database = await openDatabase({ kind: 'folder', folder: join(dataFolder, 'database') });
  await database.query(
    `INSERT INTO xmpp_messages (owner_id, id, peer, peer_resource, outgoing, stanza)
     SELECT (SELECT id FROM users WHERE username = 'anna'), id, peer, 'bench', outgoing, stanza
     FROM json_to_recordset($1::text::json) AS r(id bigint, peer text, outgoing boolean, stanza text)`,
    [JSON.stringify(entries)],
  );
  await database.close();
};

interface Watch {
  begun: number;
  ended: number;
  frames: number[];
}

/** Runs in the page before its own scripts: the moment at which a catch-up begins. */
const watchSockets = (): void => {
  const watch: Watch = { begun: 0, ended: 0, frames: [] };
  Object.assign(window, { catchUp: watch });
  const { send } = WebSocket.prototype;
  WebSocket.prototype.send = function (data) {
    if (watch.begun === 0 && typeof data === 'string' && data.includes('urn:xmpp:mam:2'))
      watch.begun = performance.now();
    send.call(this, data);
  };
};
/** Runs in the page: from now on, until the text stands in the document. */
const watchFor = (newest: string): void => {
  const watch = (window as unknown as { catchUp: Watch }).catchUp;
  Object.assign(watch, { begun: 0, ended: 0, frames: [] } satisfies Watch);
  let last = performance.now();
  const frame = (): void => {
    const now = performance.now();
    if (watch.begun > 0) watch.frames.push(now - Math.max(last, watch.begun));
    last = now;
    const shown = [...document.querySelectorAll('[role="listitem"]')].some((row) => row.textContent?.includes(newest));
    if (shown) watch.ended = now;
    else requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
};

export const measureCatchUp = async (office: Office, rounds: number, messages = 10_000): Promise<CatchUpFigures> => {
  const anna = await office.visitor('anna');
  await anna.context.addInitScript(watchSockets);
  await anna.page.reload();
  await logIn(anna);
  await anna.page.locator('[data-contact="Ben Krüger"]').click();
  const field = anna.page.getByLabel('Message Ben Krüger');
  await field.fill('The first message: from here on there is something to catch up with');
  await field.press('Enter');
  await anna.page.getByLabel('Sent', { exact: true }).first().waitFor({ state: 'attached' });
  const totals: number[] = [];
  const frames: number[] = [];
  let archiveEntries = 0;
  for (let round = 0; round < rounds; round += 1) {
    const newest = `Newest of round ${round}`;
    const entries = entriesOf(messages, newest);
    archiveEntries = entries.length;
    await office.kill('SIGTERM');
    await store(office.dataFolder, entries);
    await anna.page.evaluate(watchFor, newest);
    await office.start();
    const ended = await anna.page.waitForFunction(
      () => (window as unknown as { catchUp: Watch }).catchUp.ended > 0,
      null,
      { timeout: 120_000, polling: 100 },
    );
    await ended.dispose();
    const watch = await anna.page.evaluate(() => (window as unknown as { catchUp: Watch }).catchUp);
    totals.push(watch.ended - watch.begun);
    frames.push(...watch.frames);
    console.log(
      `round ${round}: ${Math.round(totals.at(-1) ?? 0)} ms, longest ${Math.round(Math.max(...watch.frames))}`,
    );
  }
  await anna.close();
  return {
    messages,
    archiveEntries,
    total: summarise(totals),
    frame: summarise(frames),
    longestFrame: Math.round(Math.max(...frames)),
  };
};
