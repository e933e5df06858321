/** The session engine of one window: the store it writes, and the commands that windows give it. */
import { createChatService } from '../chat/chat-service.ts';
import type { CallService } from '../calls/call-service.ts';
import { createCalls } from '../calls/calls.ts';
import { createPhoneBook, phoneBookCommands, type PhoneBook } from '../directory/phone-book.ts';
import { createServerData, type ServerData } from '../directory/server-data.ts';
import { createSnapshot } from '../directory/snapshot.ts';
import { createBrowserPorts } from '../ports/browser.ts';
import { createDesktopPorts } from '../ports/desktop.ts';
import type { Ports } from '../ports/ports.ts';
import { createEventStream, type EventStream } from '../session/event-stream.ts';
import { createSession, type OpenSession } from '../session/session.ts';
import { createSessionCache, type CachedSession } from '../session/session-cache.ts';
import { attentionChanged } from '../state/attention.ts';
import { linkChanged } from '../state/connection.ts';
import { favouriteChanged } from '../state/contacts.ts';
import { dialRequested, dialRequestTaken } from '../state/dial-request.ts';
import { globalShortcutsChanged } from '../state/global-shortcuts.ts';
import { profileChanged } from '../state/session.ts';
import { settingsChanged } from '../state/settings.ts';
import { createEngineStore, type EngineStore } from '../state/store.ts';
import { profileSchema, type Profile } from '../../protocol/rest.ts';
import type { DesktopBridge } from '../../protocol/ipc.ts';
import type { GlobalShortcutStates } from '../../protocol/shortcuts.ts';
import type { EngineCommands, Outcome } from './commands.ts';
import { createVoicemail, voicemailCommands, type Voicemail } from '../voicemail/voicemail.ts';
import { noticeCommands } from './notice-commands.ts';
import { createCallBacks } from '../notices/call-backs.ts';
import { createCallNotices } from '../notices/call-notices.ts';
import { createNoticeBoard } from '../notices/notice-board.ts';
import { createNoticeTones } from '../notices/notice-tones.ts';
import { offHook } from './off-hook.ts';
import { createOutsideDialling } from './outside-dialling.ts';

export interface Engine {
  readonly store: EngineStore;
  readonly commands: EngineCommands;
  /** Closes all connections; the saved login stays. */
  dispose(): void;
}

declare global {
  interface Window {
    /** The desktop's bridge; absent in a browser. */
    kontor?: DesktopBridge;
  }
}

const notConnected = Promise.resolve({ ok: false as const, failure: { code: 'notConnected' as const } });

const defaultPorts = (): Promise<Ports> =>
  window.kontor ? createDesktopPorts(window.kontor) : Promise.resolve(createBrowserPorts());

const browserStorage = (): Storage | null => (typeof localStorage === 'undefined' ? null : localStorage);

/** What runs while the server has accepted the session. */
interface Connected extends OpenSession {
  data: ServerData;
  phoneBook: PhoneBook;
  events: EventStream;
  voicemail: Voicemail;
}

/** Reads the settings and takes a saved login up; resolves at once, the session follows in the store. */
export const createEngine = async (options: { ports?: Ports } = {}): Promise<Engine> => {
  const ports = options.ports ?? (await defaultPorts());
  const { shell, settings, clock } = ports;
  const store = createEngineStore({ settings: await settings.read() });
  store.dispatch(attentionChanged(shell.attention()));
  const noticeTones = createNoticeTones();
  const board = createNoticeBoard({ store, shell, clock, tones: noticeTones });
  const callNotices = createCallNotices(store, board, shell);
  const callBacks = createCallBacks(store, board);
  const chat = createChatService({ store, ports, notices: board, onAuthenticationFailed: () => session.revoked() });
  const calls: CallService = createCalls({ store, clock, ledger: ports.ledger, revoked: () => session.revoked() });
  const snapshot = createSnapshot(ports.archive, store, clock);
  /** A browser starts with the server or not at all, and should keep nobody's directory. */
  const snapshotChanged = (): void => {
    if (shell.deviceKind === 'desktop') snapshot.changed();
  };
  let connected: Connected | null = null;

  const disconnected = (): void => {
    connected?.events.stop();
    connected?.phoneBook.dispose();
    connected?.voicemail.stop();
    connected = null;
    calls.stop();
    snapshot.stop();
  };
  const closed = async (): Promise<void> => {
    disconnected();
    await chat.stop();
  };
  const restored = async ({ provisioning: { jid, features, limits } }: CachedSession): Promise<void> => {
    if (!features.chat) return;
    // Opens the archive that the snapshot is in.
    await chat.restore(jid, limits);
    await snapshot.restore();
  };
  let published: Profile | null = null;
  /** Own availability is kept by the server and told by XMPP (CON-1). */
  const publishProfile = (): void => {
    const { session: state } = store.getState();
    if (state.phase !== 'loggedIn' || state.profile === published) return;
    published = state.profile;
    chat.publishPresence(published.availability, published.statusTexts[published.availability]);
  };
  const opened = async (open: OpenSession): Promise<void> => {
    disconnected();
    const phoneBook = createPhoneBook(open.rest, store);
    const data = createServerData(open.rest, store, phoneBook, callNotices.callMissed);
    const voicemail = createVoicemail(open.rest, store, callNotices.voicemailArrived);
    const events = createEventStream({
      url: open.provisioning.events.url,
      token: open.token,
      clock,
      changed: (state) => store.dispatch(linkChanged({ link: 'events', state })),
      event: (event) => {
        data.apply(event);
        voicemail.apply(event);
        if (event.type !== 'phoneStateChanged') snapshotChanged();
      },
      ready: (snapshots) => {
        if (!snapshots) return;
        void data.load().then(snapshotChanged);
        if (open.provisioning.features.voicemail !== null) void voicemail.load();
      },
      revoked: session.revoked,
    });
    connected = { ...open, data, phoneBook, events, voicemail };
    events.start();
    const { features, sip, xmpp, limits } = open.provisioning;
    if (features.calls) await calls.start(sip);
    if (features.chat) await chat.start(xmpp, limits);
  };
  const session = createSession({
    ports,
    store,
    cache: createSessionCache(browserStorage()),
    restored,
    opened,
    closed,
  });

  const wake = (): void => {
    session.wake();
    connected?.events.wake();
    calls.wake();
    chat.checkConnection();
  };
  const outside = createOutsideDialling(store, clock, (target) => calls.dial(target));
  const takeLink = (link: string): void => outside.take(link);
  const wantNumber = (): void => {
    shell.show();
    store.dispatch(dialRequested(''));
  };
  const liftHandset = (): void => {
    const meaning = offHook(store.getState());
    if (meaning.kind === 'answer') void calls.answerCall(meaning.callId);
    else if (meaning.kind === 'hangUp') calls.hangUpCall(meaning.callId);
    else if (meaning.kind === 'dial') wantNumber();
  };
  const showStates = (states: GlobalShortcutStates): void => void store.dispatch(globalShortcutsChanged(states));
  const { shortcuts } = shell;
  const leavePage = (): void => chat.depart();
  addEventListener('pagehide', leavePage);
  const off = [
    () => removeEventListener('pagehide', leavePage),
    settings.onChange((next) => store.dispatch(settingsChanged(next))),
    shell.onNetworkChange(wake),
    shell.onLink(takeLink),
    ...(shortcuts
      ? [shortcuts.onStates(showStates), shortcuts.onOffHook(liftHandset), shortcuts.onDialFieldWanted(wantNumber)]
      : []),
    () => outside.dispose(),
    store.subscribe(publishProfile),
    ports.notifier.onClick(board.open),
    shell.onAttentionChange(() => store.dispatch(attentionChanged(shell.attention()))),
  ];

  /** Shows the change at once, and the earlier state again where the server refuses. */
  const setProfile = async (change: (profile: Profile) => Profile): Promise<Outcome> => {
    const { session: state } = store.getState();
    if (!connected || state.phase !== 'loggedIn') return { ok: false, failure: { code: 'notConnected' } };
    const before = state.profile;
    const wanted = change(before);
    store.dispatch(profileChanged(wanted));
    const answer = await connected.rest.send('PUT', '/api/v1/profile', wanted, profileSchema);
    if (answer.ok) return { ok: true };
    store.dispatch(profileChanged(before));
    return { ok: false, failure: { code: answer.failure.kind === 'unreachable' ? 'notConnected' : 'internal' } };
  };

  const commands: EngineCommands = {
    openConversation: (peer) => chat.openConversation(peer),
    loadOlderMessages: (peer) => chat.loadOlderMessages(peer),
    sendMessage: (peer, body) => chat.sendMessage(peer, body),
    retryMessage: (peer, messageId) => chat.retryMessage(peer, messageId),
    setDraft: (peer, text) => chat.setDraft(peer, text),
    setTyping: (peer, typing) => chat.setTyping(peer, typing),
    markConversationRead: (peer) => chat.markConversationRead(peer),
    leaveConversation: (peer) => chat.leaveConversation(peer),
    setAvatar: (picture) => chat.setAvatar(picture),

    dial: (target) => calls.dial(target),
    answerCall: (callId) => calls.answerCall(callId),
    rejectCall: (callId) => calls.rejectCall(callId),
    hangUpCall: (callId) => calls.hangUpCall(callId),
    pickUp: async (userId) => {
      if (!connected) return notConnected;
      calls.expectPickUp();
      const answer = await connected.rest.tell('POST', '/api/v1/pick-up', { userId });
      if (answer.ok) return { ok: true };
      const status = answer.failure.kind === 'refused' ? answer.failure.code : null;
      const code = status === 'notFound' ? 'nothingRings' : status === 'forbidden' ? 'pickUpForbidden' : 'notConnected';
      return { ok: false, failure: { code } };
    },
    holdCall: (callId) => calls.holdCall(callId),
    resumeCall: (callId) => calls.resumeCall(callId),
    transferCall: (callId, target) => calls.transferCall(callId, target),
    muteCall: (callId, muted) => calls.muteCall(callId, muted),
    sendDigit: (callId, digit) => calls.sendDigit(callId, digit),
    dismissCall: (callId) => calls.dismissCall(callId),
    prepareAudio: () => calls.prepareAudio(),

    login: (request) => session.login(request),
    // A browser may be anybody's: nothing stays behind.
    logout: (request) => session.logout(request?.wipe === true || shell.deviceKind === 'browser'),
    secretStrength: () => ports.secrets.strength(),
    updateSettings: async (patch) => {
      store.dispatch(settingsChanged(await settings.update(patch)));
    },
    setAvailability: (availability) => setProfile((profile) => ({ ...profile, availability })),
    setStatusText: (availability, text) =>
      setProfile((profile) => ({
        ...profile,
        statusTexts: { ...profile.statusTexts, [availability]: text.trim().slice(0, 200) },
      })),
    setFavourite: async (userId, favourite) => {
      if (!connected) return { ok: false, failure: { code: 'notConnected' } };
      store.dispatch(favouriteChanged({ userId, favourite }));
      const path = `/api/v1/favourites/${encodeURIComponent(userId)}`;
      const answer = await connected.rest.tell(favourite ? 'PUT' : 'DELETE', path);
      if (answer.ok) return { ok: true };
      store.dispatch(favouriteChanged({ userId, favourite: !favourite }));
      return { ok: false, failure: { code: 'notConnected' } };
    },
    takeDialRequest: () => {
      const { dialRequest } = store.getState();
      if (dialRequest !== null) store.dispatch(dialRequestTaken());
      return dialRequest;
    },
    phoneBook: phoneBookCommands(() => connected?.phoneBook ?? null),
    notices: noticeCommands(store, board, callBacks, ports.notifier, noticeTones),
    pauseShortcuts: (paused) => shortcuts?.pause(paused),
    loadOlderJournal: () => connected?.data.loadOlderJournal() ?? Promise.resolve(),
    markJournalSeen: () => connected?.data.markJournalSeen(),
    findCalls: (query, limit) => connected?.data.findCalls(query, limit) ?? notConnected,
    callDetails: (id) => connected?.data.callDetails(id) ?? notConnected,
    ...voicemailCommands(() => connected?.voicemail ?? null),
    setWindowLayout: (layout) => shell.setLayout(layout),
    showWindow: () => shell.show(),
    quit: () => shell.quit(),
  };

  void session.resume();
  void shortcuts?.states().then(showStates);
  void shell.takeLink().then((link) => {
    if (link !== null) takeLink(link);
  });
  return {
    store,
    commands,
    dispose: () => {
      for (const end of off) end();
      session.dispose();
      callBacks.dispose();
      callNotices.dispose();
      board.dispose();
    },
  };
};
