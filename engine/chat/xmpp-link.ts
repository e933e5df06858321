/**
 * What the chat needs of an XMPP library, in the chat's own words. One link lives through many connections:
 * `open` resumes the stream where the server still has it (XEP-0198) and starts a new one otherwise.
 */
import type { Availability, BareJid, DeviceKind } from '../../protocol/identity.ts';

export interface XmppAccount {
  url: string;
  jid: BareJid;
  password: string;
  /** Tells the devices of a user apart, and their kind: `desktop-4f2a…`. */
  resource: string;
}

export type ChatState = 'active' | 'composing' | 'paused' | 'inactive' | 'gone';

/** A message as it came over the wire: live, as a carbon (XEP-0280) or out of the archive (XEP-0313). */
export interface WireMessage {
  peer: BareJid;
  direction: 'in' | 'out';
  /** The sender's id: what receipts and markers refer to. */
  id: string | null;
  /** Id in the own archive (XEP-0359 `stanza-id`, or the archive's result). */
  archiveId: string | null;
  /** Milliseconds since the epoch as the server says; `null`: just now. */
  timestamp: number | null;
  body: string | null;
  chatState: ChatState | null;
  /** The sender wants a receipt (XEP-0184), and this device got the message itself, not a copy. */
  receiptWanted: boolean;
  /** Id of the message that is confirmed as received (XEP-0184). */
  receivedId: string | null;
  /** Id of the message up to which the sender has read (XEP-0333). */
  displayedId: string | null;
}

export interface WirePresence {
  jid: BareJid;
  resource: string;
  /** `null`: this resource is gone. */
  availability: Availability | null;
  statusText: string;
  priority: number;
  deviceKind: DeviceKind;
}

/** What goes out; every one of them is acknowledged by its id. */
export type OutgoingMessage =
  | { kind: 'chat'; id: string; peer: BareJid; body: string }
  | { kind: 'receipt'; id: string; peer: BareJid; receivedId: string }
  | { kind: 'displayed'; id: string; peer: BareJid; displayedId: string }
  | { kind: 'chatState'; id: string; peer: BareJid; chatState: ChatState };

export interface ArchiveQuery {
  /** Only messages with this peer. */
  with?: BareJid;
  /** The page that follows this archive id (`''`: the oldest page), or ends before it (`''`: the newest page). */
  page: { after: string } | { before: string };
  max: number;
}
export type ArchivePage =
  | { outcome: 'page'; messages: WireMessage[]; first: string | null; last: string | null; complete: boolean }
  /** The archive does not know the id the page should start from. */
  | { outcome: 'idUnknown' }
  | { outcome: 'failed' };

export interface Picture {
  bytes: Uint8Array;
  mediaType: string;
}

/** Facts that the link tells. Nothing is told after `closed` until the next `open`. */
export interface XmppLinkListener {
  /** `resumed`: the stream goes on where it was cut; nothing was missed. */
  opened(resumed: boolean): void;
  /** `refused`: the server does not take the password (any more). */
  closed(cause: 'lost' | 'refused'): void;
  messageReceived(message: WireMessage): void;
  /** The server has taken the message over. */
  messageAcknowledged(id: string): void;
  /** The message came back; it will never arrive. */
  messageBounced(peer: BareJid, id: string): void;
  presenceReceived(presence: WirePresence): void;
  /** `pictureId`: hash of the picture; `null`: the contact has none. */
  avatarAnnounced(jid: BareJid, pictureId: string | null): void;
}

export interface XmppLink {
  /** Ends in `opened` or `closed`. */
  open(): void;
  /** Says goodbye: the server forgets the stream at once. `closed` is not told. */
  close(): Promise<void>;
  /** Gives the connection up without a word, keeping what is needed to resume; tells `closed`. */
  abort(): void;
  send(message: OutgoingMessage): void;
  sendPresence(availability: Availability, statusText: string): void;
  /** XEP-0352: whether somebody looks. */
  setActive(active: boolean): void;
  /** True as soon as the server answers; false when it says no or nothing for 15 s. */
  ping(): Promise<boolean>;
  /** Milliseconds since the epoch of the last sign of life. */
  readonly lastHeardAt: number;
  queryArchive(query: ArchiveQuery): Promise<ArchivePage>;
  fetchPicture(jid: BareJid, pictureId: string): Promise<Picture | null>;
  /** XEP-0084; `null` withdraws the picture. */
  publishPicture(picture: (Picture & { width: number; height: number }) | null): Promise<boolean>;
}

/** `account` is asked for each time the link opens, and not before. */
export type XmppLinkFactory = (account: () => XmppAccount, listener: XmppLinkListener) => XmppLink;
