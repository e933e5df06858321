/** The commands that windows give to the engine. All are safe to call at any time; failures arrive as values or state. */
import type { Availability, BareJid, UserId } from '../../protocol/identity.ts';
import type { SecretStrength } from '../../protocol/ipc.ts';
import type { JournalDetails, JournalEntry, VoicemailPreferences } from '../../protocol/rest.ts';
import type { Layout, SettingsPatch } from '../../protocol/settings.ts';
import type { Failure } from '../state/types.ts';
import type { NoticeCommands } from './notice-commands.ts';
import type { Answer, Outcome } from './outcome.ts';
import type { PhoneBookCommands } from './phone-book-commands.ts';

export type { Answer, Outcome };

export interface LoginRequest {
  /** Domain or address with optional port, or a URL; empty in the browser edition: the page's own origin. */
  server: string;
  user: string;
  password: string;
  /** Keep the session for the next start (SES-2). */
  save: boolean;
}

export interface EngineCommands {
  login(request: LoginRequest): Promise<Outcome>;
  /** Ends and forgets the session on this device; `wipe` also deletes the local archive. */
  logout(options?: { wipe?: boolean }): Promise<void>;
  /** Asked before a login is saved, so that a weak store can be confirmed. */
  secretStrength(): Promise<SecretStrength>;
  updateSettings(patch: SettingsPatch): Promise<void>;

  setAvailability(availability: Availability): Promise<Outcome>;
  setStatusText(availability: Availability, text: string): Promise<Outcome>;
  /** An image file as chosen; it is scaled to 256 px. `null` removes the picture. */
  setAvatar(picture: Blob | null): Promise<Outcome>;
  setFavourite(userId: UserId, favourite: boolean): Promise<Outcome>;

  /** Loads the newest messages of the conversation, if not there yet. */
  openConversation(peer: BareJid): Promise<void>;
  loadOlderMessages(peer: BareJid): Promise<void>;
  /** Queues and shows at once; the message's `delivery` tells how far it came. */
  sendMessage(peer: BareJid, body: string): Outcome;
  retryMessage(peer: BareJid, messageId: string): void;
  setDraft(peer: BareJid, text: string): void;
  setTyping(peer: BareJid, typing: boolean): void;
  /** The newest message of the conversation is on screen in a focused window: read, on all devices. */
  markConversationRead(peer: BareJid): void;
  /** Drops the unread line (the conversation was left). */
  leaveConversation(peer: BareJid): void;

  /** Dials what a person wrote. `ok: false` only where nothing was started. */
  dial(target: string): Promise<{ ok: true; callId: string } | { ok: false; failure: Failure }>;
  answerCall(callId: string): Promise<Outcome>;
  /** 603 for this user's devices together. */
  rejectCall(callId: string): void;
  hangUpCall(callId: string): void;
  /** Takes the call that rings at a colleague (TEL-11); it comes in and is answered at once. */
  pickUp(userId: UserId): Promise<Outcome>;
  holdCall(callId: string): void;
  resumeCall(callId: string): void;
  /** Hands the other side on to what a person wrote (TEL-4); the call tells how it goes. */
  transferCall(callId: string, target: string): Outcome;
  muteCall(callId: string, muted: boolean): void;
  /** One of `0-9 * #`; sent as RFC 4733. */
  sendDigit(callId: string, digit: string): void;
  dismissCall(callId: string): void;
  /** Asks for the microphone, so that labels are readable and the first call is quick. */
  prepareAudio(): Promise<Outcome>;
  takeDialRequest(): string | null;
  /** While keys are being recorded no global shortcut fires. */
  pauseShortcuts(paused: boolean): void;

  readonly phoneBook: PhoneBookCommands;
  readonly notices: NoticeCommands;

  loadOlderJournal(): Promise<void>;
  markJournalSeen(): void;
  /** The newest calls with a name or number that fits. */
  findCalls(query: string, limit: number): Promise<Answer<JournalEntry[]>>;
  callDetails(journalEntryId: string): Promise<Answer<JournalDetails>>;

  markVoicemailHeard(id: string, heard: boolean): Promise<Outcome>;
  /** Can be had back for an hour. */
  removeVoicemail(id: string): Promise<Outcome>;
  restoreVoicemail(id: string): Promise<Outcome>;
  /** An address for an audio element, good for an hour; `null` as id: the own greeting. `null`: not to be had. */
  voicemailAudio(id: string | null): Promise<string | null>;
  /** The message as a WAVE file. */
  voicemailFile(id: string): Promise<Blob | null>;
  setVoicemailPreferences(preferences: VoicemailPreferences): Promise<Outcome>;
  /** Four to ten digits; `null` removes it. */
  setVoicemailPin(pin: string | null): Promise<Outcome>;
  /** Any sound file the browser can read, up to 60 s; `null`: the greeting of the house. */
  setVoicemailGreeting(file: Blob | null): Promise<Outcome>;
  /** Records from the chosen microphone until `finishGreeting` keeps it or `cancelGreeting` drops it. */
  startGreeting(): Promise<Outcome>;
  finishGreeting(): Promise<Outcome>;
  cancelGreeting(): void;

  /** Desktop only; does nothing in a browser. */
  setWindowLayout(layout: Layout): void;
  showWindow(): void;
  quit(): void;
}
