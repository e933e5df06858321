/**
 * Client state indication (XEP-0352): while the client is inactive, presence and chat states wait,
 * only the newest of each contact. Anything else lets them out first, so that order is kept.
 */
import { isChatState } from '../messages/payload.ts';
import type { XmlElement } from '../xml/element.ts';

const largestHold = 20_000;

const keyOf = (stanza: XmlElement): string | null => {
  const type = stanza.attribute('type');
  if (stanza.name === 'presence' && (type === undefined || type === 'unavailable')) {
    return `presence ${stanza.attribute('from') ?? ''}`;
  }
  if (stanza.name === 'message' && isChatState(stanza)) return `state ${stanza.attribute('from') ?? ''}`;
  return null;
};

export class ClientState {
  private inactive = false;
  private readonly held = new Map<string, XmlElement>();

  /** Stanzas to send now, oldest first. */
  offer(stanza: XmlElement): XmlElement[] {
    if (!this.inactive) return [stanza];
    const key = keyOf(stanza);
    if (key === null || this.held.size >= largestHold) return [...this.release(), stanza];
    this.held.delete(key);
    this.held.set(key, stanza);
    return [];
  }

  becomeInactive(): void {
    this.inactive = true;
  }

  /** What was held, to send now. */
  becomeActive(): XmlElement[] {
    this.inactive = false;
    return this.release();
  }

  private release(): XmlElement[] {
    const stanzas = [...this.held.values()];
    this.held.clear();
    return stanzas;
  }
}
