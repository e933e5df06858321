import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { NumberKind, PhoneBookFields } from '../../protocol/phone-book.ts';
import { detectDelimiter, parseCsv, writeCsv } from './csv.ts';
import { guessField, writeRows } from './csv-entries.ts';
import { decodeText } from './decode-text.ts';
import { readPhoneBookFile, type ReadFile } from './read-file.ts';
import { foldLine } from './vcard.ts';
import { writeVcards } from './vcard-entries.ts';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const utf16 = (text: string, bigEndian = false): Uint8Array => {
  const bytes = new Uint8Array(2 + text.length * 2);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, 0xfeff, !bigEndian);
  for (let at = 0; at < text.length; at += 1) view.setUint16(2 + at * 2, text.charCodeAt(at), !bigEndian);
  return bytes;
};
const windows1252 = (text: string): Uint8Array =>
  Uint8Array.from([...text].map((character) => (character === '€' ? 0x80 : character.charCodeAt(0))));
const read = (content: string | Uint8Array, columns?: Parameters<typeof readPhoneBookFile>[1]): ReadFile => {
  const reading = readPhoneBookFile(typeof content === 'string' ? utf8(content) : content, columns);
  if (reading.kind === 'refused') throw new Error(reading.reason);
  return reading.file;
};
const refusal = (content: string | Uint8Array): string => {
  const reading = readPhoneBookFile(typeof content === 'string' ? utf8(content) : content);
  return reading.kind === 'refused' ? reading.reason : 'read';
};
const card = (...lines: string[]): string => ['BEGIN:VCARD', 'VERSION:3.0', ...lines, 'END:VCARD', ''].join('\r\n');

describe('PHB-4 vCards', () => {
  it('are read with all that an entry can hold', () => {
    const file = read(
      card(
        'N:Lorenz;Martina;;;',
        'FN:Martina Lorenz',
        'ORG:Bauhof Regen;Technik',
        'TEL;TYPE=WORK,VOICE:+49 991 270060',
        'item1.TEL;type=CELL;type=pref:+49 171 5550123',
        'TEL;TYPE="home,fax":+49 991 270061',
        'TEL;VALUE=uri;TYPE=home:tel:+49-991-270062',
        'EMAIL;TYPE=INTERNET:m.lorenz@bauhof-regen.example',
        'CATEGORIES:Kunde,Nord\\, Süd',
        'NOTE:Donnerstags\\nnur ',
        ' vormittags\\; immer',
        'PHOTO;ENCODING=b;TYPE=PNG:iVBORw0K',
        ' GgoAAA==',
        'ADR;TYPE=WORK:;;Weg 1;Regen;;94209;',
        'UID:4711',
      ),
    );
    expect(file.format).toBe('vcard');
    expect(file.entries).toEqual([
      {
        line: 1,
        fields: {
          name: 'Martina Lorenz',
          company: 'Bauhof Regen, Technik',
          numbers: [
            { kind: 'office', number: '+49 991 270060' },
            { kind: 'mobile', number: '+49 171 5550123' },
            { kind: 'fax', number: '+49 991 270061' },
            { kind: 'private', number: '+49-991-270062' },
          ],
          emails: ['m.lorenz@bauhof-regen.example'],
          labels: ['Kunde', 'Nord, Süd'],
          picture: 'data:image/png;base64,iVBORw0KGgoAAA==',
          note: 'Donnerstags\nnur vormittags; immer',
        },
      },
    ]);
    expect(file.problems).toEqual([{ line: 16, reason: 'fieldIgnored', detail: 'ADR' }]);
  });

  it('of version 2.1 are read as telephones write them', () => {
    const file = read(
      'BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BCller;J=C3=B6rg=\r\n=C3=9F;;;\r\n' +
        'TEL;CELL:0171 5550123\r\nEND:VCARD\r\n',
    );
    expect(file.entries[0]?.fields).toMatchObject({
      name: 'Jörgß Müller',
      numbers: [{ kind: 'mobile', number: '0171 5550123' }],
    });
  });

  it('report what was not understood with its line, and keep the rest', () => {
    const file = read(
      `rubbish before\r\n${card('FN:Good', 'TEL:none', 'EMAIL:nobody', 'no colon here')}${card('TITLE:Nameless')}BEGIN:VCARD\r\nFN:Cut off`,
    );
    expect(file.entries.map(({ fields }) => fields.name)).toEqual(['Good']);
    expect(file.problems.map(({ line, reason }) => `${line} ${reason}`)).toEqual([
      '1 lineUnreadable',
      '5 numberInvalid',
      '6 emailInvalid',
      '7 lineUnreadable',
      '9 noName',
      '11 fieldIgnored',
      '13 cardIncomplete',
    ]);
  });
});

describe('PHB-4 tables', () => {
  it('are read with the columns of other programs', () => {
    const rows = [
      'Vorname;Nachname;Firma;Telefon geschäftlich;Mobiltelefon;Fax geschäftlich;E-Mail-Adresse;Kategorien;Notizen',
      'Jörg;"Müller ""Jo""";"Bäcker; Sohn";+49 30 1;0171 5550123;;j@m.example;"Kunde, Nord";"Zwei',
      'Zeilen"',
      ';;;;;;;;',
      ';;Nur Firma;;;;;;',
    ].join('\r\n');
    const file = read(rows);
    expect(file.columns.map(({ field }) => field)).toEqual([
      'firstName',
      'lastName',
      'company',
      'office',
      'mobile',
      'fax',
      'email',
      'labels',
      'note',
    ]);
    expect(file.entries.map(({ line, fields }) => [line, fields.name])).toEqual([
      [2, 'Jörg Müller "Jo"'],
      [5, 'Nur Firma'],
    ]);
    expect(file.entries[0]?.fields).toMatchObject({
      company: 'Bäcker; Sohn',
      labels: ['Kunde', 'Nord'],
      note: 'Zwei\nZeilen',
      numbers: [
        { kind: 'office', number: '+49 30 1' },
        { kind: 'mobile', number: '0171 5550123' },
      ],
    });
    expect(file.problems).toEqual([]);
  });

  it('take the columns that the user chooses, and guess where there are no headings', () => {
    const rows = 'Wer,Wo\nAnna,Regen\n';
    expect(refusal(rows)).toBe('unknownFormat');
    expect(read(rows, ['name', 'company']).entries[1]?.fields).toMatchObject({ name: 'Anna', company: 'Regen' });
    const bare = read('Anna Ohm\t030 4711\tanna@ohm.example\nBen Volt\t030 4712\tben@volt.example\n');
    expect(bare.columns.map(({ field }) => field)).toEqual(['name', 'office', 'email']);
    expect(bare.entries.map(({ fields }) => fields.name)).toEqual(['Anna Ohm', 'Ben Volt']);
  });

  it.each([
    ['Büro', 'office'],
    ['Business Fax', 'fax'],
    ['Home Phone', 'private'],
    ['E-mail 1 - Value', 'email'],
    ['Prénom', 'firstName'],
    ['Achternaam', 'lastName'],
    ['Prezime', 'lastName'],
    ['Display Name', 'name'],
    ['Geburtstag', 'ignore'],
  ])('%s is %s', (heading, field) => expect(guessField(heading)).toBe(field));

  it('report a quotation mark that nothing closes, and read on', () => {
    const { rows, problems } = parseCsv('a,b\n"open,c\nd,e\n', ',');
    expect(rows.map(({ cells }) => cells)).toEqual([
      ['a', 'b'],
      ['open', 'c'],
      ['d', 'e'],
    ]);
    expect(problems).toMatchObject([{ line: 2, reason: 'quoteOpen' }]);
  });

  it('find their delimiter', () => {
    for (const delimiter of [',', ';', '\t', '|'] as const)
      expect(
        detectDelimiter(
          [`Name${delimiter}Fax`, `A, b; c${delimiter}1`.replace(', ', ' '), `B${delimiter}2`].join('\n'),
        ),
      ).toBe(delimiter);
    expect(detectDelimiter('sep=|\r\na;b|c')).toBe('|');
    expect(detectDelimiter('just a line of text')).toBeNull();
  });
});

describe('PHB-4 encodings', () => {
  const rows = 'Name;Telefon\r\nJürgen Größe;+49 30 1\r\nZoë Šarić;+49 30 2\r\n';
  it.each([
    ['utf-8', utf8(rows)],
    ['utf-8', utf8(`\ufeff${rows}`)],
    ['utf-16le', utf16(rows)],
    ['utf-16be', utf16(rows, true)],
  ])('%s', (encoding, bytes) => {
    const file = read(bytes);
    expect(file.encoding).toBe(encoding);
    expect(file.entries.map(({ fields }) => fields.name)).toEqual(['Jürgen Größe', 'Zoë Šarić']);
  });
  it('windows-1252', () => {
    const file = read(windows1252('Name;Telefon\r\nJürgen Größe €;+49 30 1\r\n'));
    expect([file.encoding, file.entries[0]?.fields.name]).toEqual(['windows-1252', 'Jürgen Größe €']);
  });
});

describe('PHB-4 files that are none', () => {
  const megabyte = 1024 * 1024;
  /** The same rubbish each time. */
  const rubbish = (length: number, from: number, to: number): Uint8Array => {
    let seed = 42;
    return Uint8Array.from({ length }, () => {
      seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
      return from + (seed % (to - from));
    });
  };
  it('are refused with a reason, also a megabyte of garbage', () => {
    expect(refusal(rubbish(megabyte, 0, 256))).toBe('notText');
    expect(refusal(new Uint8Array(0))).toBe('unknownFormat');
    expect(refusal('Lieber Jürgen, wie geht es?\n\nGruß, Anna')).toBe('unknownFormat');
    expect(refusal('BEGIN:VCARD\r\n' + 'x'.repeat(megabyte))).toBe('nothingFound');
    expect(refusal('BEGIN:VCARD\r\n'.repeat(80_000))).toBe('nothingFound');
    expect(refusal('"'.repeat(megabyte))).toBe('unknownFormat');
    expect(refusal(new Uint8Array(20 * megabyte + 1))).toBe('tooLarge');
    const lines = Buffer.concat([utf8('BEGIN:VCARD\n'), rubbish(megabyte, 32, 127)]);
    expect(refusal(lines)).toBe('nothingFound');
  });
  it('have at most as many entries and listed problems as one import takes', () => {
    const file = read(`Name,Phone\n${Array.from({ length: 12_000 }, (_, at) => `N${at},x\n`).join('')}`);
    expect(file.entries).toHaveLength(10_000);
    expect(file.problems).toHaveLength(500);
    expect(file.problemCount).toBe(12_001);
  });
  it('never throw', () => {
    const pieces = fc.array(
      fc.constantFrom(
        'BEGIN:VCARD',
        'END:VCARD',
        'FN:',
        'TEL;TYPE=',
        'N:',
        '\r\n',
        '\n ',
        '"',
        ';',
        ',',
        '=',
        ':',
        '\\',
        'ä',
        'Name',
        '\t',
      ),
    );
    fc.assert(fc.property(pieces, (parts) => void readPhoneBookFile(utf8(parts.join('')))));
    fc.assert(fc.property(fc.uint8Array({ maxLength: 2_000 }), (bytes) => void readPhoneBookFile(bytes)));
    fc.assert(fc.property(fc.uint8Array({ maxLength: 500 }), (bytes) => void decodeText(bytes)));
  });
});

describe('PHB-4 round trips', () => {
  const text = (maxLength: number) =>
    fc
      .string({ unit: fc.constantFrom(...'aZ9äß€漢😀 ,;:"\'\\=+-@|.n'), maxLength })
      .map((each) => each.replace(/\s+/g, ' ').trim());
  const number = fc.stringMatching(/^\+?[0-9][0-9 ()/-]{0,20}[0-9]$/).map((each) => each.replace(/\s+/g, ' '));
  const entry: fc.Arbitrary<PhoneBookFields> = fc.record({
    name: text(60).filter((name) => name !== ''),
    company: fc.option(text(40).filter((company) => company !== '')),
    numbers: fc.uniqueArray(
      fc.record({ kind: fc.constantFrom<NumberKind>('office', 'private', 'mobile', 'fax'), number }),
      { maxLength: 5, selector: (each) => `${each.kind} ${each.number}` },
    ),
    emails: fc.uniqueArray(fc.constantFrom('a@b.example', 'ä.c@d.example', "o'x+y@e.example"), { maxLength: 3 }),
    labels: fc.uniqueArray(
      text(20)
        .map((label) =>
          label
            .replace(/[,;*':]/g, '')
            .replace(/\s+/g, ' ')
            .trim(),
        )
        .filter((label) => /^[^=+@-]/.test(label)),
      { maxLength: 3 },
    ),
    picture: fc.constantFrom(null, 'data:image/png;base64,iVBORw0KGgo='),
    note: fc
      .array(
        text(80).filter((line) => line !== ''),
        { maxLength: 3 },
      )
      .map((lines) => lines.join('\n')),
  });
  /** A company that is the name says nothing of its own. */
  const kept = ({ company, ...rest }: PhoneBookFields) => ({
    ...rest,
    company: company === rest.name ? null : company,
  });
  const inOrder = (numbers: PhoneBookFields['numbers']) =>
    (['office', 'private', 'mobile', 'fax'] as const).flatMap((kind) => numbers.filter((each) => each.kind === kind));

  it('through vCards of both versions keep everything', () => {
    fc.assert(
      fc.property(
        fc.array(entry, { minLength: 1, maxLength: 4 }),
        fc.constantFrom('3.0', '4.0'),
        (entries, version) => {
          const written = writeVcards(entries, version);
          for (const line of written.split('\r\n')) expect(utf8(line).length).toBeLessThanOrEqual(75);
          const file = read(written);
          expect(file.problems).toEqual([]);
          expect(file.entries.map(({ fields }) => fields)).toEqual(entries.map(kept));
        },
      ),
    );
  });
  it('through tables keep everything but the picture', () => {
    fc.assert(
      fc.property(fc.array(entry, { minLength: 1, maxLength: 4 }), (entries) => {
        const file = read(writeRows(entries));
        expect(file.problems).toEqual([]);
        expect(file.entries.map(({ fields }) => fields)).toEqual(
          entries.map((each) => ({ ...kept(each), numbers: inOrder(each.numbers), picture: null })),
        );
      }),
    );
  });
  it('of cells, whatever is in them', () => {
    const cell = fc.oneof(
      fc.constant(''),
      fc.string({ unit: fc.constantFrom(...'a",;|\t\n\r ä') }).map((text) => `x${text}`),
    );
    fc.assert(
      fc.property(fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1 }), (rows) => {
        const told = rows.filter((cells) => cells.some((each) => each !== ''));
        expect(parseCsv(writeCsv(rows), ',').rows.map(({ cells }) => cells)).toEqual(told);
      }),
    );
  });
  it('keep formulas from being run by spreadsheets', () => {
    expect(writeCsv([['=HYPERLINK("x")', '+49 30 1', '-1', '@x', '+cmd']])).toBe(
      `"'=HYPERLINK(""x"")",+49 30 1,-1,'@x,'+cmd\r\n`,
    );
  });
  it('fold lines without cutting characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (line) => {
        const bare = line.replace(/[\r\n]/g, '');
        expect(foldLine(bare).replaceAll('\r\n ', '')).toBe(bare);
      }),
    );
  });
});
