/** Answers `urn:xmpp:mam:2` requests: form, pages and preferences of the own archive. */
import type { Database } from '../../database/database.ts';
import { errorReply, iqResult } from '../errors.ts';
import { parseJid } from '../jid.ts';
import { ns } from '../namespaces.ts';
import type { Session } from '../sessions/session.ts';

import { element, type XmlElement } from '../xml/element.ts';
import { type Archive, timeOfId } from './archive.ts';
import { type ArchiveFilter, type PageMemory, type PageRequest, readPage } from './archive-page.ts';

const pageSize = { usual: 100, largest: 1_000 };

const lastPages = new WeakMap<Session, PageMemory>();

const field = (name: string, type: string, value?: string): XmlElement =>
  element(
    'field',
    ns.dataForms,
    { var: name, type },
    value === undefined ? undefined : element('value', ns.dataForms, {}, value),
  );

const form = (): XmlElement =>
  element(
    'query',
    ns.mam,
    {},
    element(
      'x',
      ns.dataForms,
      { type: 'form' },
      field('FORM_TYPE', 'hidden', ns.mam),
      field('with', 'jid-single'),
      field('start', 'text-single'),
      field('end', 'text-single'),
    ),
  );

/** `null`: a field that is not understood (XEP-0313 §4.1.1 wants an error then). */
const filterOf = (query: XmlElement): ArchiveFilter | null => {
  const filter: ArchiveFilter = { with: null, start: null, end: null };
  const x = query.child('x', ns.dataForms);
  for (const each of x?.elements() ?? []) {
    if (!each.is('field', ns.dataForms)) continue;
    const value = each.child('value', ns.dataForms)?.text() ?? '';
    const name = each.attribute('var');
    if (name === 'FORM_TYPE') {
      if (value !== ns.mam) return null;
    } else if (name === 'with') {
      const jid = parseJid(value);
      if (!jid) return null;
      filter.with = { bare: jid.bare, resource: jid.resource };
    } else if (name === 'start' || name === 'end') {
      const time = /^\d{4}-\d\d-\d\dT/.test(value) ? new Date(value) : null;
      if (!time || Number.isNaN(time.getTime()) || time.getTime() < 0) return null;
      filter[name] = time;
    } else {
      return null;
    }
  }
  return filter;
};

const idOf = (text: string): bigint | null => (/^\d{1,18}$/.test(text) ? BigInt(text) : null);

type RequestResult = { ok: true; request: PageRequest } | { ok: false; condition: 'bad-request' | 'item-not-found' };

const requestOf = (query: XmlElement): RequestResult => {
  const set = query.child('set', ns.rsm);
  const request: PageRequest = { max: pageSize.usual, after: null, before: null };
  const max = set?.child('max', ns.rsm)?.text();
  if (max !== undefined) {
    if (!/^\d{1,9}$/.test(max)) return { ok: false, condition: 'bad-request' };
    request.max = Math.min(Number(max), pageSize.largest);
  }
  const after = set?.child('after', ns.rsm)?.text();
  if (after) {
    request.after = idOf(after);
    if (request.after === null) return { ok: false, condition: 'item-not-found' };
  }
  const before = set?.child('before', ns.rsm)?.text();
  if (before !== undefined) {
    request.before = before === '' ? 'last' : idOf(before);
    if (request.before === null) return { ok: false, condition: 'item-not-found' };
  }
  return { ok: true, request };
};

export const answerArchiveQuery = async (
  archive: Archive,
  database: Database,
  session: Session,
  iq: XmlElement,
  query: XmlElement,
): Promise<void> => {
  if (iq.attribute('type') === 'get') return session.sendStanza(iqResult(iq, form()));
  const filter = filterOf(query);
  const parsed = requestOf(query);
  if (!filter) return session.sendStanza(errorReply(iq, 'bad-request'));
  if (!parsed.ok) return session.sendStanza(errorReply(iq, parsed.condition));
  await archive.settled(); // What this client has just sent belongs to the answer.
  const memory = lastPages.get(session) ?? null;
  const read = await readPage(database, session.account.userId, filter, parsed.request, memory);
  if (!read) return session.sendStanza(errorReply(iq, 'item-not-found'));
  const { page } = read;
  lastPages.set(session, read.memory);

  const queryid = query.attribute('queryid');
  const messages = query.child('flip-page', ns.mam) ? page.messages.toReversed() : page.messages;
  for (const { id, stanza } of messages) {
    const forwarded = element(
      'forwarded',
      ns.forward,
      {},
      element('delay', ns.delay, { stamp: timeOfId(id).toISOString() }),
      { xml: stanza },
    );
    session.sendStanza(
      element(
        'message',
        ns.client,
        { from: session.bareJid, to: session.fullJid },
        element('result', ns.mam, { queryid, id }, forwarded),
      ),
    );
  }
  const first = page.messages[0];
  const last = page.messages.at(-1);
  const text = (name: string, value: string, index?: number | null): XmlElement =>
    element(name, ns.rsm, { index: index === null || index === undefined ? undefined : String(index) }, value);
  session.sendStanza(
    iqResult(
      iq,
      element(
        'fin',
        ns.mam,
        { complete: page.complete ? 'true' : undefined },
        element(
          'set',
          ns.rsm,
          {},
          first ? text('first', first.id, page.index) : undefined,
          last ? text('last', last.id) : undefined,
          page.count === null ? undefined : text('count', String(page.count)),
        ),
      ),
    ),
  );
};

/** Everything is archived, for everybody; setting it differently changes nothing (XEP-0441 §3 allows that). */
export const answerArchivePreferences = (session: Session, iq: XmlElement): void => {
  session.sendStanza(
    iqResult(iq, element('prefs', ns.mam, { default: 'always' }, element('always', ns.mam), element('never', ns.mam))),
  );
};
