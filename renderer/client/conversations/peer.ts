import type { BareJid } from '../../../protocol/identity.ts';

/** What to call somebody who is no contact: the part before the @. */
export const localPart = (peer: BareJid): string => peer.split('@', 1)[0] ?? peer;
