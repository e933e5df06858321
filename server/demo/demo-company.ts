import type { DialPlan } from '../../protocol/numbers.ts';
import type { PhoneBookFields } from '../../protocol/phone-book.ts';

/** The demo company (ARCHITECTURE.md): the same on every machine. */
export const demoInstance = { id: 'demo', slug: 'demo', name: 'Kontor Demo GmbH' };
export const demoRole = 'Mitarbeiter';
/** Anna's: may change the company's phone book. */
export const demoEditorRole = 'Assistenz';
export const demoPassword = 'demo1234';

/**
 * The company sits in Deggendorf, but has numbers in Munich: there the German regulator keeps some free for fiction.
 * Behind them stands the extension.
 */
export const demoDialPlan: DialPlan = {
  country: 'DE',
  areaCode: '991',
  internationalPrefix: null,
  longestInternal: 3,
  ownNumbers: [{ prefix: '+498999998', main: '101' }],
};

export const demoUsers = [
  { username: 'anna', name: 'Anna Berger', extension: '101' },
  { username: 'ben', name: 'Ben Krüger', extension: '102' },
  { username: 'clara', name: 'Clara Meißner', extension: '103' },
  { username: 'david', name: 'David Okafor', extension: '104' },
  { username: 'emma', name: 'Emma Lindqvist', extension: '105' },
  { username: 'felix', name: 'Felix Petrović', extension: '106' },
  { username: 'greta', name: 'Greta van Dijk', extension: '107' },
  { username: 'hugo', name: 'Hugo Marchand', extension: '108' },
].map((user) => ({ ...user, id: `demo-${user.username}` }));

const firstNames = [
  'Max-Andreas',
  'Sofia',
  'Jürgen',
  'Élodie',
  'Miloš',
  'Katharina',
  'Pieter',
  'Özlem',
  'Björn',
  'Lucía',
];
const lastNames = ['Mustermann', 'Weiß', 'Schröder', 'Lefèvre', 'Jovanović', 'Huber', 'de Vries', 'Yılmaz', 'Ångström'];
const companies = [
  'Nordlicht Logistik',
  'Bäckerei Sonnentau',
  'Atelier Rivage',
  'Hafenkontor Werft',
  'Isar Druck',
  'Polder Agro',
];
// Numbers that the German regulator keeps free for fiction.
const officeNumber = (index: number): string => `+49 30 23125 ${String(100 + index)}`;
const mobileNumber = (index: number): string => `+49 171 39200 ${String(10 + (index % 90))}`;
const faxNumber = (index: number): string => `+49 30 23125 ${String(900 + (index % 100))}`;

/** 60 entries; ids are `<instanceId>-1` to `-60`. */
export const demoPhoneBook = (instanceId: string): (PhoneBookFields & { id: string })[] =>
  Array.from({ length: 60 }, (_, index) => {
    const first = firstNames[index % firstNames.length] ?? '';
    const last = lastNames[(index + Math.floor(index / firstNames.length)) % lastNames.length] ?? '';
    const numbers: PhoneBookFields['numbers'] = [{ kind: 'office', number: officeNumber(index) }];
    if (index % 2 === 0) numbers.push({ kind: 'mobile', number: mobileNumber(index) });
    if (index % 5 === 0) numbers.push({ kind: 'fax', number: faxNumber(index) });
    return {
      id: `${instanceId}-${index + 1}`,
      name: `${first} ${last}`,
      company: index % 4 === 3 ? null : (companies[index % companies.length] ?? null),
      numbers,
      emails: [],
      labels: index % 6 === 0 ? ['Kunde'] : index % 6 === 1 ? ['Lieferant'] : [],
      picture: null,
      note: '',
    };
  });
