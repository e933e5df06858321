import type { BareJid, UserId } from '../../../protocol/identity.ts';
import type { Contact, DomainState } from '../../../engine/state/types.ts';

/** By the list of ids, which changes when people come and go but not with their presence. */
const idsByJid = new WeakMap<readonly UserId[], Map<BareJid, UserId>>();

/** The contact behind an address of a conversation; `null` when nobody visible has it. */
export function contactOfPeer(state: DomainState, peer: BareJid): Contact | null {
  const { ids, byId } = state.contacts;
  let index = idsByJid.get(ids);
  if (!index) {
    index = new Map(ids.flatMap((id) => (byId[id] ? [[byId[id].jid, id] as const] : [])));
    idsByJid.set(ids, index);
  }
  const id = index.get(peer);
  return id === undefined ? null : (byId[id] ?? null);
}

/** What to call somebody who is no contact: the part before the @. */
export const localPart = (peer: BareJid): string => peer.split('@', 1)[0] ?? peer;
