import type { ArchivedMessage } from '../../protocol/archive.ts';
import type { PhoneState } from '../../protocol/identity.ts';
import type { PhoneBookEntry } from '../../protocol/phone-book.ts';
import { defaultSettings, type Settings } from '../../protocol/settings.ts';
import type { Contact, ContactAvailability, Conversation, DomainState, LinkState } from '../../engine/state/types.ts';

/** One morning in the office: the same people and numbers in every picture. */
const now = Date.now();
const at = (hour: number, minute: number): number => new Date(now).setHours(hour, minute, 0, 0);
const minutesAgo = (minutes: number): number => now - minutes * 60_000;

type Person = [string, string, ContactAvailability, string, PhoneState | 'unknown', boolean?];
const people: Person[] = [
  ['Ben Krüger', '102', 'available', '', 'free', true],
  ['Clara Meißner', '103', 'dnd', 'Im Termin bis 11:30', 'busy'],
  ['David Okafor', '104', 'away', '', 'free'],
  ['Emma Lindqvist', '105', 'available', '', 'ringing', true],
  ['Felix Petrović', '106', 'offline', '', 'offline'],
  ['Greta van Dijk', '107', 'available', 'Ganztägig im Labor, bitte nur in dringenden Fällen anrufen', 'free'],
  ['Hugo Marchand', '108', 'offline', '', 'offline'],
  ['Ines Achleitner-Wohlgemuth-Brandstätter', '109', 'available', '', 'free'],
  ['Jan Müller', '110', 'unknown', '', 'unknown'],
  ['Katarina Đorđević', '111', 'away', 'Mittag', 'free'],
  ['Lukas Weiß', '112', 'available', '', 'busy'],
  ['Mia Novak', '113', 'offline', '', 'offline'],
];
export const jidOf = (name: string): string =>
  `${name.toLowerCase().split(' ')[0]?.normalize('NFD').replace(/\p{M}/gu, '')}@demo.kontor.internal`;

const contactOf = ([name, extension, availability, statusText, phone, favourite = false]: Person): Contact => ({
  id: `u${extension}`,
  jid: jidOf(name),
  name,
  extension,
  favourite,
  availability,
  statusText,
  deviceKind: availability === 'offline' ? null : extension === '105' ? 'mobile' : 'desktop',
  phone,
  avatarUrl: null,
  lastActivityAt: 0,
});

/** `count` people more, for long lists. */
const crowd = (count: number): Contact[] =>
  Array.from({ length: count }, (_, index) =>
    contactOf([`Person ${String(index).padStart(5, '0')}`, `${2000 + index}`, 'available', '', 'free']),
  );

const ben = jidOf('Ben Krüger');
const message = (
  id: string,
  direction: 'in' | 'out',
  time: number,
  body: string,
  delivery: ArchivedMessage['delivery'],
): ArchivedMessage => ({ id, archiveId: id, peer: ben, direction, body, timestamp: time, delivery });
const conversationWithBen: Conversation = {
  peer: ben,
  messages: [
    message('1', 'in', at(9, 2), 'Guten Morgen! Hast du die Zahlen für Projekt Nord?', 'read'),
    message('2', 'out', at(9, 4), 'Ja, ich schick sie dir gleich.', 'read'),
    message('3', 'out', at(9, 5), 'Auswertung liegt unter https://ablage.example/auswertung-q3.pdf', 'delivered'),
    message('4', 'in', at(9, 11), 'Perfekt, danke. Ruf bitte Frau Lorenz zurück: +49 991 270060', 'read'),
    message('5', 'in', at(9, 26), 'Sie fragt nach dem Termin am Donnerstag.', 'received'),
    message('6', 'in', at(9, 27), 'Kann ich die auch an den Kunden geben?', 'received'),
  ],
  history: 'complete',
  unread: 2,
  firstUnreadId: '5',
  draft: '',
  peerTyping: true,
};
const conversationWithEmma: Conversation = {
  ...conversationWithBen,
  peer: jidOf('Emma Lindqvist'),
  messages: [],
  unread: 1,
  firstUnreadId: null,
  peerTyping: false,
};

const talk = { muted: false, hold: 'none', remoteHold: false, link: 'good', transfer: 'none', digits: '' } as const;
const calls: DomainState['calls'] = {
  ids: ['held', 'active'],
  byId: {
    active: {
      id: 'active',
      direction: 'outgoing',
      party: { name: 'Emma Lindqvist', number: '105', userId: 'u105' },
      startedAt: minutesAgo(4),
      state: 'active',
      talk: { ...talk, answeredAt: minutesAgo(3.7) },
    },
    held: {
      id: 'held',
      direction: 'incoming',
      party: { name: 'Martina Lorenz', number: '+49991270060', userId: null },
      startedAt: minutesAgo(6),
      state: 'active',
      talk: { ...talk, hold: 'held', answeredAt: minutesAgo(5) },
    },
  },
};
const ringing: DomainState['calls'] = {
  ids: ['ringing'],
  byId: {
    ringing: {
      id: 'ringing',
      direction: 'incoming',
      party: { name: 'Martina Lorenz', number: '+49991270060', userId: null },
      startedAt: minutesAgo(0.1),
      state: 'ringing',
      answering: false,
    },
  },
};

const journalEntry = (
  id: string,
  result: DomainState['journal']['entries'][number]['result'],
  direction: 'incoming' | 'outgoing',
  name: string | null,
  number: string,
  startedAt: number,
  durationSeconds: number,
): DomainState['journal']['entries'][number] => ({
  id,
  direction,
  result,
  party: { name, userId: people.find(([each]) => each === name) ? `u${number}` : null },
  number,
  startedAt: new Date(startedAt).toISOString(),
  durationSeconds,
  seen: result !== 'missed',
  kind: 'call',
  internal: people.some(([each]) => each === name),
  team: null,
});
const day = 86_400_000;
const journal: DomainState['journal'] = {
  entries: [
    journalEntry('j1', 'missed', 'incoming', 'Martina Lorenz', '+49991270060', at(9, 31), 0),
    journalEntry('j2', 'answered', 'incoming', 'Emma Lindqvist', '105', at(9, 12), 252),
    journalEntry('j3', 'answeredElsewhere', 'incoming', null, '+43158800', at(8, 57), 0),
    journalEntry('j4', 'answered', 'outgoing', 'Kanzlei Huber', '+4989413270', at(8, 40), 663),
    journalEntry('j5', 'busy', 'outgoing', 'Ben Krüger', '102', at(16, 5) - day, 0),
  ],
  history: 'complete',
  next: null,
};

const phoneBookEntry = (
  name: string,
  company: string | null,
  office: string,
  change: Partial<PhoneBookEntry> = {},
): PhoneBookEntry => ({
  id: name.replace(/\W/g, '-'),
  book: 'company',
  name,
  company,
  numbers: [{ kind: 'office', number: office }],
  emails: [],
  labels: [],
  picture: null,
  note: '',
  version: 1,
  favourite: false,
  source: null,
  ...change,
});
/** What the phone book of the pictures holds, by name. */
export const phoneBookEntries: PhoneBookEntry[] = [
  phoneBookEntry('Kanzlei Huber', null, '+49 89 4132 70'),
  phoneBookEntry('Martina Lorenz', 'Bauhof Regen', '+49 991 270060', {
    numbers: [
      { kind: 'office', number: '+49 991 270060' },
      { kind: 'mobile', number: '+49 171 5550123' },
      { kind: 'fax', number: '+49 991 270061' },
    ],
    emails: ['m.lorenz@bauhof-regen.example'],
    labels: ['Kunde', 'Projekt Nord'],
    note: 'Donnerstags nur vormittags erreichbar.',
    favourite: true,
  }),
  phoneBookEntry('Oma Gerti', null, '+43 664 5550199', {
    book: 'private',
    numbers: [{ kind: 'private', number: '+43 664 5550199' }],
  }),
  phoneBookEntry('Technische Universität Wien, Institut für Festkörperelektronik', 'TU Wien', '+43 1 58801 0'),
];
const voicemail = (
  id: string,
  name: string | null,
  number: string,
  receivedAt: number,
  durationSeconds: number,
  heard: boolean,
): DomainState['voicemail']['messages'][number] => ({
  id,
  party: { name, userId: null },
  number,
  receivedAt: new Date(receivedAt).toISOString(),
  durationSeconds,
  heard,
});

const up: LinkState = { phase: 'up' };
const waiting = (): LinkState => ({ phase: 'waiting', retryAt: Date.now() + 8_000, attempt: 3 });
const empty = { byId: {}, ids: [] };

/** Situations that a picture may show. */
export type Scene =
  | 'work'
  | 'notices'
  | 'quiet'
  | 'incoming'
  | 'offline'
  | 'telephonyDown'
  | 'empty'
  | 'crowd'
  | 'loggedOut'
  | 'starting';

/** The whole state of a scene; hand it to `createEngineStore`. */
export const stateOf = (scene: Scene, settings: Partial<Settings>): DomainState => {
  const base: DomainState = {
    session: {
      phase: 'loggedIn',
      user: { id: 'u101', name: 'Anna Berger', extension: '101', instance: 'demo' },
      server: 'kontor.example',
      provisioning: {
        features: {
          calls: true,
          chat: true,
          echoTest: null,
          voicemail: '800',
          editsCompanyPhoneBook: true,
          dialIn: null,
          outside: true,
        },
        dialPlan: { country: 'DE', areaCode: '991', internationalPrefix: null, longestInternal: 3, ownNumbers: [] },
        limits: { messageCharacters: 10_000, stanzaBytes: 262_144, avatarBytes: 65_536, statusTextCharacters: 200 },
        jid: 'anna@demo.kontor.internal',
      },
      profile: { availability: 'available', statusTexts: { available: '', away: 'Mittagspause', dnd: '' } },
    },
    connection: { sip: up, xmpp: up, events: up },
    settings: { ...defaultSettings, ...settings },
    contacts: toState(people.map(contactOf)),
    conversations: {
      byPeer: { [ben]: conversationWithBen, [conversationWithEmma.peer]: conversationWithEmma },
      loaded: true,
    },
    calls,
    pickUps: [],
    journal,
    phoneBook: { revision: 1, favourites: phoneBookEntries.filter(({ favourite }) => favourite), parties: {} },
    devices: {
      permission: 'granted',
      list: [
        { id: 'm1', label: 'Jabra Evolve2 65', kind: 'microphone' },
        { id: 's1', label: 'Jabra Evolve2 65', kind: 'speaker' },
      ],
    },
    dialRequest: null,
    attention: { visible: true, focused: true },
    notices: { shown: [], opened: null, callBacks: [] },
    voicemail: {
      loaded: true,
      settings: {
        enabled: true,
        noAnswerSeconds: 25,
        keepDays: 90,
        hasPin: true,
        greetingSeconds: 12.4,
        full: false,
      },
      messages: [
        voicemail('4', 'Martina Lorenz', '+49991270060', at(9, 31), 74, false),
        voicemail('3', 'Ines Achleitner-Wohlgemuth-Brandstätter', '109', at(8, 2), 7, false),
        voicemail('2', null, '+43158800', at(17, 45) - day, 31, true),
        voicemail('1', 'Ben Krüger', '102', at(11, 20) - 4 * day, 180, true),
      ],
    },
    globalShortcuts: { offHook: 'on', dialSelection: 'taken', toggleWindow: 'on' },
  };
  switch (scene) {
    case 'work':
      return base;
    case 'notices':
      return {
        ...base,
        notices: {
          opened: null,
          callBacks: [],
          shown: [
            { kind: 'callBack', id: 'n1', userId: 'u103' },
            {
              kind: 'missedCall',
              id: 'n2',
              entryId: 'j1',
              party: { name: 'Martina Lorenz', number: '+49 991 270060', userId: null },
            },
            {
              kind: 'message',
              id: 'n3',
              peer: ben,
              name: 'Ben Krüger',
              text: 'Sie fragt nach dem Termin am Donnerstag und ob wir die Auswertung bis dahin fertig haben, sonst am Freitag.',
            },
          ],
        },
      };
    case 'quiet':
      return { ...base, calls: empty, conversations: { byPeer: {}, loaded: true } };
    case 'incoming':
      return { ...base, calls: ringing };
    case 'offline':
      return { ...base, calls: empty, connection: { sip: waiting(), xmpp: waiting(), events: waiting() } };
    case 'telephonyDown':
      return { ...base, calls: empty, connection: { ...base.connection, sip: waiting() } };
    case 'empty':
      return {
        ...base,
        calls: empty,
        contacts: toState([]),
        conversations: { byPeer: {}, loaded: true },
        journal: { entries: [], history: 'complete', next: null },
        phoneBook: { revision: 1, favourites: [], parties: {} },
        voicemail: {
          loaded: true,
          messages: [],
          settings: {
            enabled: false,
            noAnswerSeconds: 25,
            keepDays: 90,
            hasPin: false,
            greetingSeconds: null,
            full: false,
          },
        },
        devices: { list: [], permission: 'unknown' },
      };
    case 'crowd':
      return { ...base, contacts: toState([...people.map(contactOf), ...crowd(10_000)]) };
    case 'loggedOut':
      return { ...base, session: { phase: 'loggedOut', failure: null } };
    case 'starting':
      return { ...base, session: { phase: 'starting' } };
  }
};

const toState = (rows: Contact[]): DomainState['contacts'] => ({
  ids: rows.map(({ id }) => id),
  rows,
  loaded: true,
});
