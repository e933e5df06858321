import type { UserId } from '../../../protocol/identity.ts';

/** A line of the contact list: a heading or a contact. */
export type ListItem = { kind: 'heading'; text: 'favourites' | 'all' } | { kind: 'contact'; id: UserId };

/** Favourites first, then all others, each under its heading; nobody stands there twice (CON-5). */
export const listItems = (ids: readonly UserId[], favourites: readonly UserId[]): ListItem[] => {
  const pinned = new Set(favourites);
  const contact = (id: UserId): ListItem => ({ kind: 'contact', id });
  const top = ids.filter((id) => pinned.has(id)).map(contact);
  const rest = ids.filter((id) => !pinned.has(id)).map(contact);
  return [
    ...(top.length > 0 ? [{ kind: 'heading', text: 'favourites' } as const, ...top] : []),
    ...(rest.length > 0 ? [{ kind: 'heading', text: 'all' } as const, ...rest] : []),
  ];
};

/** Index of the next contact from `from` in the direction, headings left out; stays where there is none. */
export const nextContact = (items: readonly ListItem[], from: number, step: 1 | -1): number => {
  for (let at = from + step; at >= 0 && at < items.length; at += step) if (items[at]?.kind === 'contact') return at;
  return from;
};
