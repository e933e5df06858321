import { z } from 'zod';
import type { PhoneState, UserId } from '../../protocol/identity.ts';
import {
  directoryEntrySchema,
  journalDetailsSchema,
  journalEntrySchema,
  journalSeenSchema,
  listOf,
  pageQuerySchema,
  phoneStatesSchema,
  pickUpSchema,
  profileSchema,
  provisioningSchema,
  sessionRequestSchema,
  sessionResponseSchema,
  type PickUpOffer,
  type User,
} from '../../protocol/rest.ts';
import { userIdSchema } from '../../protocol/identity.ts';
import type { AccountService } from '../accounts/account-service.ts';
import type { Account, DeviceAccount } from '../accounts/accounts.ts';
import type { PickUpResult } from '../sip/proxy/router.ts';
import { deviceSecret } from '../accounts/secrets.ts';
import type { Sessions } from '../accounts/sessions.ts';
import type { Directory } from '../directory/directory.ts';
import type { PhoneBookChanges } from '../phone-book/phone-book-changes.ts';
import { phoneBookRoutes } from '../phone-book/phone-book-routes.ts';
import type { PhoneBook } from '../phone-book/phone-book.ts';
import type { EventStore } from '../events/event-store.ts';
import type { Journal } from '../journal/journal.ts';
import type { ServerLimits } from '../limits.ts';
import type { ServerMetrics } from '../metrics.ts';
import type { Numbers } from '../numbers/numbers.ts';
import type { Profiles } from '../profile/profiles.ts';
import type { AudioLinks } from '../voicemail/audio-links.ts';
import { mailboxNumber } from '../voicemail/mailbox-application.ts';
import type { Mailboxes } from '../voicemail/mailboxes.ts';
import { ApiError } from './api-error.ts';
import { publicRoute, sessionRoute, type Route } from './route.ts';
import { voicemailRoutes } from './voicemail-routes.ts';

/** What of the server is running behind the API. */
export interface Telephony {
  phoneStateOf(userId: UserId): PhoneState;
  pickUp(device: DeviceAccount, userId: UserId): Promise<PickUpResult>;
  pickUpsFor(userId: UserId): PickUpOffer[];
}
export interface ApiParts {
  accounts: AccountService;
  sessions: Sessions;
  directory: Directory;
  phoneBook: PhoneBook;
  phoneBookChanges: PhoneBookChanges;
  journal: Journal;
  profiles: Profiles;
  events: EventStore;
  metrics: ServerMetrics;
  limits: ServerLimits;
  telephony: Telephony | null;
  numbers: Numbers;
  /** Where softphones register when that is not this server. */
  sipUrl: string | null;
  chat: boolean;
  mailboxes: Mailboxes;
  audioLinks: AudioLinks;
}

const userParams = z.object({ userId: userIdSchema });

export const createApiRoutes = (parts: ApiParts): Route[] => {
  const {
    accounts,
    sessions,
    directory,
    phoneBook,
    phoneBookChanges,
    journal,
    profiles,
    events,
    metrics,
    limits,
    telephony,
    numbers,
  } = parts;

  const userOf = async (account: Account): Promise<User> => ({
    id: account.userId,
    name: account.name,
    extension: account.extension,
    instance: (await accounts.instanceById(account.instanceId))?.slug ?? '',
  });

  return [
    publicRoute(
      {
        method: 'POST',
        path: '/session',
        summary: 'Log in',
        body: sessionRequestSchema,
        response: sessionResponseSchema,
      },
      async ({ body, origin }) => {
        const result = await sessions.logIn({ ...body, addressKey: origin.addressKey });
        metrics.logins.inc({ result: result.kind });
        switch (result.kind) {
          case 'loggedIn':
            return {
              token: result.token,
              user: await userOf(result.device),
              device: { id: result.device.deviceId },
            };
          case 'invalidCredentials':
            throw new ApiError('invalidCredentials', 'Wrong user or password');
          case 'tooManyAttempts':
            throw new ApiError('tooManyAttempts', 'Too many attempts', {
              retryAfterSeconds: result.retryAfterSeconds,
            });
          case 'overloaded':
            throw new ApiError('unavailable', 'Too many people log in right now', { retryAfterSeconds: 2 });
        }
      },
    ),
    sessionRoute({ method: 'DELETE', path: '/session', summary: 'Log out' }, async ({ session }) => {
      await sessions.logOut(session.deviceId);
      return undefined;
    }),
    sessionRoute(
      {
        method: 'GET',
        path: '/provisioning',
        summary: 'All that a client needs to connect',
        response: provisioningSchema,
      },
      async ({ session, origin, token }) => {
        await sessions.touch(session.deviceId);
        const base = `${origin.encrypted ? 'wss' : 'ws'}://${origin.host}`;
        return {
          user: await userOf(session),
          sip: {
            url: parts.sipUrl?.startsWith('/') === false ? parts.sipUrl : `${base}${parts.sipUrl ?? '/sip'}`,
            uri: `sip:${session.extension}@${session.domain}`,
            authorizationUser: session.deviceId,
            password: deviceSecret(token, 'sip'),
            realm: session.domain,
            iceServers: [],
          },
          xmpp: {
            url: `${base}/xmpp`,
            jid: `${session.username}@${session.domain}`,
            password: deviceSecret(token, 'xmpp'),
            mucDomain: `rooms.${session.domain}`,
          },
          events: { url: `${base}/events` },
          conference: { url: `${base}/conference` },
          features: {
            calls: telephony !== null,
            chat: parts.chat,
            echoTest: telephony === null ? null : '801',
            voicemail: telephony === null ? null : mailboxNumber,
            editsCompanyPhoneBook: await phoneBookChanges.mayEditCompany(session.userId),
            dialIn: null,
            outside: (await numbers.trunks()).some(({ instanceId }) => instanceId === session.instanceId),
          },
          dialPlan: await numbers.planOf(session.instanceId),
          limits: {
            messageCharacters: limits.messageCharacters,
            stanzaBytes: limits.stanzaBytes,
            avatarBytes: limits.avatarBytes,
            statusTextCharacters: 200,
          },
        };
      },
    ),
    sessionRoute(
      {
        method: 'GET',
        path: '/directory',
        summary: 'The colleagues one may see, by name',
        query: pageQuerySchema,
        response: listOf(directoryEntrySchema),
      },
      async ({ session, query }) => found(await directory.page(session.userId, query.limit, query.cursor ?? null)),
    ),
    sessionRoute(
      {
        method: 'GET',
        path: '/phone-states',
        summary: 'Phone state of the colleagues one may see; changes come as events after `sequence`',
        response: phoneStatesSchema,
      },
      async ({ session }) => {
        // First the position: a change in between is then told twice rather than never.
        const sequence = await events.position();
        const visible = await accounts.visibleTo(session.userId);
        return {
          entries: visible.map(({ userId }) => ({ userId, state: telephony?.phoneStateOf(userId) ?? 'offline' })),
          pickUps: telephony?.pickUpsFor(session.userId) ?? [],
          sequence,
        };
      },
    ),
    sessionRoute(
      {
        method: 'POST',
        path: '/pick-up',
        summary: 'Take the call that rings at a colleague; the own telephone gets it and answers at once',
        body: pickUpSchema,
      },
      async ({ session, body }) => {
        const result = (await telephony?.pickUp(session, body.userId)) ?? 'noTelephone';
        switch (result) {
          case 'offered':
            return undefined;
          case 'forbidden':
            throw new ApiError('forbidden', 'The role may not pick up calls of this user');
          case 'nothingRings':
            throw new ApiError('notFound', 'No call rings there any more');
          case 'noTelephone':
            throw new ApiError('unavailable', 'The telephone of this session is not registered');
        }
      },
    ),
    sessionRoute(
      { method: 'GET', path: '/profile', summary: 'Own availability and status texts', response: profileSchema },
      async ({ session }) => {
        const profile = await profiles.get(session.userId);
        if (profile === null) throw new ApiError('unauthorized', 'Log in first');
        return profile;
      },
    ),
    sessionRoute(
      {
        method: 'PUT',
        path: '/profile',
        summary: 'Set own availability and status texts',
        body: profileSchema,
        response: profileSchema,
      },
      async ({ session, body }) => {
        await profiles.put(session.userId, body);
        return body;
      },
    ),
    ...[true, false].map((favourite) =>
      sessionRoute(
        {
          method: favourite ? 'PUT' : 'DELETE',
          path: '/favourites/:userId',
          summary: favourite ? 'Make a colleague a favourite' : 'Make a colleague no favourite any more',
          params: userParams,
        },
        async ({ session, params }) => {
          const known = await directory.setFavourite(session.userId, params.userId, favourite);
          if (!known) throw new ApiError('notFound', 'No such user');
          return undefined;
        },
      ),
    ),
    sessionRoute(
      {
        method: 'GET',
        path: '/journal',
        summary: 'Own calls, newest first',
        query: pageQuerySchema.extend({ query: z.string().max(200).default('') }),
        response: listOf(journalEntrySchema),
      },
      async ({ session, query: { query, limit, cursor } }) =>
        found(await journal.page(session.userId, limit, cursor ?? null, query)),
    ),
    sessionRoute(
      {
        method: 'GET',
        path: '/journal/:id',
        summary: 'All that is known of one call, with other calls of the same party',
        params: z.object({ id: z.string().max(64) }),
        response: journalDetailsSchema,
      },
      async ({ session, params }) => {
        const details = await journal.details(session.userId, params.id);
        if (details === null) throw new ApiError('notFound', 'No such entry');
        return details;
      },
    ),
    sessionRoute(
      {
        method: 'POST',
        path: '/journal/seen',
        summary: 'Count the missed calls up to a row as seen',
        body: journalSeenSchema,
      },
      async ({ session, body }) => {
        if (!(await journal.markSeen(session.userId, body.upTo))) throw new ApiError('notFound', 'No such entry');
        return undefined;
      },
    ),
    ...phoneBookRoutes(phoneBook, phoneBookChanges),
    ...voicemailRoutes(parts.mailboxes, parts.audioLinks),
  ];
};

const found = <Page>(page: Page | null): Page => {
  if (page === null) throw new ApiError('invalidRequest', 'query.cursor: not a cursor of this list');
  return page;
};
