/**
 * The XMPP link on stanza (docs/decisions/002-xmpp-client.md). Every connection gets a fresh client, which takes over
 * the stream management state of the one before: nothing of a dead connection can hold up the next.
 */
import { createClient, JXT, Platform, type Agent, type Stanzas } from 'stanza';
import type { Clock } from '../../ports/ports.ts';
import type { BareJid } from '../../../protocol/identity.ts';
import type {
  ArchivePage,
  ArchiveQuery,
  Picture,
  XmppAccount,
  XmppLink,
  XmppLinkFactory,
  XmppLinkListener,
} from '../xmpp-link.ts';
import { FrameTransport } from './frame-transport.ts';
import { bareOf, showOf, stanzaOf, wireMessageOf, wirePresenceOf } from './wire-messages.ts';

const capabilitiesNode = 'https://kontor.example/client';
const pingSeconds = 15;
/** After its transport is gone the library has this long to empty its queues. */
const drainMilliseconds = 1000;
const namespaces = { avatarData: 'urn:xmpp:avatar:data', avatarMetadata: 'urn:xmpp:avatar:metadata' } as const;
/** Failures that trying again with the same password cannot mend (RFC 6120 §6.5). */
const finalFailures: readonly string[] = ['not-authorized', 'account-disabled', 'credentials-expired'];

/** The library knows the nonzas of client states but not the feature that offers them. */
const clientStateFeature = JXT.extendStreamFeatures({ clientState: JXT.childBoolean('urn:xmpp:csi:0', 'csi') });

type StreamState = Parameters<Agent['sm']['load']>[0];

class StanzaLink implements XmppLink {
  lastHeardAt = 0;
  private readonly accountOf: () => XmppAccount;
  private readonly listener: XmppLinkListener;
  private readonly clock: Clock;
  private client: Agent | null = null;
  private stream: StreamState | null = null;
  private clientStateOffered = false;
  private active = true;
  private refused = false;

  constructor(account: () => XmppAccount, listener: XmppLinkListener, clock: Clock) {
    this.accountOf = account;
    this.listener = listener;
    this.clock = clock;
  }

  private get account(): XmppAccount {
    return this.accountOf();
  }

  open(): void {
    if (this.client) return;
    this.refused = false;
    const client = createClient({
      jid: this.account.jid,
      password: this.account.password,
      resource: this.account.resource,
      transports: { frames: this.account.url },
      transportPreferenceOrder: ['frames'],
      capsNode: capabilitiesNode,
      autoReconnect: false,
      sendReceipts: false,
      chatMarkers: false,
      timeout: pingSeconds,
    });
    client.stanzas.define(clientStateFeature);
    // The library builds its transport with `new`; the time of the last frame belongs to the link.
    const heard = () => {
      this.lastHeardAt = this.clock.now();
    };
    client.transports['frames'] = class extends FrameTransport {
      constructor(agent: Agent, _sm: unknown, registry: Agent['stanzas']) {
        super(agent, registry, heard);
      }
    };
    this.client = client;
    this.lastHeardAt = this.clock.now();
    this.listenToStream(client);
    this.listenToStanzas(client);
    // The library would send what is resumed without counting it (its `replay`), and misread every later
    // acknowledgement. As ordinary stanzas they are counted, in the same order.
    client.sm.removeAllListeners('resend');
    client.sm.on('resend', ({ kind, stanza }: { kind: 'message'; stanza: Stanzas.Message }) => {
      void client.send(kind, stanza);
    });
    if (this.stream) client.sm.load(this.stream);
    client.connect();
  }

  async close(): Promise<void> {
    const client = this.client;
    this.client = null;
    this.stream = null;
    if (!client) return;
    await new Promise<void>((resolve) => {
      const cancel = this.clock.after(drainMilliseconds, resolve);
      client.once('disconnected', () => {
        cancel();
        resolve();
      });
      client.sendPresence({ type: 'unavailable' });
      client.disconnect();
    });
    client.removeAllListeners();
  }

  abort(): void {
    this.client?.transport?.disconnect(false);
  }

  send(message: Parameters<XmppLink['send']>[0]): void {
    this.client?.sendMessage(stanzaOf(message));
  }

  sendPresence(...[availability, statusText]: Parameters<XmppLink['sendPresence']>): void {
    const client = this.client;
    if (!client) return;
    client.updateCaps();
    client.sendPresence({
      show: showOf(availability),
      status: statusText === '' ? undefined : statusText,
      legacyCapabilities: client.disco.getCaps(),
    });
  }

  setActive(active: boolean): void {
    this.active = active;
    // Only the state of the stream matters: a new one starts as active (XEP-0352 §5.1).
    if (this.clientStateOffered) {
      // The library's type and its definition disagree on the field's name; the definition decides.
      void this.client?.send('csi', { state: active ? 'active' : 'inactive' } as unknown as Stanzas.CSI);
    }
  }

  async ping(): Promise<boolean> {
    try {
      await this.client?.ping();
      return this.client !== null;
    } catch (error) {
      // An error is an answer too, unless it is the library's own about the silence.
      const condition: string | undefined = (error as Partial<Stanzas.IQ>).error?.condition;
      return condition !== 'timeout';
    }
  }

  async queryArchive({ with: peer, page, max }: ArchiveQuery): Promise<ArchivePage> {
    const client = this.client;
    if (!client) return { outcome: 'failed' };
    try {
      const paging = 'after' in page && page.after === '' ? { max } : { ...page, max };
      const answer = await client.searchHistory({ with: peer, paging, version: '2' });
      const results = answer.results ?? [];
      return {
        outcome: 'page',
        messages: results.flatMap((result) => {
          const message = result.item.message as Stanzas.Message | undefined;
          const archived = { id: result.id, timestamp: result.item.delay?.timestamp };
          const wire = message && wireMessageOf(message, { ownJid: this.account.jid, archived, copy: true });
          return wire ? [wire] : [];
        }),
        first: answer.paging?.first ?? null,
        last: answer.paging?.last ?? null,
        complete: answer.complete === true,
      };
    } catch (error) {
      const condition = (error as Partial<Stanzas.IQ>).error?.condition;
      return { outcome: condition === 'item-not-found' ? 'idUnknown' : 'failed' };
    }
  }

  async fetchPicture(jid: BareJid, pictureId: string): Promise<Picture | null> {
    try {
      const item = await this.client?.getAvatar(jid, pictureId);
      const data = item?.content?.data;
      return data ? { bytes: new Uint8Array(data), mediaType: mediaTypeOf(data) } : null;
    } catch {
      return null;
    }
  }

  async publishPicture(picture: Parameters<XmppLink['publishPicture']>[0]): Promise<boolean> {
    const client = this.client;
    if (!client) return false;
    try {
      if (!picture) {
        await client.useAvatars([]);
        return true;
      }
      const data = Platform.Buffer.from(picture.bytes);
      const id = Platform.createHash('sha1').update(data).digest('hex') as string;
      await client.publishAvatar(id, data);
      const { mediaType, width, height } = picture;
      await client.useAvatars([{ id, bytes: data.length, mediaType, width, height }]);
      return true;
    } catch {
      return false;
    }
  }

  /** From the connection to the point where stanzas may go out, and back. */
  private listenToStream(client: Agent): void {
    let managementOffered = false;
    let bound = false;
    let over = false;
    const opened = (resumed: boolean) => {
      if (this.client !== client || over) return;
      this.listener.opened(resumed);
      if (!this.active) this.setActive(false);
    };
    const established = async () => {
      // A server without carbons is worth talking to all the same.
      await client.enableCarbons().catch(() => undefined);
      opened(false);
    };
    client.on('features', (features) => {
      managementOffered = features.streamManagement !== undefined;
      this.clientStateOffered ||= (features as { clientState?: boolean }).clientState === true;
    });
    client.on('session:started', () => {
      bound = true;
      if (!managementOffered) void established();
    });
    client.on('sm', (nonza: Stanzas.StreamManagement) => {
      if (bound && (nonza.type === 'enabled' || nonza.type === 'failed')) void established();
    });
    client.on('stream:management:resumed', () => opened(true));
    client.on('sasl', (nonza: Stanzas.SASL) => {
      if (nonza.type === 'failure' && finalFailures.includes(nonza.condition)) this.refused = true;
    });
    const finish = () => {
      if (over) return;
      over = true;
      client.removeAllListeners();
      if (this.client !== client) return;
      this.client = null;
      const { id, jid, allowResume, handled, lastAck, unacked } = client.sm;
      this.stream = id && allowResume ? { id, jid, allowResume, handled, lastAck, unacked } : null;
      this.listener.closed(this.refused ? 'refused' : 'lost');
    };
    client.on('disconnected', finish);
    client.on('--transport-disconnected', () => void this.clock.after(drainMilliseconds, finish));
  }

  private listenToStanzas(client: Agent): void {
    const ownJid = this.account.jid;
    // The library tells copies of received messages as messages again.
    const copies = new WeakSet<Stanzas.Message>();
    const tell = (message: Stanzas.Message, copy: boolean) => {
      const wire = wireMessageOf(message, { ownJid, archived: null, copy });
      if (wire) this.listener.messageReceived(wire);
    };
    client.on('carbon:received', ({ carbon }) => {
      if (carbon.forward.message) copies.add(carbon.forward.message);
    });
    client.on('carbon:sent', ({ carbon }) => {
      if (carbon.forward.message) tell(carbon.forward.message, true);
    });
    client.on('message', (message) => {
      if (message.archive || message.carbon) return;
      if (message.type !== 'error') tell(message, copies.has(message));
      else {
        const peer = bareOf(message.from);
        if (peer !== null && message.id) this.listener.messageBounced(peer, message.id);
      }
    });
    client.on('message:acked', (message) => {
      if (message.id) this.listener.messageAcknowledged(message.id);
    });
    client.on('presence', (stanza) => {
      const presence = wirePresenceOf(stanza);
      if (presence) this.listener.presenceReceived(presence);
    });
    client.on('pubsub:published', (event) => {
      const { items } = event.pubsub;
      const jid = bareOf(event.from);
      if (items.node !== namespaces.avatarMetadata || jid === null) return;
      const content = items.published[0]?.content as { versions?: Stanzas.AvatarVersion[] } | undefined;
      this.listener.avatarAnnounced(jid, content?.versions?.[0]?.id ?? null);
    });
  }
}

/** By the first bytes: what the sender claims is not to be trusted in a URL. */
const mediaTypeOf = (bytes: Uint8Array): string => {
  const starts = (...prefix: number[]) => prefix.every((byte, index) => bytes[index] === byte);
  if (starts(0x89, 0x50, 0x4e, 0x47)) return 'image/png';
  if (starts(0xff, 0xd8, 0xff)) return 'image/jpeg';
  if (starts(0x52, 0x49, 0x46, 0x46)) return 'image/webp';
  if (starts(0x47, 0x49, 0x46)) return 'image/gif';
  return 'application/octet-stream';
};

export const createStanzaLink =
  (clock: Clock): XmppLinkFactory =>
  (account, listener) =>
    new StanzaLink(account, listener, clock);
