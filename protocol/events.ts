/** The event stream `/events`: JSON over WebSocket, resumable by sequence number. */
import { z } from 'zod';
import { phoneStateSchema, userIdSchema } from './identity.ts';
import { phoneBookSchema } from './phone-book.ts';
import {
  directoryEntrySchema,
  journalEntrySchema,
  pickUpOfferSchema,
  profileSchema,
  voicemailMessageSchema,
  voicemailSettingsSchema,
} from './rest.ts';

export const serverEventSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('phoneStateChanged'), userId: userIdSchema, state: phoneStateSchema }),
  z.object({ type: z.literal('pickUpOffered'), offer: pickUpOfferSchema }),
  z.object({ type: z.literal('pickUpEnded'), callKey: z.string() }),
  z.object({ type: z.literal('journalEntryAdded'), entry: journalEntrySchema }),
  z.object({ type: z.literal('journalSeen'), upTo: z.string() }),
  z.object({ type: z.literal('profileChanged'), profile: profileSchema }),
  z.object({ type: z.literal('favouriteChanged'), userId: userIdSchema, favourite: z.boolean() }),
  z.object({ type: z.literal('directoryEntryChanged'), entry: directoryEntrySchema.omit({ favourite: true }) }),
  z.object({ type: z.literal('directoryEntryRemoved'), userId: userIdSchema }),
  /** A new message, or one that changed or was restored. */
  z.object({ type: z.literal('voicemailMessageChanged'), message: voicemailMessageSchema }),
  z.object({ type: z.literal('voicemailMessageRemoved'), id: z.string() }),
  z.object({ type: z.literal('voicemailSettingsChanged'), settings: voicemailSettingsSchema }),
  /** Entries, or favourites among them, are no longer what they were: read again what is shown. */
  z.object({ type: z.literal('phoneBookChanged'), book: phoneBookSchema }),
]);
export type ServerEvent = z.infer<typeof serverEventSchema>;

/** First frame from the client, within 10 s of opening. `after`: the last sequence number it has handled. */
export const eventsHelloSchema = z.object({
  type: z.literal('hello'),
  token: z.string().max(256),
  after: z.number().int().nonnegative().optional(),
});
export type EventsHello = z.infer<typeof eventsHelloSchema>;

/**
 * Frames from the server. `ready` follows the replay. `reset`: the gap is too old to be replayed;
 * load the snapshots again and go on from `sequence`. Sequence numbers rise but are not dense.
 */
export const eventsFrameSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('event'), sequence: z.number().int(), event: serverEventSchema }),
  z.object({ type: z.literal('ready'), sequence: z.number().int() }),
  z.object({ type: z.literal('reset'), sequence: z.number().int() }),
]);
export type EventsFrame = z.infer<typeof eventsFrameSchema>;

/** WebSocket close codes of `/events`, `/sip` and `/xmpp` beyond RFC 6455. */
export const closeCodes = { unauthorized: 4401, revoked: 4403, tooManyConnections: 4429, protocolError: 4400 } as const;
