import type { UserId } from '../../../protocol/identity.ts';

/** A line of the contact list. */
export type ListItem =
  | { kind: 'heading'; text: 'favourites' | 'all' }
  | { kind: 'contact'; id: UserId }
  /** A favourite of the phone book (CON-9). */
  | { kind: 'entry'; id: string };

/** Favourites first, colleagues before phone-book entries, then all others; nobody stands there twice (CON-5, CON-9). */
export const listItems = (
  ids: readonly UserId[],
  favourites: readonly UserId[],
  entries: readonly string[] = [],
): ListItem[] => {
  const pinned = new Set(favourites);
  const contact = (id: UserId): ListItem => ({ kind: 'contact', id });
  const top = [
    ...ids.filter((id) => pinned.has(id)).map(contact),
    ...entries.map((id): ListItem => ({ kind: 'entry', id })),
  ];
  const rest = ids.filter((id) => !pinned.has(id)).map(contact);
  return [
    ...(top.length > 0 ? [{ kind: 'heading', text: 'favourites' } as const, ...top] : []),
    ...(rest.length > 0 ? [{ kind: 'heading', text: 'all' } as const, ...rest] : []),
  ];
};

/** Index of the next line from `from` in the direction, headings left out; stays where there is none. */
export const nextContact = (items: readonly ListItem[], from: number, step: 1 | -1): number => {
  for (let at = from + step; at >= 0 && at < items.length; at += step) if (items[at]?.kind !== 'heading') return at;
  return from;
};
