/**
 * Locale completeness: every language has the same texts with the same placeholders and its own plural forms,
 * and the code asks only for texts that exist. Prints one line per finding; exits 1 when there is any.
 */
import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

type Texts = Record<string, string>;

const languages = ['de', 'en', 'fr', 'nl', 'bar', 'sr'] as const;
/** CLDR plural categories of whole numbers that the interface shows; Bavarian counts like German. */
const pluralForms: Record<string, string[]> = {
  de: ['one', 'other'],
  en: ['one', 'other'],
  fr: ['one', 'many', 'other'],
  nl: ['one', 'other'],
  bar: ['one', 'other'],
  sr: ['one', 'few', 'other'],
};
const pluralEnding = /_(zero|one|two|few|many|other)$/;

const flatten = (value: unknown, prefix: string, into: Texts): Texts => {
  if (typeof value === 'string') into[prefix] = value;
  else if (typeof value === 'object' && value !== null)
    for (const [key, inner] of Object.entries(value)) flatten(inner, prefix ? `${prefix}.${key}` : key, into);
  return into;
};
const placeholders = (text: string): string => [...new Set(text.match(/{{[^}]+}}/g) ?? [])].sort().join(' ');

/** Findings about the texts of one namespace, given by language. */
export const compareTexts = (namespace: string, byLanguage: Record<string, Texts>): string[] => {
  const findings: string[] = [];
  const bases = new Map<string, { plural: boolean; placeholders: string; from: string }>();
  for (const [language, texts] of Object.entries(byLanguage))
    for (const [key, text] of Object.entries(texts)) {
      const base = key.replace(pluralEnding, '');
      const plural = pluralEnding.test(key);
      const known = bases.get(base);
      if (text.trim() === '') findings.push(`${language}/${namespace}: ${key} is empty`);
      if (!known) bases.set(base, { plural, placeholders: placeholders(text), from: language });
      else if (known.plural !== plural)
        findings.push(`${language}/${namespace}: ${base} has plural forms in only some languages`);
      else if (!plural && known.placeholders !== placeholders(text))
        findings.push(`${language}/${namespace}: ${key} has other placeholders than in ${known.from}`);
    }
  for (const [base, { plural }] of bases)
    for (const [language, texts] of Object.entries(byLanguage)) {
      const wanted = plural ? (pluralForms[language] ?? ['other']).map((form) => `${base}_${form}`) : [base];
      for (const key of wanted) if (!(key in texts)) findings.push(`${language}/${namespace}: ${key} is missing`);
    }
  return findings;
};

/** Keys that code asks for by a literal `t('key')` or `t('key', …)`; computed ones cannot be seen. */
export const literalKeys = (source: string): string[] =>
  [...source.matchAll(/\bt\(\s*'([^'$]+)'/g)].map(([, key]) => key ?? '');

const check = (root: string): string[] => {
  const folder = path.join(root, 'locales');
  const namespaces = new Set<string>();
  for (const language of languages)
    if (existsSync(path.join(folder, language)))
      for (const file of readdirSync(path.join(folder, language)))
        if (file.endsWith('.json')) namespaces.add(file.slice(0, -5));
  const findings: string[] = [];
  const known = new Set<string>();
  for (const namespace of namespaces) {
    const byLanguage = Object.fromEntries(
      languages.map((language) => {
        const file = path.join(folder, language, `${namespace}.json`);
        return [language, existsSync(file) ? flatten(JSON.parse(readFileSync(file, 'utf8')), '', {}) : {}];
      }),
    );
    findings.push(...compareTexts(namespace, byLanguage));
    for (const key of Object.keys(byLanguage['en'] ?? {})) known.add(key.replace(pluralEnding, ''));
  }
  for (const file of globSync('renderer/**/*.{ts,tsx}', { cwd: root }))
    if (!file.includes('.test.'))
      for (const key of literalKeys(readFileSync(path.join(root, file), 'utf8')))
        if (!known.has(key.includes(':') ? key.slice(key.indexOf(':') + 1) : key))
          findings.push(`${file}: there is no text "${key}"`);
  return findings;
};

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const findings = check(fileURLToPath(new URL('..', import.meta.url)));
  for (const finding of findings) console.log(finding);
  process.exitCode = findings.length > 0 ? 1 : 0;
}
