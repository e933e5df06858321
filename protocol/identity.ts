import { z } from 'zod';

/** Opaque, stable identifier of a user within the whole server. */
export const userIdSchema = z.string().min(1).max(64);
export type UserId = z.infer<typeof userIdSchema>;

/** Bare XMPP address (RFC 7622), lower case: `anna@demo.kontor.internal`. Names a contact in chat. */
export const bareJidSchema = z.string().min(3).max(512);
export type BareJid = z.infer<typeof bareJidSchema>;

/** What a user says about themself (CON-1). Mapped to XMPP show: none, `away`, `dnd`. */
export const availabilitySchema = z.enum(['available', 'away', 'dnd']);
export type Availability = z.infer<typeof availabilitySchema>;

/** State of all telephones of a user together (CON-3). */
export const phoneStateSchema = z.enum(['free', 'ringing', 'busy', 'offline']);
export type PhoneState = z.infer<typeof phoneStateSchema>;

/** What a login comes from. `other` is a third-party client. */
export const deviceKindSchema = z.enum(['desktop', 'browser', 'mobile', 'other']);
export type DeviceKind = z.infer<typeof deviceKindSchema>;
