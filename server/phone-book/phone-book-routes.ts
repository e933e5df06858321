/** The phone book in the API. */
import { z } from 'zod';
import {
  importRequestSchema,
  importResultSchema,
  phoneBookChangeSchema,
  phoneBookEntryIdSchema,
  phoneBookEntrySchema,
  phoneBookLabelsSchema,
  phoneBookPageSchema,
  phoneBookQuerySchema,
  resolveRequestSchema,
  resolveResponseSchema,
} from '../../protocol/phone-book.ts';
import { ApiError } from '../http/api-error.ts';
import { sessionRoute, type Route } from '../http/route.ts';
import type { PhoneBookChanges, ChangeRefusal } from './phone-book-changes.ts';
import type { PhoneBook } from './phone-book.ts';

/** 10,000 entries of two kilobytes; with many pictures it takes several imports. */
const importBytes = 20 * 1024 * 1024;
const entryParams = z.object({ id: phoneBookEntryIdSchema });

export const phoneBookRoutes = (phoneBook: PhoneBook, changes: PhoneBookChanges): Route[] => [
  sessionRoute(
    {
      method: 'GET',
      path: '/phone-book',
      summary: 'Company and own private phone book, by name',
      query: phoneBookQuerySchema,
      response: phoneBookPageSchema,
    },
    async ({ session, query }) => {
      const page = await phoneBook.page(session, query);
      if (page === null) throw new ApiError('invalidRequest', 'query.cursor: not a cursor of this list');
      return page;
    },
  ),
  sessionRoute(
    {
      method: 'GET',
      path: '/phone-book/labels',
      summary: 'Labels of the entries one sees, the commonest first',
      response: phoneBookLabelsSchema,
    },
    ({ session }) => phoneBook.labels(session),
  ),
  sessionRoute(
    {
      method: 'POST',
      path: '/phone-book/resolve',
      summary: 'Whose numbers these are; own private entries win over those of the company',
      body: resolveRequestSchema,
      response: resolveResponseSchema,
    },
    async ({ session, body }) => {
      const parties = await phoneBook.resolve(session, body.numbers);
      return { entries: [...parties].map(([number, party]) => ({ number, party })), next: null };
    },
  ),
  sessionRoute(
    {
      method: 'POST',
      path: '/phone-book/import',
      summary: 'Take over many entries at once, all or none',
      body: importRequestSchema,
      response: importResultSchema,
      bodyBytes: importBytes,
    },
    async ({ session, body }) => {
      const answer = await changes.import(session, body);
      if (answer.kind === 'imported') return answer.result;
      throw refusal(answer);
    },
  ),
  sessionRoute(
    {
      method: 'GET',
      path: '/phone-book/:id',
      summary: 'One entry',
      params: entryParams,
      response: phoneBookEntrySchema,
    },
    async ({ session, params }) => {
      const entry = await phoneBook.entry(session, params.id);
      if (entry === null) throw new ApiError('notFound', 'No such entry');
      return entry;
    },
  ),
  sessionRoute(
    {
      method: 'PUT',
      path: '/phone-book/:id',
      summary: 'Create, change or restore an entry',
      params: entryParams,
      body: phoneBookChangeSchema,
      response: phoneBookEntrySchema,
    },
    async ({ session, params, body }) => {
      const result = await changes.put(session, params.id, body);
      if (result.kind === 'changed') return result.entry;
      throw refusal(result);
    },
  ),
  sessionRoute(
    {
      method: 'DELETE',
      path: '/phone-book/:id',
      summary: 'Delete an entry; creating it again with the same id brings it back with all favourites',
      params: entryParams,
      query: z.object({ version: z.coerce.number().int() }),
    },
    async ({ session, params, query }) => {
      const result = await changes.remove(session, params.id, query.version);
      if (result.kind !== 'removed') throw refusal(result);
      return undefined;
    },
  ),
  ...[true, false].map((favourite) =>
    sessionRoute(
      {
        method: favourite ? 'PUT' : 'DELETE',
        path: '/phone-book/:id/favourite',
        summary: favourite ? 'Make an entry a favourite' : 'Make an entry no favourite any more',
        params: entryParams,
      },
      async ({ session, params }) => {
        if (!(await changes.setFavourite(session, params.id, favourite))) throw refusal({ kind: 'gone' });
        return undefined;
      },
    ),
  ),
];

export const refusal = ({ kind }: ChangeRefusal): ApiError => {
  switch (kind) {
    case 'forbidden':
      return new ApiError('forbidden', 'The entries of the company may be changed by certain roles only');
    case 'gone':
      return new ApiError('notFound', 'No such entry');
    case 'conflict':
      return new ApiError('conflict', 'Somebody else has changed this entry since');
    case 'limitReached':
      return new ApiError('limitReached', 'The phone book is full');
  }
};
