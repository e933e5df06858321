/** Chat and presence: what the engine starts with a session and gives to the windows as commands. */
import type { Availability, BareJid } from '../../protocol/identity.ts';
import type { Provisioning } from '../../protocol/rest.ts';
import type { EngineCommands, Outcome } from '../client/commands.ts';
import type { NoticeBoard } from '../notices/notice-board.ts';
import type { Ports } from '../ports/ports.ts';
import type { EngineStore } from '../state/store.ts';
import type { FailureCode } from '../state/types.ts';
import { createOrder, type ChatContext } from './chat-context.ts';
import { startChatSession, type ChatSession } from './chat-session.ts';
import { scaledPicture } from './own-picture.ts';
import { createStanzaLink } from './stanza/stanza-link.ts';
import type { XmppLinkFactory } from './xmpp-link.ts';

export type ChatCommands = Pick<
  EngineCommands,
  | 'openConversation'
  | 'loadOlderMessages'
  | 'sendMessage'
  | 'retryMessage'
  | 'setDraft'
  | 'setTyping'
  | 'markConversationRead'
  | 'leaveConversation'
  | 'setAvatar'
>;

export interface ChatService extends ChatCommands {
  /** Shows the local archive of this user; there is no connection yet. */
  restore(jid: BareJid, limits: Provisioning['limits']): Promise<void>;
  /** Shows the local archive, unless it is shown already, and connects until `stop`. Resolves when it is shown. */
  start(xmpp: Provisioning['xmpp'], limits: Provisioning['limits']): Promise<void>;
  /** Says goodbye and forgets the conversations in the store; the archive keeps them. */
  stop(): Promise<void>;
  /** The page is being left: says goodbye at once, so that the others see it. Nothing may follow but `stop`. */
  depart(): void;
  /** The machine woke up or its network changed: no waiting, and no trust in the connection. */
  checkConnection(): void;
  /** Own availability as all devices show it (CON-1); kept and told again after each reconnection. */
  publishPresence(availability: Availability, statusText: string): void;
}

export interface ChatServiceOptions {
  store: EngineStore;
  ports: Pick<Ports, 'archive' | 'clock' | 'shell'>;
  notices: NoticeBoard;
  /** The chat server refuses the device's password: the session has been revoked. */
  onAuthenticationFailed(): void;
  /** Other XMPP library, for tests. */
  createLink?: XmppLinkFactory;
}

/** Bytes that a message's envelope takes of the largest stanza. */
const envelopeBytes = 2048;
/** XML 1.0 §2.2; one that is not allowed would end the stream. */
const isXmlCharacter = (character: string): boolean => {
  const code = character.codePointAt(0) ?? 0;
  return code >= 0x20 ? code !== 0xfffe && code !== 0xffff : code === 0x09 || code === 0x0a || code === 0x0d;
};

const failed = (code: FailureCode): Outcome => ({ ok: false, failure: { code } });

const stanzaBytesOf = (body: string): number =>
  new TextEncoder().encode(body.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')).length +
  envelopeBytes;

/** 128 random bits; `crypto.randomUUID` would need a secure page. */
const newId = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');

export const createChatService = ({ store, ports, notices, ...options }: ChatServiceOptions): ChatService => {
  const context: ChatContext = { store, ...ports, notices, newId, inOrder: createOrder() };
  const createLink = options.createLink ?? createStanzaLink(ports.clock);
  let session: ChatSession | null = null;
  /** The session shows the archive, and has never been connected. */
  let restored = false;
  let presence: { availability: Availability; statusText: string } = { availability: 'available', statusText: '' };
  const lifecycle = createOrder();
  /** A window that comes back has its conversations open before there is a session to load them. */
  const openedEarly = new Set<BareJid>();

  const stop = () =>
    lifecycle(async () => {
      const ending = session;
      session = null;
      await ending?.stop();
    });

  const begin = async (jid: BareJid, limits: Provisioning['limits']): Promise<void> => {
    await stop();
    await lifecycle(async () => {
      const { onAuthenticationFailed } = options;
      session = await startChatSession({ context, createLink, jid, limits, presence, onAuthenticationFailed });
      restored = true;
    });
  };

  return {
    restore: begin,
    start: async (xmpp, limits) => {
      if (!restored || session?.jid !== xmpp.jid) await begin(xmpp.jid, limits);
      restored = false;
      session?.connect(xmpp);
    },
    stop,
    depart: () => session?.depart(),
    checkConnection: () => session?.checkConnection(),
    publishPresence: (availability, statusText) => {
      presence = { availability, statusText };
      session?.publishPresence(availability, statusText);
    },

    openConversation: (peer) => {
      if (session) return session.open(peer);
      openedEarly.add(peer);
      return Promise.resolve();
    },
    loadOlderMessages: (peer) => session?.history.loadOlder(peer) ?? Promise.resolve(),
    sendMessage: (peer, body) => {
      if (!session) return failed('notConnected');
      const text = [...body.toWellFormed()].filter(isXmlCharacter).join('');
      const { messageCharacters, stanzaBytes } = session.limits;
      if (text.length > messageCharacters || stanzaBytesOf(text) > stanzaBytes) return failed('messageTooLong');
      if (text.trim() === '') return { ok: true };
      session.typing.sent(peer);
      session.outbox.send(peer, text);
      return { ok: true };
    },
    retryMessage: (peer, messageId) => session?.outbox.retry(peer, messageId),
    setDraft: (peer, text) => session?.setDraft(peer, text),
    setTyping: (peer, typing) => session?.typing.set(peer, typing),
    markConversationRead: (peer) => session?.marks.markRead(peer),
    leaveConversation: (peer) => {
      openedEarly.delete(peer);
      session?.leave(peer);
    },
    setAvatar: async (picture) => {
      if (!session?.isUp()) return failed('notConnected');
      const { link, limits } = session;
      const scaled = picture && (await scaledPicture(picture, limits.avatarBytes));
      if (picture && !scaled) return failed('pictureInvalid');
      return (await link.publishPicture(scaled)) ? { ok: true } : failed('notConnected');
    },
  };
};
