/** REST `/api/v1`: requests and responses. The server validates with these schemas and derives OpenAPI from them. */
import { z } from 'zod';
import { dialPlanSchema } from './numbers.ts';
import { availabilitySchema, bareJidSchema, deviceKindSchema, phoneStateSchema, userIdSchema } from './identity.ts';

/** Codes of every error the REST API answers with; clients translate them (`errors.<code>` in `locales/`). */
export const errorCodeSchema = z.enum([
  'invalidRequest',
  'invalidCredentials',
  'tooManyAttempts',
  'unauthorized',
  'forbidden',
  'notFound',
  /** Somebody else was quicker: read again, then decide. */
  'conflict',
  /** No more fit; the limits are in the schemas and the provisioning. */
  'limitReached',
  'payloadTooLarge',
  'rateLimited',
  'unavailable',
  'internal',
]);
export type ErrorCode = z.infer<typeof errorCodeSchema>;

/** Body of every 4xx and 5xx answer. `message` is English and for developers, never shown to users. */
export const errorBodySchema = z.object({
  error: z.object({
    code: errorCodeSchema,
    message: z.string(),
    /** Seconds until another try makes sense; with `tooManyAttempts` and `rateLimited`. */
    retryAfterSeconds: z.number().int().nonnegative().optional(),
  }),
});
export type ErrorBody = z.infer<typeof errorBodySchema>;

/** Query of every list: `cursor` is the `next` of the page before. */
export const pageQuerySchema = z.object({
  cursor: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
});
export const listOf = <Entry extends z.ZodType>(entry: Entry) =>
  z.object({ entries: z.array(entry), next: z.string().nullable() });

export const userSchema = z.object({
  id: userIdSchema,
  /** Display name: `Anna Berger`. */
  name: z.string(),
  extension: z.string(),
  /** Slug of the instance: `demo`. */
  instance: z.string(),
});
export type User = z.infer<typeof userSchema>;

/** `POST /session`. `user` is `name` or `name@instance`, case-insensitive (SES-1). */
export const sessionRequestSchema = z.object({
  user: z.string().trim().min(1).max(256),
  password: z.string().min(1).max(1024),
  device: z.object({ name: z.string().trim().min(1).max(100), kind: deviceKindSchema }),
});
export type SessionRequest = z.infer<typeof sessionRequestSchema>;
export const sessionResponseSchema = z.object({
  token: z.string(),
  user: userSchema,
  device: z.object({ id: z.string() }),
});

/** `GET /provisioning`: all a client needs. The secrets belong to the device of the session and end with it. */
export const provisioningSchema = z.object({
  user: userSchema,
  sip: z.object({
    url: z.string(),
    uri: z.string(),
    authorizationUser: z.string(),
    password: z.string(),
    realm: z.string(),
    iceServers: z.array(
      z.object({ urls: z.array(z.string()), username: z.string().optional(), credential: z.string().optional() }),
    ),
  }),
  xmpp: z.object({ url: z.string(), jid: bareJidSchema, password: z.string(), mucDomain: z.string() }),
  events: z.object({ url: z.string() }),
  conference: z.object({ url: z.string() }),
  features: z.object({
    calls: z.boolean(),
    chat: z.boolean(),
    echoTest: z.string().nullable(),
    /** Number of the mailbox; `null` where the server has none. */
    voicemail: z.string().nullable().default(null),
    /** Whether this user may change the company's phone book (PHB-2). */
    editsCompanyPhoneBook: z.boolean().default(false),
    /** Number of the conferences' entrance; `null` where the server has none. */
    dialIn: z.string().nullable().default(null),
    /** Whether there is a line to the telephone network. */
    outside: z.boolean().default(false),
  }),
  /** How numbers are read, dialled and shown; `null`: the server does not say. */
  dialPlan: dialPlanSchema.nullable().default(null),
  limits: z.object({
    /** Characters of one chat message. */
    messageCharacters: z.number().int(),
    /** Bytes of one XMPP stanza. */
    stanzaBytes: z.number().int(),
    avatarBytes: z.number().int(),
    statusTextCharacters: z.number().int(),
  }),
});
export type Provisioning = z.infer<typeof provisioningSchema>;

/** `GET /directory`: the users that the caller's role may see (CON-11), by name. */
export const directoryEntrySchema = z.object({
  id: userIdSchema,
  jid: bareJidSchema,
  name: z.string(),
  extension: z.string(),
  favourite: z.boolean(),
});
export type DirectoryEntry = z.infer<typeof directoryEntrySchema>;

/** A call that rings at a colleague and that the reader's role may take (TEL-11). */
export const pickUpOfferSchema = z.object({
  callKey: z.string(),
  /** Where it rings. */
  userId: userIdSchema,
  caller: z.object({ name: z.string().nullable(), number: z.string() }),
});
export type PickUpOffer = z.infer<typeof pickUpOfferSchema>;

/** `GET /phone-states`: snapshot of the visible users; later changes come as events after `sequence`. */
export const phoneStatesSchema = z.object({
  entries: z.array(z.object({ userId: userIdSchema, state: phoneStateSchema })),
  pickUps: z.array(pickUpOfferSchema).default([]),
  sequence: z.number().int(),
});
/** `POST /pick-up`: the call that rings at this user comes to the own telephone, which answers it at once. */
export const pickUpSchema = z.object({ userId: userIdSchema });

/** `GET` and `PUT /profile`: what the user says of themself; in step on all devices (CON-1, SES-5). */
export const profileSchema = z.object({
  availability: availabilitySchema,
  /** One status text per state; empty means none. */
  statusTexts: z.object({ available: z.string().max(200), away: z.string().max(200), dnd: z.string().max(200) }),
});
export type Profile = z.infer<typeof profileSchema>;

export const callDirectionSchema = z.enum(['incoming', 'outgoing']);
export const callResultSchema = z.enum([
  'answered',
  'missed',
  'rejected',
  'busy',
  'cancelled',
  'failed',
  /** By another telephone of the same user. */
  'answeredElsewhere',
  /** Picked up or answered by somebody else of the company. */
  'takenByColleague',
  /** Answered, then handed on to somebody else. */
  'transferred',
  /** The mailbox took it: to the caller in any case, to the callee when there is a message. */
  'voicemail',
]);
export type CallResult = z.infer<typeof callResultSchema>;

/** `service`: the other side is an application of the server, such as the mailbox or the echo test. */
export const callKindSchema = z.enum(['call', 'fax', 'service']);
export type CallKind = z.infer<typeof callKindSchema>;

/** `GET /journal`: one row per call and party, newest first. */
export const journalEntrySchema = z.object({
  id: z.string(),
  direction: callDirectionSchema,
  result: callResultSchema,
  /** The other side. `userId` is there when it is a visible user of the instance; `name` as known at call time. */
  party: z.object({ name: z.string().nullable(), userId: userIdSchema.nullable() }),
  number: z.string(),
  /** ISO 8601, UTC. */
  startedAt: z.string(),
  /** Talking time; 0 for a call nobody answered. */
  durationSeconds: z.number().int().nonnegative(),
  /** Only a missed call starts unseen. */
  seen: z.boolean(),
  kind: callKindSchema.default('call'),
  /** Whether the other side belongs to the company. */
  internal: z.boolean().default(false),
  /** The team that was called. */
  team: z.object({ id: z.string(), name: z.string() }).nullable().default(null),
});
export type JournalEntry = z.infer<typeof journalEntrySchema>;

/** A step of a call on its way through the company. `party`: whom it came to by this step. */
export const callStepSchema = z.object({
  step: z.enum(['called', 'answered', 'takenByColleague', 'transferred', 'diverted', 'voicemail', 'ended']),
  /** ISO 8601, UTC. */
  at: z.string(),
  party: z.object({ name: z.string().nullable(), number: z.string() }).nullable(),
});
export type CallStep = z.infer<typeof callStepSchema>;

/** `GET /journal/:id`: all that is known of one call (JOU-4). */
export const journalDetailsSchema = z.object({
  entry: journalEntrySchema,
  path: z.array(callStepSchema),
  /** Name of the own device; `null` where none took part. */
  device: z.string().nullable(),
  /** Until the answer or, without one, until the end. */
  ringSeconds: z.number().int().nonnegative(),
  /** From answer to end, without the time on hold. */
  talkSeconds: z.number().int().nonnegative(),
  holdSeconds: z.number().int().nonnegative(),
  /** Earlier and later calls with the same party, newest first. */
  lastCalls: z.array(journalEntrySchema),
});
export type JournalDetails = z.infer<typeof journalDetailsSchema>;
/** `POST /journal/seen`: all missed calls up to this row count as seen on all devices. */
export const journalSeenSchema = z.object({ upTo: z.string().max(64) });

/** `GET /voicemail/messages`: newest first. */
export const voicemailMessageSchema = z.object({
  id: z.string(),
  party: z.object({ name: z.string().nullable(), userId: userIdSchema.nullable() }),
  number: z.string(),
  /** ISO 8601, UTC. */
  receivedAt: z.string(),
  durationSeconds: z.number().int().nonnegative(),
  heard: z.boolean(),
});
export type VoicemailMessage = z.infer<typeof voicemailMessageSchema>;
/** `GET` and `PUT /voicemail/settings`. */
export const voicemailPreferencesSchema = z.object({
  /** Calls that nobody takes go to the mailbox. */
  enabled: z.boolean(),
  /** So long it rings before. */
  noAnswerSeconds: z.number().int().min(5).max(120),
  /** Messages are removed after so many days; `null`: never. */
  keepDays: z.number().int().min(1).max(3650).nullable(),
});
export type VoicemailPreferences = z.infer<typeof voicemailPreferencesSchema>;
export const voicemailSettingsSchema = voicemailPreferencesSchema.extend({
  hasPin: z.boolean(),
  /** Length of the own greeting; `null`: the mailbox uses its own. */
  greetingSeconds: z.number().nonnegative().nullable(),
  /** No room for further messages: callers are not taken. */
  full: z.boolean(),
});
export type VoicemailSettings = z.infer<typeof voicemailSettingsSchema>;
/** `PUT /voicemail/pin`. */
export const voicemailPinSchema = z.object({ pin: z.string().regex(/^\d{4,10}$/) });
/** `PUT /voicemail/messages/:id`. */
export const voicemailHeardSchema = z.object({ heard: z.boolean() });
/** `POST /voicemail/audio/:id/link`: an address for an audio element, which can send no token. */
export const voicemailLinkSchema = z.object({
  /** On this server, with its ticket. */
  path: z.string(),
  /** ISO 8601, UTC. */
  expiresAt: z.string(),
});
/** What `:id` is in the addresses of sounds: a message, or the own greeting. */
export const greetingId = 'greeting';

/** `GET /.well-known/kontor`. */
export const wellKnownSchema = z.object({
  product: z.literal('kontor'),
  version: z.string(),
  apiVersions: z.array(z.number().int()),
  /** Slugs are not listed; true lets the login form drop the instance from the user name. */
  singleInstance: z.boolean(),
});
