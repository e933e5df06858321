/** Pictures of contacts (XEP-0084): announced by hash, fetched once, kept with the messages. */
import type { BareJid } from '../../protocol/identity.ts';
import { avatarChanged } from '../state/contacts.ts';
import type { ChatContext } from './chat-context.ts';
import type { XmppLink } from './xmpp-link.ts';

const valueKey = 'avatar:';
const atOnce = 3;
const pictureTypes: readonly string[] = ['image/png', 'image/jpeg', 'image/webp', 'image/gif'];

export interface Avatars {
  load(): Promise<void>;
  announced(jid: BareJid, pictureId: string | null): void;
  contactsChanged(): void;
}

const base64Of = (bytes: Uint8Array): string => {
  let text = '';
  for (let start = 0; start < bytes.length; start += 0x8000) {
    text += String.fromCharCode(...bytes.subarray(start, start + 0x8000));
  }
  return btoa(text);
};

export const createAvatars = (
  { store, archive }: Pick<ChatContext, 'store' | 'archive'>,
  currentLink: () => Pick<XmppLink, 'fetchPicture'> | null,
  largestBytes: () => number,
): Avatars => {
  const known = new Map<BareJid, { pictureId: string; url: string }>();
  const wanted = new Map<BareJid, string>();
  let fetching = 0;

  const show = (jid: BareJid, avatarUrl: string | null) => store.dispatch(avatarChanged({ jid, avatarUrl }));
  const fetchOne = async (jid: BareJid, pictureId: string) => {
    const picture = (await currentLink()?.fetchPicture(jid, pictureId)) ?? null;
    if (!picture || picture.bytes.length > largestBytes() || !pictureTypes.includes(picture.mediaType)) return;
    const url = `data:${picture.mediaType};base64,${base64Of(picture.bytes)}`;
    known.set(jid, { pictureId, url });
    show(jid, url);
    await archive.call('setValue', { key: `${valueKey}${jid}`, value: `${pictureId} ${url}` });
  };
  const fetchNext = () => {
    for (const [jid, pictureId] of wanted) {
      if (fetching >= atOnce) return;
      wanted.delete(jid);
      fetching += 1;
      void fetchOne(jid, pictureId)
        .catch(() => undefined)
        .finally(() => {
          fetching -= 1;
          fetchNext();
        });
    }
  };

  return {
    load: async () => {
      known.clear();
      for (const [key, value] of Object.entries(await archive.call('values', { prefix: valueKey }))) {
        const [pictureId, url] = value.split(' ', 2);
        if (pictureId && url?.startsWith('data:image/')) known.set(key.slice(valueKey.length), { pictureId, url });
      }
      for (const [jid, { url }] of known) show(jid, url);
    },
    announced: (jid, pictureId) => {
      if (pictureId === null) {
        if (!known.delete(jid)) return;
        show(jid, null);
        void archive.call('setValue', { key: `${valueKey}${jid}`, value: null });
      } else if (known.get(jid)?.pictureId !== pictureId) {
        wanted.set(jid, pictureId);
        fetchNext();
      }
    },
    contactsChanged: () => {
      for (const [jid, { url }] of known) show(jid, url);
    },
  };
};
