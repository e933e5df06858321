import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'react-redux';
import { contactOf } from '../../engine/state/contacts.ts';
import type { DomainState } from '../../engine/state/types.ts';
import { useCommands, useDomain } from '../client/engine-context.tsx';
import { noticeWords } from './notice-words.ts';
import { useNoticePlace } from './use-notice-place.ts';

/** Hands notices to the system's notification centre where that is their place, and takes them back with them. */
export function useSystemNotices(): void {
  const { t } = useTranslation('notices');
  const commands = useCommands();
  const store = useStore<DomainState>();
  const shown = useDomain((state) => state.notices.shown);
  const place = useNoticePlace();
  const handed = useRef(new Map<string, unknown>());
  useEffect(() => {
    const wanted = new Map(place === 'system' ? shown.map((notice) => [notice.id, notice]) : []);
    for (const id of handed.current.keys()) if (!wanted.has(id)) commands.notices.closeInSystem(id);
    for (const [id, notice] of wanted) {
      if (handed.current.get(id) === notice) continue;
      const contact =
        notice.kind === 'callBack' || notice.kind === 'pickUp'
          ? (contactOf(store.getState().contacts, notice.userId) ?? null)
          : null;
      const { title, text } = noticeWords(notice, contact, t);
      commands.notices.showInSystem({ id, title, body: text });
    }
    handed.current = wanted;
  }, [shown, place, commands, store, t]);
}
