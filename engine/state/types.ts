/** Shapes of the domain state. Written by the engine alone; windows read them through selectors. */
import type { ArchivedMessage } from '../../protocol/archive.ts';
import type { Availability, BareJid, DeviceKind, PhoneState, UserId } from '../../protocol/identity.ts';
import type { PhoneBookEntry, ResolvedParty } from '../../protocol/phone-book.ts';
import type {
  JournalEntry,
  PickUpOffer,
  Profile,
  Provisioning,
  User,
  VoicemailMessage,
  VoicemailSettings,
} from '../../protocol/rest.ts';
import type { GlobalShortcutStates } from '../../protocol/shortcuts.ts';
import type { Settings } from '../../protocol/settings.ts';

/** Codes of every failure a user can meet; each has `errors.<code>.title` and `errors.<code>.hint` in `locales/`. */
export type FailureCode =
  | 'unknownServer'
  | 'noNetwork'
  | 'certificateNotTrusted'
  | 'invalidCredentials'
  | 'tooManyAttempts'
  | 'serverTooOld'
  | 'serverTooNew'
  | 'sessionRevoked'
  | 'serverUnavailable'
  | 'microphoneDenied'
  | 'microphoneMissing'
  | 'numberInvalid'
  | 'notConnected'
  | 'nothingRings'
  | 'pickUpForbidden'
  | 'messageTooLong'
  | 'pictureInvalid'
  | 'forbidden'
  /** Somebody else has changed it meanwhile. */
  | 'conflict'
  | 'limitReached'
  | 'entryGone'
  | 'entryInvalid'
  | 'greetingInvalid'
  | 'greetingTooLong'
  | 'internal';
export interface Failure {
  code: FailureCode;
  /** With `tooManyAttempts`: seconds until the next try. */
  retryAfterSeconds?: number;
}

export type SessionState =
  /** A saved login may still be found. */
  | { phase: 'starting' }
  | { phase: 'loggedOut'; failure: Failure | null }
  | { phase: 'loggingIn' }
  | { phase: 'loggedIn'; user: User; server: string; provisioning: SessionFacts; profile: Profile };
/** What of the provisioning may be shown; the secrets stay inside the engine. */
export type SessionFacts = Pick<Provisioning, 'features' | 'limits' | 'dialPlan'> & { jid: BareJid };

/** One of the three connections. `retryAt`: milliseconds since the epoch. */
export type LinkState =
  | { phase: 'down' }
  | { phase: 'connecting' }
  | { phase: 'up' }
  | { phase: 'waiting'; retryAt: number; attempt: number };
export interface ConnectionState {
  sip: LinkState;
  xmpp: LinkState;
  events: LinkState;
}
/** The one visible state (SES-8), derived from the three links and whether they were ever up. */
export type ConnectionSummary = 'connecting' | 'online' | 'reconnecting' | 'offline';

/** `unknown` until the server has told; not the same as `offline`. */
export type ContactAvailability = Availability | 'offline' | 'unknown';
export interface Contact {
  id: UserId;
  jid: BareJid;
  name: string;
  extension: string;
  favourite: boolean;
  availability: ContactAvailability;
  statusText: string;
  /** Kind of the device with the highest priority; `null` while offline or unknown. */
  deviceKind: DeviceKind | null;
  phone: PhoneState | 'unknown';
  /** Object or data URL of the picture; `null`: draw initials. */
  avatarUrl: string | null;
  /** Milliseconds since the epoch of the last message or call with this contact; 0: never. */
  lastActivityAt: number;
}

/** See `contacts.ts`: `ids[n]` is the id of `rows[n]`; `contactOf` and `contactWithJid` find one. */
export interface ContactsState {
  ids: readonly UserId[];
  rows: readonly Contact[];
  loaded: boolean;
}

export interface Conversation {
  peer: BareJid;
  /** Ordered by time, oldest first; the loaded window of the history. */
  messages: ArchivedMessage[];
  /** Where loading older messages stands. */
  history: 'unloaded' | 'loading' | 'partial' | 'complete' | 'failed';
  unread: number;
  /** Id of the first message that was unread when the conversation was opened: where the unread line stands. */
  firstUnreadId: string | null;
  draft: string;
  peerTyping: boolean;
}

export type CallEndReason =
  | 'hungUp'
  | 'remoteHungUp'
  | 'rejected'
  | 'busy'
  | 'noAnswer'
  | 'cancelled'
  | 'answeredElsewhere'
  | 'transferred'
  | 'unreachable'
  | 'notFound'
  | 'forbidden'
  | 'noLine'
  | 'tooManyCalls'
  | 'microphoneDenied'
  | 'microphoneMissing'
  | 'failed';
export interface CallParty {
  /** Best known name; `null`: show the number alone. */
  name: string | null;
  number: string;
  /** Set when the party is a contact. */
  userId: UserId | null;
}
interface CallBase {
  id: string;
  direction: 'incoming' | 'outgoing';
  party: CallParty;
  /** Milliseconds since the epoch. */
  startedAt: number;
}
export interface Talk {
  answeredAt: number;
  muted: boolean;
  /** The wish is shown at once (`pending`), then the fact. */
  hold: 'none' | 'pendingHold' | 'held' | 'pendingResume';
  remoteHold: boolean;
  /** `reconnecting`: signalling or media is interrupted and being recovered. */
  link: 'good' | 'reconnecting';
  /** Handing the other side on: under way, or refused, with the call still here. */
  transfer: 'none' | 'pending' | 'failed';
  /** Digits sent in this call, for display. */
  digits: string;
}
/** A call is in exactly one of these states; see `engine/calls/call-machine.ts` for the transitions. */
export type Call =
  | (CallBase & { state: 'dialing'; early: boolean })
  | (CallBase & { state: 'ringing'; answering: boolean })
  | (CallBase & { state: 'active'; talk: Talk })
  | (CallBase & { state: 'ended'; reason: CallEndReason; endedAt: number; answeredAt: number | null });

export interface JournalState {
  entries: JournalEntry[];
  history: 'unloaded' | 'loading' | 'partial' | 'complete' | 'failed';
  next: string | null;
}

export interface PhoneBookState {
  /** Rises whenever entries have changed. */
  revision: number;
  /** By name (CON-9). */
  favourites: PhoneBookEntry[];
  /** Whose a number is, as far as it was asked; `null`: nobody's. Keys as the number was written. */
  parties: Record<string, ResolvedParty | null>;
}

export interface AudioDevice {
  id: string;
  label: string;
  kind: 'microphone' | 'speaker';
}
export interface DevicesState {
  list: AudioDevice[];
  permission: 'unknown' | 'granted' | 'denied';
}

/** `settings`: `null` until the server has told. */
export interface VoicemailState {
  messages: VoicemailMessage[];
  loaded: boolean;
  settings: VoicemailSettings | null;
}

/** Something that has just happened and that nobody has before their eyes (NOT-1). Calls show themselves. */
export type Notice = { id: string } & (
  | { kind: 'message'; peer: BareJid; name: string; text: string }
  | { kind: 'missedCall'; entryId: string; party: CallParty }
  | { kind: 'voicemail'; party: CallParty }
  /** A call that rings at a colleague, `userId`. */
  | { kind: 'pickUp'; userId: UserId; caller: CallParty }
  | { kind: 'callBack'; userId: UserId }
);
export type NoticeKind = Notice['kind'];

export interface DomainState {
  session: SessionState;
  connection: ConnectionState;
  settings: Settings;
  contacts: ContactsState;
  conversations: { byPeer: Record<BareJid, Conversation>; loaded: boolean };
  /** Newest last; ended calls leave after a few seconds. */
  calls: { byId: Record<string, Call>; ids: string[] };
  journal: JournalState;
  /** Oldest first. */
  pickUps: PickUpOffer[];
  phoneBook: PhoneBookState;
  voicemail: VoicemailState;
  devices: DevicesState;
  /** Whether the user can see the window, and whether it has the keyboard. Two different things. */
  attention: { visible: boolean; focused: boolean };
  notices: {
    /** Oldest first. */
    shown: Notice[];
    /** The notice the user has just opened; the window goes there and clears it (`takeOpened`). */
    opened: Notice | null;
    /** Contacts to be called back as soon as they are free (CON-8). */
    callBacks: UserId[];
  };
  /** Text a link has put into the dial field; the field takes it and clears it (`takeDialRequest`). */
  dialRequest: string | null;
  /** Whether the global shortcuts work; `null` in a browser. */
  globalShortcuts: GlobalShortcutStates | null;
}
