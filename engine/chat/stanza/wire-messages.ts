/** Between stanza's typed stanzas and the chat's own words. What comes from the network is checked and cut here. */
import { JID, type Stanzas } from 'stanza';
import type { Availability, BareJid, DeviceKind } from '../../../protocol/identity.ts';
import type { ChatState, OutgoingMessage, WireMessage, WirePresence } from '../xmpp-link.ts';

const longestId = 256;
const longestStatus = 200;
/** Nothing longer is shown; a server lets nothing like it through. */
const longestBody = 100_000;

/** Preparing an address costs more than anything else about a message, and few come up again and again. */
const bares = new Map<string, BareJid | null>();
const rememberedBares = 2_000;

/** Lower-case bare address; `null` where there is none. */
export const bareOf = (jid: string | undefined): BareJid | null => {
  if (jid === undefined || jid === '' || jid.length > 4_096) return null;
  const known = bares.get(jid);
  if (known !== undefined) return known;
  const bare = JID.toBare(jid).toLowerCase();
  const result = bare.length >= 3 && bare.length <= 512 ? bare : null;
  if (bares.size >= rememberedBares) bares.clear();
  bares.set(jid, result);
  return result;
};
const idOf = (id: string | undefined): string | null =>
  id !== undefined && id.length > 0 && id.length <= longestId ? id : null;

const chatStates: readonly string[] = ['active', 'composing', 'paused', 'inactive', 'gone'];
const isChatState = (state: string | undefined): state is ChatState =>
  state !== undefined && chatStates.includes(state);

export interface Sighting {
  ownJid: BareJid;
  /** As the archive's result says; `null` for live messages. */
  archived: { id: string; timestamp: Date | undefined } | null;
  /** A copy of what another device got or sent. */
  copy: boolean;
}

/** `null`: nothing that belongs to a conversation of two. */
export const wireMessageOf = (message: Stanzas.Message, sighting: Sighting): WireMessage | null => {
  const type = message.type ?? 'normal';
  if (type !== 'chat' && type !== 'normal') return null;
  const from = bareOf(message.from) ?? sighting.ownJid;
  const to = bareOf(message.to) ?? sighting.ownJid;
  const direction = from === sighting.ownJid ? 'out' : 'in';
  const delayed =
    message.delay?.from !== undefined && JID.getDomain(message.delay.from) === JID.getDomain(sighting.ownJid);
  const stamp = sighting.archived ? sighting.archived.timestamp : delayed ? message.delay?.timestamp : undefined;
  const time = stamp instanceof Date && Number.isFinite(stamp.getTime()) ? stamp.getTime() : null;
  const stanzaId = message.stanzaIds?.find((each) => bareOf(each.by) === sighting.ownJid)?.id;
  return {
    peer: direction === 'out' ? to : from,
    direction,
    // Receipts and markers name the stanza's id; of a message with both ids they are the same with all clients.
    id: idOf(message.originId) ?? idOf(message.id),
    archiveId: idOf(sighting.archived?.id ?? stanzaId),
    timestamp: time,
    body: message.body === undefined || message.body === '' ? null : message.body.slice(0, longestBody),
    chatState: isChatState(message.chatState) ? message.chatState : null,
    receiptWanted:
      message.receipt?.type === 'request' && direction === 'in' && sighting.archived === null && !sighting.copy,
    receivedId: message.receipt?.type === 'received' ? idOf(message.receipt.id) : null,
    displayedId: message.marker?.type === 'displayed' ? idOf(message.marker.id) : null,
  };
};

export const stanzaOf = (message: OutgoingMessage): Stanzas.Message => {
  const head: Stanzas.Message = { id: message.id, to: message.peer, type: 'chat' };
  switch (message.kind) {
    case 'chat':
      return {
        ...head,
        originId: message.id,
        body: message.body,
        chatState: 'active',
        receipt: { type: 'request' },
        marker: { type: 'markable' },
      };
    case 'receipt':
      return { ...head, receipt: { type: 'received', id: message.receivedId } };
    case 'displayed':
      return { ...head, marker: { type: 'displayed', id: message.displayedId } };
    case 'chatState':
      return { ...head, chatState: message.chatState };
  }
};

const availabilityOf = (show: string | undefined): Availability =>
  show === 'dnd' ? 'dnd' : show === 'away' || show === 'xa' ? 'away' : 'available';
export const showOf = (availability: Availability): 'away' | 'dnd' | undefined =>
  availability === 'available' ? undefined : availability;

const deviceKindOf = (resource: string): DeviceKind => {
  const kind = resource.split('-', 1)[0];
  return kind === 'desktop' || kind === 'browser' || kind === 'mobile' ? kind : 'other';
};

/** `null`: not about availability. */
export const wirePresenceOf = (presence: Stanzas.Presence): WirePresence | null => {
  const jid = bareOf(presence.from);
  if (jid === null || (presence.type !== undefined && presence.type !== 'unavailable')) return null;
  const resource = JID.getResource(presence.from) ?? '';
  return {
    jid,
    resource,
    availability: presence.type === 'unavailable' ? null : availabilityOf(presence.show),
    statusText: (presence.status ?? '').slice(0, longestStatus),
    priority: presence.priority ?? 0,
    deviceKind: deviceKindOf(resource),
  };
};
