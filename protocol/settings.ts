/** Settings of one client installation: in the desktop's settings file, in the browser's local storage. */
import { z } from 'zod';
import { shortcutsSchema } from './shortcuts.ts';

export const languageSchema = z.enum(['de', 'en', 'fr', 'nl', 'bar', 'sr']);
export type Language = z.infer<typeof languageSchema>;
export const layoutSchema = z.enum(['mini', 'normal', 'expanded']);
export type Layout = z.infer<typeof layoutSchema>;

export const noticeToneSchema = z.enum(['drop', 'chime', 'tap']);
export type NoticeTone = z.infer<typeof noticeToneSchema>;

export const settingsSchema = z.object({
  language: z.union([languageSchema, z.literal('system')]),
  theme: z.enum(['light', 'dark', 'system']),
  contactStyle: z.enum(['list', 'details']),
  contactSort: z.enum(['activity', 'name', 'availability']),
  /** `null`: the system's default device. Ids as of `MediaDeviceInfo.deviceId`. */
  microphoneId: z.string().nullable(),
  speakerId: z.string().nullable(),
  ringDeviceId: z.string().nullable(),
  server: z.string().nullable(),
  lastUser: z.string().nullable(),
  startWithSystem: z.boolean(),
  startMinimised: z.boolean(),
  /** One switch a kind of notice (NOT-3). */
  notifyIncomingCalls: z.boolean(),
  notifyRunningCalls: z.boolean(),
  notifyMissedCalls: z.boolean(),
  notifyMessages: z.boolean(),
  /** Calls that ring at colleagues and that one may take. */
  notifyPickUps: z.boolean(),
  notifyCallBacks: z.boolean(),
  /** Kontor's own pop-ups, or the system's notification centre; calls always have their own. */
  notifyWith: z.enum(['popup', 'system']),
  /** How long a pop-up stays, in seconds. */
  notifySeconds: z.number().int().min(3).max(60),
  notifySound: z.boolean(),
  noticeTone: noticeToneSchema,
  /** Calls to the mailbox, the echo test and the like are left out of the journal (JOU-2). */
  hideServiceCalls: z.boolean(),
  shortcuts: shortcutsSchema,
  /** A link or a marked number is dialled at once in place of filling the dial field (TEL-18). */
  dialAtOnce: z.boolean(),
});
export type Settings = z.infer<typeof settingsSchema>;
export const settingsPatchSchema = settingsSchema.partial();
export type SettingsPatch = z.infer<typeof settingsPatchSchema>;

export const defaultSettings: Settings = {
  language: 'system',
  theme: 'system',
  contactStyle: 'details',
  contactSort: 'name',
  microphoneId: null,
  speakerId: null,
  ringDeviceId: null,
  server: null,
  lastUser: null,
  startWithSystem: false,
  startMinimised: false,
  notifyIncomingCalls: true,
  notifyRunningCalls: true,
  notifyMissedCalls: true,
  notifyMessages: true,
  notifyPickUps: false,
  notifyCallBacks: true,
  notifyWith: 'popup',
  notifySeconds: 10,
  notifySound: true,
  noticeTone: 'drop',
  hideServiceCalls: false,
  shortcuts: {},
  dialAtOnce: false,
};

/** Reads stored settings field by field, so that one damaged or unknown field costs only itself. */
export const parseSettings = (stored: unknown): Settings => {
  const record = typeof stored === 'object' && stored !== null ? (stored as Record<string, unknown>) : {};
  const readable = Object.entries(settingsSchema.shape).flatMap(([name, schema]) => {
    const field = schema.safeParse(record[name]);
    return field.success ? [[name, field.data] as const] : [];
  });
  return { ...defaultSettings, ...Object.fromEntries(readable) };
};
