/** Typing indication (XEP-0085): told when it begins, ended by a pause, by sending, or by silence (CHA-3). */
import type { BareJid } from '../../protocol/identity.ts';
import { peerTypingChanged } from '../state/conversations.ts';
import type { ChatContext } from './chat-context.ts';
import type { ChatState, WireMessage } from './xmpp-link.ts';

/** Without another key for this long, one has paused. */
const pauseAfter = 5_000;
/** The other side may have gone without a word. */
const doubtAfter = 20_000;

export interface Typing {
  set(peer: BareJid, typing: boolean): void;
  /** A message went out, and said by itself that typing is over. */
  sent(peer: BareJid): void;
  take(message: WireMessage): void;
  forget(): void;
}

export const createTyping = (
  { store, clock }: Pick<ChatContext, 'store' | 'clock'>,
  tell: (peer: BareJid, state: ChatState) => void,
): Typing => {
  const own = new Map<BareJid, () => void>();
  const others = new Map<BareJid, () => void>();

  const end = (timers: Map<BareJid, () => void>, peer: BareJid): boolean => {
    timers.get(peer)?.();
    return timers.delete(peer);
  };
  const showTyping = (peer: BareJid, typing: boolean) => store.dispatch(peerTypingChanged({ peer, typing }));

  return {
    set: (peer, typing) => {
      const wasTyping = end(own, peer);
      if (!typing) {
        if (wasTyping) tell(peer, 'active');
        return;
      }
      if (!wasTyping) tell(peer, 'composing');
      const pause = () => {
        own.delete(peer);
        tell(peer, 'paused');
      };
      own.set(peer, clock.after(pauseAfter, pause));
    },
    sent: (peer) => void end(own, peer),
    take: (message) => {
      const { peer, direction, chatState, body } = message;
      if (direction !== 'in' || (chatState === null && body === null)) return;
      const wasTyping = end(others, peer);
      if (chatState === 'composing' && body === null) {
        const doubt = () => {
          others.delete(peer);
          showTyping(peer, false);
        };
        others.set(peer, clock.after(doubtAfter, doubt));
        showTyping(peer, true);
      } else if (wasTyping) {
        showTyping(peer, false);
      }
    },
    forget: () => {
      for (const peer of [...own.keys()]) end(own, peer);
      for (const peer of [...others.keys()]) {
        end(others, peer);
        showTyping(peer, false);
      }
    },
  };
};
