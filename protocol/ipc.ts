/**
 * Contract between the desktop's main process and its windows: one map from channel to request and response,
 * one map of events. Checked on the receiving side; the bridge is the only thing a preload exposes.
 */
import { z } from 'zod';
import { layoutSchema, settingsPatchSchema, settingsSchema } from './settings.ts';
import { globalShortcutStatesSchema } from './shortcuts.ts';

/** A saved login is the session's token, never the password (SES-2). */
export const savedLoginSchema = z.object({
  server: z.string().max(512),
  user: z.string().max(256),
  token: z.string().max(256),
});
export type SavedLogin = z.infer<typeof savedLoginSchema>;

/** `weak`: readable by anyone with the user's files; the user is asked first. */
export const secretStrengthSchema = z.enum(['strong', 'weak', 'none']);
export type SecretStrength = z.infer<typeof secretStrengthSchema>;

/** A call that a fresh engine can take over with INVITE and Replaces (RFC 3891). */
export const ledgerEntrySchema = z.object({
  callId: z.string().max(512),
  /** The device's SIP user: nobody else takes the call over. */
  account: z.string().max(256),
  dialogId: z.object({ callId: z.string().max(512), localTag: z.string().max(256), remoteTag: z.string().max(256) }),
  /** First hop of the dialog's route set; empty where there is none. */
  route: z.string().max(2048),
  remoteUri: z.string().max(1024),
  direction: z.enum(['incoming', 'outgoing']),
  party: z.object({
    name: z.string().max(512).nullable(),
    number: z.string().max(128),
    userId: z.string().max(128).nullable(),
  }),
  /** Milliseconds since the epoch. */
  startedAt: z.number(),
  answeredAt: z.number(),
  held: z.boolean(),
  muted: z.boolean(),
});
export type LedgerEntry = z.infer<typeof ledgerEntrySchema>;

const nothing = z.null();
export const popupNameSchema = z.enum(['call']);

export const ipcRequests = {
  'app.info': {
    request: nothing,
    response: z.object({
      version: z.string(),
      platform: z.string(),
      locale: z.string(),
      server: z.string().nullable(),
      user: z.string().nullable(),
    }),
  },
  'app.quit': { request: nothing, response: nothing },
  /** Why a server cannot be reached; a page is not told the difference. `url`: an origin. */
  'server.probe': {
    request: z.object({ url: z.url().max(2048) }),
    response: z.enum(['reachable', 'unknownServer', 'noNetwork', 'certificateNotTrusted', 'unavailable']),
  },
  'secrets.strength': { request: nothing, response: secretStrengthSchema },
  'secrets.load': { request: nothing, response: savedLoginSchema.nullable() },
  'secrets.save': { request: savedLoginSchema, response: z.boolean() },
  'secrets.clear': { request: nothing, response: nothing },
  'settings.read': { request: nothing, response: settingsSchema },
  'settings.update': { request: settingsPatchSchema, response: settingsSchema },
  'ledger.read': { request: nothing, response: z.array(ledgerEntrySchema) },
  'ledger.write': { request: z.array(ledgerEntrySchema).max(50), response: nothing },
  /** Answers by posting a MessagePort to the window: `window` message `{ type: 'archive.port' }`. */
  'archive.connect': { request: nothing, response: nothing },
  'window.setLayout': { request: layoutSchema, response: nothing },
  'window.show': { request: nothing, response: nothing },
  'window.setUnread': { request: z.number().int().nonnegative(), response: nothing },
  'popup.show': {
    request: z.object({ name: popupNameSchema, width: z.number().int(), height: z.number().int() }),
    response: nothing,
  },
  'popup.hide': { request: z.object({ name: popupNameSchema }), response: nothing },
  'notification.show': {
    request: z.object({
      id: z.string().max(300),
      title: z.string().max(300),
      body: z.string().max(1000),
      silent: z.boolean(),
    }),
    response: nothing,
  },
  'notification.close': { request: z.object({ id: z.string().max(300) }), response: nothing },
  'shortcuts.states': { request: nothing, response: globalShortcutStatesSchema },
  /** While keys are being recorded no global shortcut fires. */
  'shortcuts.pause': { request: z.boolean(), response: nothing },
  /** Takes what arrived before the engine was ready (a `tel:` link at cold start). */
  'link.take': { request: nothing, response: z.string().max(2048).nullable() },
} as const;
export type IpcChannel = keyof typeof ipcRequests;
export type IpcRequest<Channel extends IpcChannel> = z.infer<(typeof ipcRequests)[Channel]['request']>;
export type IpcResponse<Channel extends IpcChannel> = z.infer<(typeof ipcRequests)[Channel]['response']>;

/** Facts that the main process tells the client window. */
export const ipcEvents = {
  'settings.changed': settingsSchema,
  'shortcuts.changed': globalShortcutStatesSchema,
  /** The shortcut that answers was pressed (DSK-1). */
  'offHook.pressed': nothing,
  /** A number was to be dialled, but none was marked: the user writes it. */
  'dialField.wanted': nothing,
  /** A `tel:`, `callto:` or `sip:` link was opened or a number was marked; fills the dial field (TEL-18). */
  'link.opened': z.string().max(2048),
  'notification.clicked': z.object({ id: z.string().max(300) }),
  /** The machine woke up or its network changed: check the connections now. */
  'network.changed': nothing,
  'window.visibility': z.object({ visible: z.boolean(), focused: z.boolean() }),
} as const;
export type IpcEvent = keyof typeof ipcEvents;
export type IpcEventPayload<Event extends IpcEvent> = z.infer<(typeof ipcEvents)[Event]>;

/** `window.kontor` in the desktop's windows; absent in a browser. */
export interface DesktopBridge {
  invoke<Channel extends IpcChannel>(channel: Channel, request: IpcRequest<Channel>): Promise<IpcResponse<Channel>>;
  /** Returns the function that ends the subscription. */
  on<Event extends IpcEvent>(event: Event, listener: (payload: IpcEventPayload<Event>) => void): () => void;
}
