import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Dialog, DialogTrigger, ListBox, ListBoxItem, Popover } from 'react-aria-components';
import { Smile } from 'lucide-react';
import { IconButton } from '../../ui/button.tsx';
import { emojis } from './emoji.ts';
import styles from './emoji-picker.module.css';

/** Offers some emoji, found by their names in the language that is shown. Arrow keys move, Enter takes. */
export function EmojiPicker({ onChoose }: { onChoose: (emoji: string) => void }) {
  const { t, i18n } = useTranslation('chat');
  const [query, setQuery] = useState('');
  const wanted = query.trim().toLocaleLowerCase(i18n.language);
  const found = emojis
    .map(([name, emoji]) => ({ name, emoji, label: t(`emojiNames.${name}`) }))
    .filter(({ label, name }) => label.toLowerCase().includes(wanted) || name.includes(wanted));
  return (
    <DialogTrigger onOpenChange={() => setQuery('')}>
      <IconButton label={t('emoji')} icon={<Smile />} />
      <Popover className={styles.popover} placement="top end">
        <Dialog className={styles.dialog} aria-label={t('emoji')}>
          {({ close }) => {
            const take = (emoji: string) => {
              close();
              onChoose(emoji);
            };
            return (
              <>
                <input
                  className={styles.search}
                  type="search"
                  value={query}
                  placeholder={t('emojiSearch')}
                  aria-label={t('emojiSearch')}
                  onChange={(event) => setQuery(event.target.value)}
                  onKeyDown={(event) => {
                    const first = found[0];
                    if (event.key === 'Enter' && !event.nativeEvent.isComposing && first) take(first.emoji);
                  }}
                />
                <ListBox
                  className={styles.grid}
                  aria-label={t('emoji')}
                  layout="grid"
                  items={found}
                  onAction={(key) => {
                    const chosen = found.find(({ name }) => name === key);
                    if (chosen) take(chosen.emoji);
                  }}
                  renderEmptyState={() => <p className={styles.none}>{t('emojiNone')}</p>}
                >
                  {({ name, emoji, label }) => (
                    <ListBoxItem id={name} className={styles.emoji} textValue={label} aria-label={label}>
                      <span aria-hidden title={label}>
                        {emoji}
                      </span>
                    </ListBoxItem>
                  )}
                </ListBox>
              </>
            );
          }}
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
}
