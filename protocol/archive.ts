/** Local archive: the messages a client keeps at hand. Requests cross a MessagePort to the archive process. */
import { z } from 'zod';
import { bareJidSchema } from './identity.ts';

/** How far an own message has come; `received` marks a message of the other side. Order matters: marks only rise, but for `failed`. */
export const deliverySchema = z.enum(['received', 'queued', 'failed', 'sent', 'delivered', 'read']);
export type Delivery = z.infer<typeof deliverySchema>;

export const archivedMessageSchema = z.object({
  /** Stable within a client: the sender's `origin-id` (XEP-0359) or, where absent, the archive id. */
  id: z.string().min(1).max(256),
  /** Id in the server's archive (XEP-0313), once known. Orders messages together with `timestamp`. */
  archiveId: z.string().max(256).nullable(),
  peer: bareJidSchema,
  direction: z.enum(['in', 'out']),
  body: z.string(),
  /** Milliseconds since the epoch; the server's stamp once known. */
  timestamp: z.number(),
  delivery: deliverySchema,
});
export type ArchivedMessage = z.infer<typeof archivedMessageSchema>;

export const conversationSummarySchema = z.object({
  peer: bareJidSchema,
  lastMessage: archivedMessageSchema.nullable(),
  unread: z.number().int().nonnegative(),
});
export type ConversationSummary = z.infer<typeof conversationSummarySchema>;

/** One archive file per account (`account` = bare JID). */
export const archiveRequests = {
  open: { request: z.object({ account: bareJidSchema }), response: z.object({ recovered: z.boolean() }) },
  putMessages: { request: z.object({ messages: z.array(archivedMessageSchema).max(5000) }), response: z.null() },
  /** Newest `limit` messages before (not including) `before`, oldest first. */
  messages: {
    request: z.object({
      peer: bareJidSchema,
      before: z.object({ timestamp: z.number(), id: z.string() }).nullable(),
      limit: z.number().int().min(1).max(1000),
    }),
    response: z.array(archivedMessageSchema),
  },
  conversations: { request: z.null(), response: z.array(conversationSummarySchema) },
  /** Own messages not yet acknowledged by the server, oldest first. */
  queued: { request: z.null(), response: z.array(archivedMessageSchema) },
  /** Marks every message of the peer up to `timestamp` as read. */
  markRead: { request: z.object({ peer: bareJidSchema, timestamp: z.number() }), response: z.null() },
  getValue: { request: z.object({ key: z.string().max(700) }), response: z.string().nullable() },
  /** Small values beside the messages: sync position, drafts. `null` deletes. */
  setValue: { request: z.object({ key: z.string().max(700), value: z.string().nullable() }), response: z.null() },
  values: { request: z.object({ prefix: z.string().max(100) }), response: z.record(z.string(), z.string()) },
  wipe: { request: z.null(), response: z.null() },
} as const;
export type ArchiveMethod = keyof typeof archiveRequests;
export type ArchiveRequest<Method extends ArchiveMethod> = z.infer<(typeof archiveRequests)[Method]['request']>;
export type ArchiveResponse<Method extends ArchiveMethod> = z.infer<(typeof archiveRequests)[Method]['response']>;

/** Frames over the MessagePort. */
export interface ArchiveCallFrame {
  id: number;
  method: ArchiveMethod;
  params: unknown;
}
export type ArchiveReplyFrame = { id: number; result: unknown } | { id: number; error: string };
