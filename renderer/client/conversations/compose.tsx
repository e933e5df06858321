import { useEffect, useLayoutEffect, useRef, useState, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { Phone, SendHorizontal } from 'lucide-react';
import type { BareJid } from '../../../protocol/identity.ts';
import { selectContactByJid } from '../../../engine/state/selectors.ts';
import { useCommands, useDomain } from '../engine-context.tsx';
import { useNavigation } from '../layout/navigation.tsx';
import { IconButton } from '../../ui/button.tsx';
import styles from './compose.module.css';
import { EmojiPicker } from './emoji-picker.tsx';

import { useDraft } from './use-draft.ts';

interface ComposeProps {
  peer: BareJid;
  name: string;
  takesFocus: boolean;
  onScrollPages: (pages: number) => void;
}

const defaultLimit = 10_000;
/** From here on the room that is left is counted. */
const warnFrom = 500;

/** Field for a message: Enter sends, Shift+Enter breaks the line, an input method keeps its Enter (CHA-2). */
export function Compose({ peer, name, takesFocus, onScrollPages }: ComposeProps) {
  const { t } = useTranslation('chat');
  const commands = useCommands();
  const { call } = useNavigation();
  const extension = useDomain((state) => selectContactByJid(peer)(state)?.extension ?? null);
  const limit = useDomain((state) =>
    state.session.phase === 'loggedIn' ? state.session.provisioning.limits.messageCharacters : defaultLimit,
  );
  const draft = useDraft(peer);
  const [failed, setFailed] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  const left = limit - draft.text.length;
  const canSend = draft.text.trim() !== '' && left >= 0;

  useLayoutEffect(() => {
    const element = field.current;
    if (!element) return;
    element.style.height = 'auto';
    element.style.height = `${element.scrollHeight}px`;
  }, [draft.text]);
  useEffect(() => {
    // On a touch screen the keyboard would cover what one came to read.
    if (takesFocus && matchMedia('(pointer: fine)').matches) field.current?.focus({ preventScroll: true });
  }, [takesFocus]);

  const send = () => {
    if (!canSend) return;
    const outcome = commands.sendMessage(peer, draft.text.trim());
    setFailed(!outcome.ok);
    if (outcome.ok) draft.clear();
    field.current?.focus();
  };
  const insert = (emoji: string) => {
    const element = field.current;
    const start = element?.selectionStart ?? draft.text.length;
    const end = element?.selectionEnd ?? start;
    draft.write(draft.text.slice(0, start) + emoji + draft.text.slice(end));
    requestAnimationFrame(() => {
      element?.focus();
      element?.setSelectionRange(start + emoji.length, start + emoji.length);
    });
  };
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    // Safari ends a composition before the Enter that ended it; 229 tells.
    if (event.nativeEvent.isComposing || event.keyCode === 229) return;
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      send();
    } else if (event.key === 'PageUp' || event.key === 'PageDown') {
      event.preventDefault();
      onScrollPages(event.key === 'PageUp' ? -1 : 1);
    }
  };
  return (
    <footer className={styles.footer}>
      {failed && (
        <p className={styles.failed} role="alert">
          {t('sendFailed')}
        </p>
      )}
      <div className={styles.compose}>
        {extension !== null && (
          <span className={styles.handset}>
            <IconButton label={t('call', { name })} icon={<Phone />} onPress={() => call(extension)} />
          </span>
        )}
        <textarea
          ref={field}
          className={styles.field}
          rows={1}
          dir="auto"
          value={draft.text}
          placeholder={t('placeholder', { name })}
          aria-label={t('placeholder', { name })}
          aria-invalid={left < 0}
          onChange={(event) => {
            setFailed(false);
            draft.write(event.target.value);
          }}
          onKeyDown={onKeyDown}
          onBlur={draft.rest}
        />
        {left < warnFrom && (
          <span className={styles.count} data-over={left < 0 || undefined} aria-live="polite">
            {left < 0 ? t('tooLong', { count: -left }) : t('charactersLeft', { count: left })}
          </span>
        )}
        <EmojiPicker onChoose={insert} />
        <IconButton label={t('send')} icon={<SendHorizontal />} kind="primary" isDisabled={!canSend} onPress={send} />
      </div>
    </footer>
  );
}
