/** Entries out of vCards and into them (PHB-4). */
import type { NumberKind, PhoneBookFields } from '../../protocol/phone-book.ts';
import { createEntryBuilder } from './entry-builder.ts';
import type { FileEntry, FileProblem } from './file-problems.ts';
import {
  escapeText,
  foldLine,
  parseVcards,
  splitValue,
  unescapeText,
  type Vcard,
  type VcardProperty,
} from './vcard.ts';

/** They say nothing an entry could keep, and nobody misses them. */
const silent = new Set(['VERSION', 'PRODID', 'REV', 'UID', 'KIND', 'CLASS', 'SORT-STRING', 'CLIENTPIDMAP', 'PROFILE']);

const kindOf = ({ parameters }: VcardProperty): NumberKind => {
  const types = parameters.get('TYPE') ?? [];
  if (types.includes('fax')) return 'fax';
  if (types.includes('cell') || types.includes('mobile') || types.includes('car')) return 'mobile';
  return types.includes('home') ? 'private' : 'office';
};

const pictureOf = ({ value, parameters }: VcardProperty): string => {
  if (/^data:/i.test(value)) return value.replace(/\s+/g, '');
  const type = parameters.get('TYPE')?.find((each) => /^(jpe?g|png|gif|webp)$/.test(each)) ?? 'jpeg';
  return `data:image/${type === 'jpg' ? 'jpeg' : type};base64,${value.replace(/\s+/g, '')}`;
};

const entryOf = (card: Vcard, problems: FileProblem[]): FileEntry | null => {
  const entry = createEntryBuilder(card.line, problems);
  for (const property of card.properties) {
    const { name, value, line } = property;
    switch (name) {
      case 'FN':
        entry.setName(unescapeText(value));
        break;
      case 'N': {
        const [last = '', first = ''] = splitValue(value, ';');
        entry.setNameParts(first, last);
        break;
      }
      case 'ORG':
        entry.setCompany(
          splitValue(value, ';')
            .filter((part) => part.trim() !== '')
            .join(', '),
        );
        break;
      case 'TEL':
        // In version 4 also as an address: `tel:+49-30-…;ext=1`.
        entry.addNumber(kindOf(property), unescapeText(value).replace(/^tel:/i, '').replace(/;.*$/, ''), line);
        break;
      case 'EMAIL':
        entry.addEmail(unescapeText(value), line);
        break;
      case 'CATEGORIES':
        for (const label of splitValue(value, ',')) entry.addLabel(label);
        break;
      case 'NOTE':
        entry.addNote(unescapeText(value));
        break;
      case 'PHOTO':
        entry.setPicture(pictureOf(property), line);
        break;
      default:
        if (!silent.has(name)) entry.ignore(name, line);
    }
  }
  return entry.build();
};

export const readVcards = (text: string): { entries: FileEntry[]; problems: FileProblem[] } => {
  const { cards, problems } = parseVcards(text);
  return { entries: cards.map((card) => entryOf(card, problems)).filter((entry) => entry !== null), problems };
};

const telTypes: Record<NumberKind, string> = {
  office: 'work,voice',
  private: 'home,voice',
  mobile: 'cell',
  fax: 'fax',
};

/** Version 4.0, or 3.0 for programs that know no other. */
export const writeVcards = (entries: readonly PhoneBookFields[], version: '3.0' | '4.0'): string =>
  entries.map((entry) => cardOf(entry, version)).join('');

const cardOf = (entry: PhoneBookFields, version: '3.0' | '4.0'): string => {
  const words = entry.name.split(' ');
  const [first, last] = words.length > 1 ? [words.slice(0, -1).join(' '), words.at(-1) ?? ''] : ['', entry.name];
  const picture = /^data:image\/(\w+);base64,(.*)$/.exec(entry.picture ?? '');
  const [, type = '', bytes = ''] = picture ?? [];
  const lines = [
    'BEGIN:VCARD',
    `VERSION:${version}`,
    `FN:${escapeText(entry.name)}`,
    `N:${escapeText(last)};${escapeText(first)};;;`,
    ...(entry.company === null ? [] : [`ORG:${escapeText(entry.company)}`]),
    ...entry.numbers.map(({ kind, number }) => {
      const types = version === '4.0' ? `"${telTypes[kind]}"` : telTypes[kind].toUpperCase();
      return `TEL;TYPE=${types}:${escapeText(number)}`;
    }),
    ...entry.emails.map((email) => `EMAIL:${escapeText(email)}`),
    ...(entry.labels.length === 0 ? [] : [`CATEGORIES:${entry.labels.map(escapeText).join(',')}`]),
    ...(entry.note === '' ? [] : [`NOTE:${escapeText(entry.note)}`]),
    ...(picture === null
      ? []
      : version === '4.0'
        ? [`PHOTO:${entry.picture}`]
        : [`PHOTO;ENCODING=b;TYPE=${type.toUpperCase()}:${bytes}`]),
    'END:VCARD',
  ];
  return lines.map((line) => `${foldLine(line)}\r\n`).join('');
};
