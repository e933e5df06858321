import { z } from 'zod';
import {
  greetingId,
  listOf,
  pageQuerySchema,
  voicemailHeardSchema,
  voicemailLinkSchema,
  voicemailMessageSchema,
  voicemailPinSchema,
  voicemailPreferencesSchema,
  voicemailSettingsSchema,
} from '../../protocol/rest.ts';
import { sampleRate } from '../media/g711.ts';
import { soundOfWav, wavHeaderBytes, wavOf } from '../media/wav.ts';
import type { AudioLinks } from '../voicemail/audio-links.ts';
import { defaultMailboxLimits, type Mailboxes } from '../voicemail/mailboxes.ts';
import { ApiError } from './api-error.ts';
import type { FileAnswer } from './file-answer.ts';
import { publicRoute, sessionRoute, type Route } from './route.ts';

const audio = 'audio/wav';
const messageParams = z.object({ id: z.string().max(20) });
const greetingSeconds = defaultMailboxLimits.greetingSeconds;

/** The own mailbox (VOI-1, TEL-12). */
export const voicemailRoutes = (mailboxes: Mailboxes, links: AudioLinks): Route[] => {
  const known = (isKnown: boolean): undefined => {
    if (!isKnown) throw new ApiError('notFound', 'No such message');
    return undefined;
  };
  return [
    sessionRoute(
      {
        method: 'GET',
        path: '/voicemail/messages',
        summary: 'Messages in the own mailbox, newest first',
        query: pageQuerySchema,
        response: listOf(voicemailMessageSchema),
      },
      async ({ session, query }) => {
        const page = await mailboxes.page(session.userId, query.limit, query.cursor ?? null);
        if (page === null) throw new ApiError('invalidRequest', 'query.cursor: not a cursor of this list');
        return page;
      },
    ),
    sessionRoute(
      {
        method: 'PUT',
        path: '/voicemail/messages/:id',
        summary: 'Mark a message as heard, or as new again',
        params: messageParams,
        body: voicemailHeardSchema,
      },
      async ({ session, params, body }) => known(await mailboxes.setHeard(session.userId, params.id, body.heard)),
    ),
    sessionRoute(
      {
        method: 'DELETE',
        path: '/voicemail/messages/:id',
        summary: 'Remove a message; it can be restored within an hour',
        params: messageParams,
      },
      async ({ session, params }) => known(await mailboxes.remove(session.userId, params.id)),
    ),
    sessionRoute(
      {
        method: 'POST',
        path: '/voicemail/messages/:id/restore',
        summary: 'Bring a removed message back',
        params: messageParams,
      },
      async ({ session, params }) => known(await mailboxes.restore(session.userId, params.id)),
    ),
    sessionRoute(
      {
        method: 'POST',
        path: '/voicemail/audio/:id/link',
        summary: `An address for an audio element: of a message, or of the own greeting (\`${greetingId}\`)`,
        params: messageParams,
        response: voicemailLinkSchema,
      },
      async ({ session, params: { id } }) => {
        known((await mailboxes.sound(session.userId, id)) !== null);
        const { ticket, expiresAt } = links.create(session.deviceId, id);
        return { path: `/api/v1/voicemail/audio/${id}?ticket=${ticket}`, expiresAt: expiresAt.toISOString() };
      },
    ),
    publicRoute(
      {
        method: 'GET',
        path: '/voicemail/audio/:id',
        summary: 'The sound itself, with ranges; `ticket` is part of the address of `link`',
        params: messageParams,
        query: z.object({ ticket: z.string().max(300), download: z.stringbool().default(false) }),
        file: audio,
      },
      async ({ params: { id }, query: { ticket, download } }): Promise<FileAnswer> => {
        const device = await links.verify(ticket, id);
        if (device === null) throw new ApiError('unauthorized', 'Ask for a new link');
        const found = await mailboxes.sound(device.userId, id);
        if (found === null) throw new ApiError('notFound', 'No such message');
        const stamp = (found.receivedAt ?? new Date()).toISOString().slice(0, 16).replace(/[:T]/g, '-');
        return { type: audio, bytes: wavOf(found.sound), downloadName: download ? `voicemail-${stamp}.wav` : null };
      },
    ),
    sessionRoute(
      {
        method: 'GET',
        path: '/voicemail/settings',
        summary: 'Settings of the own mailbox',
        response: voicemailSettingsSchema,
      },
      async ({ session }) => mailboxes.settings(session.userId),
    ),
    sessionRoute(
      {
        method: 'PUT',
        path: '/voicemail/settings',
        summary: 'Turn the own mailbox on or off, and say when it answers and how long it keeps messages',
        body: voicemailPreferencesSchema,
        response: voicemailSettingsSchema,
      },
      async ({ session, body }) => mailboxes.putPreferences(session.userId, body),
    ),
    sessionRoute(
      {
        method: 'PUT',
        path: '/voicemail/pin',
        summary: 'Set the PIN for hearing messages by telephone',
        body: voicemailPinSchema,
        response: voicemailSettingsSchema,
      },
      async ({ session, body }) => mailboxes.setPin(session.userId, body.pin),
    ),
    sessionRoute(
      {
        method: 'DELETE',
        path: '/voicemail/pin',
        summary: 'Remove the PIN: only own telephones hear the messages then',
        response: voicemailSettingsSchema,
      },
      async ({ session }) => mailboxes.setPin(session.userId, null),
    ),
    sessionRoute(
      {
        method: 'PUT',
        path: '/voicemail/greeting',
        summary: `Upload an own greeting: WAVE, 16 bit, 8 kHz, one channel, up to ${greetingSeconds} s`,
        upload: { type: audio, maxBytes: greetingSeconds * sampleRate * 2 + wavHeaderBytes + 4_096 },
        response: voicemailSettingsSchema,
      },
      async ({ session, bytes }) => {
        const greeting = soundOfWav(bytes);
        if (greeting === null || greeting.length === 0)
          throw new ApiError('invalidRequest', 'body: not a WAVE file with 16 bit, 8 kHz and one channel');
        return mailboxes.setGreeting(session.userId, greeting);
      },
    ),
    sessionRoute(
      {
        method: 'DELETE',
        path: '/voicemail/greeting',
        summary: 'Go back to the greeting of the house',
        response: voicemailSettingsSchema,
      },
      async ({ session }) => mailboxes.setGreeting(session.userId, null),
    ),
  ];
};
