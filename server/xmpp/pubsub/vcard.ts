/** Pictures and cards as older clients know them (XEP-0054, XEP-0153), one with the avatars (XEP-0398). */
import { createHash } from 'node:crypto';
import type { Account } from '../../accounts/accounts.ts';
import type { UserId } from '../../../protocol/identity.ts';
import { errorReply, iqResult } from '../errors.ts';
import { ns } from '../namespaces.ts';
import type { Session } from '../sessions/session.ts';
import { element, type XmlElement } from '../xml/element.ts';
import { parseFrame } from '../xml/parser.ts';
import { serialize } from '../xml/serializer.ts';
import type { NodeStore } from './node-store.ts';
import type { PersonalEventing } from './personal-eventing.ts';

const largestPicture = 256 * 1024;
const imageType = /^image\/(png|jpeg|gif|webp)$/;

const text = (name: string, value: string): XmlElement => element(name, ns.vcard, {}, value);

const parse = (xml: string): XmlElement | null => {
  const parsed = parseFrame(xml);
  return parsed.ok ? parsed.element : null;
};

export class Vcards {
  private readonly nodes: NodeStore;
  private readonly eventing: PersonalEventing;

  constructor(nodes: NodeStore, eventing: PersonalEventing) {
    this.nodes = nodes;
    this.eventing = eventing;
  }

  async answer(session: Session, iq: XmlElement, card: XmlElement, owner: Account): Promise<void> {
    if (iq.attribute('type') === 'get') return session.sendStanza(iqResult(iq, await this.cardOf(owner)));
    if (owner.userId !== session.account.userId) return session.sendStanza(errorReply(iq, 'forbidden'));
    const photo = card.child('PHOTO', ns.vcard);
    const rest = card.with(
      {},
      card.children.filter((child) => child !== photo),
    );
    const stored = await this.storePhoto(owner, photo);
    if (!stored) return session.sendStanza(errorReply(iq, 'not-acceptable'));
    await this.nodes.storeVcard(owner.userId, serialize(rest));
    session.sendStanza(iqResult(iq));
  }

  private async storePhoto(owner: Account, photo: XmlElement | undefined): Promise<boolean> {
    const encoded = photo?.child('BINVAL', ns.vcard)?.text().replace(/\s+/g, '') ?? '';
    if (encoded === '') {
      if (await avatarHash(this.nodes, owner.userId)) {
        const empty = { id: 'none', payload: serialize(element('metadata', ns.avatarMetadata)) };
        await this.eventing.publishItem(owner, ns.avatarMetadata, empty);
      }
      return true;
    }
    const type = photo?.child('TYPE', ns.vcard)?.text() ?? 'image/png';
    if (!/^[A-Za-z0-9+/]+={0,2}$/.test(encoded) || !imageType.test(type)) return false;
    const picture = Buffer.from(encoded, 'base64');
    if (picture.length > largestPicture) return false;
    const id = createHash('sha1').update(picture).digest('hex');
    if (id === (await avatarHash(this.nodes, owner.userId))) return true;
    const info = element('info', ns.avatarMetadata, { id, type, bytes: String(picture.length) });
    const data = { id, payload: serialize(element('data', ns.avatarData, {}, encoded)) };
    const metadata = { id, payload: serialize(element('metadata', ns.avatarMetadata, {}, info)) };
    return (
      (await this.eventing.publishItem(owner, ns.avatarData, data)) === 'done' &&
      (await this.eventing.publishItem(owner, ns.avatarMetadata, metadata)) === 'done'
    );
  }

  /** The stored card, or one made from the account, with the picture of the avatar. */
  private async cardOf(owner: Account): Promise<XmlElement> {
    const xml = await this.nodes.vcard(owner.userId);
    const stored = xml ? parse(xml) : null;
    const card =
      stored ??
      element(
        'vCard',
        ns.vcard,
        {},
        text('FN', owner.name),
        text('NICKNAME', owner.username),
        element('TEL', ns.vcard, {}, element('WORK', ns.vcard), text('NUMBER', owner.extension)),
      );
    const hash = await avatarHash(this.nodes, owner.userId);
    const data = hash ? await this.nodes.item(owner.userId, ns.avatarData, hash) : null;
    const picture = data ? parse(data.payload)?.text() : null;
    if (!picture) return card;
    const type = (await avatarInfo(this.nodes, owner.userId))?.attribute('type') ?? 'image/png';
    return card.with({}, [
      ...card.children,
      element('PHOTO', ns.vcard, {}, text('TYPE', type), text('BINVAL', picture)),
    ]);
  }
}

const avatarInfo = async (nodes: NodeStore, userId: UserId): Promise<XmlElement | null> => {
  const configuration = await nodes.configuration(userId, ns.avatarMetadata);
  if (configuration?.accessModel !== 'presence') return null;
  const [item] = await nodes.items(userId, ns.avatarMetadata, 1);
  return (item && parse(item.payload)?.child('info', ns.avatarMetadata)) ?? null;
};

/** SHA-1 of the user's picture as it is published; empty: none. */
export const avatarHash = async (nodes: NodeStore, userId: UserId): Promise<string> => {
  const id = (await avatarInfo(nodes, userId))?.attribute('id') ?? '';
  return /^[0-9a-f]{40}$/i.test(id) ? id.toLowerCase() : '';
};
