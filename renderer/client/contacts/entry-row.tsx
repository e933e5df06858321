import { Phone, Star } from 'lucide-react';
import { memo, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import type { Settings } from '../../../protocol/settings.ts';
import { selectPhoneBookFavourites } from '../../../engine/state/selectors.ts';
import { Avatar } from '../../ui/avatar.tsx';
import { useCommands, useDomain } from '../engine-context.tsx';
import { useNavigation } from '../layout/navigation.tsx';
import { useEntryDialogs } from '../phone-book/entry-dialogs.tsx';
import { moveInRow } from './contact-row.tsx';
import styles from './contact-row.module.css';

interface EntryRowProps {
  /** Of the entry. */
  id: string;
  /** Of the line in the list. */
  lineId: string;
  top: number;
  height: number;
  rowIndex: number;
  style: Settings['contactStyle'];
  isActive: boolean;
  onActivate: (lineId: string) => void;
}

/** A favourite of the phone book among the contacts (CON-9): no presence, but a name and a handset. */
export const EntryRow = memo(function EntryRow(props: EntryRowProps) {
  const { id, lineId, top, height, rowIndex, style, isActive, onActivate } = props;
  const { t } = useTranslation(['contacts', 'phoneBook']);
  const entry = useDomain((state) => selectPhoneBookFavourites(state).find((each) => each.id === id));
  const { phoneBook } = useCommands();
  const { call } = useNavigation();
  const { showEntry } = useEntryDialogs();
  if (entry === undefined) return null;
  const number = entry.numbers.find(({ kind }) => kind !== 'fax')?.number;
  const details = [entry.company, number].filter(Boolean).join(' · ');
  const onKeyDown = (event: KeyboardEvent<HTMLElement>): void => {
    if (event.key === 'ArrowRight' || event.key === 'ArrowLeft') moveInRow(event);
  };
  return (
    <div
      className={styles.row}
      style={{ top, height }}
      role="row"
      tabIndex={-1}
      aria-rowindex={rowIndex}
      data-id={lineId}
      data-contact={entry.name}
      data-style={style}
      onKeyDown={onKeyDown}
      onFocus={() => onActivate(lineId)}
    >
      <span role="gridcell" className={styles.cell}>
        <button
          type="button"
          className={styles.open}
          data-open
          tabIndex={isActive ? 0 : -1}
          onClick={() => showEntry(entry)}
        >
          {style === 'details' && <Avatar name={entry.name} url={entry.picture} />}
          <span className={styles.words}>
            <span className={styles.name}>{entry.name}</span>
            <span className={styles.state}>
              <span className={styles.text}>{details}</span>
            </span>
          </span>
        </button>
      </span>
      <span role="gridcell">
        <button
          type="button"
          className={styles.phone}
          data-phone-state="free"
          tabIndex={-1}
          disabled={number === undefined}
          aria-label={t('call', { name: entry.name })}
          onClick={() => number !== undefined && call(number)}
        >
          <Phone aria-hidden />
        </button>
      </span>
      <span role="gridcell">
        <button
          type="button"
          className={styles.star}
          tabIndex={-1}
          aria-pressed
          aria-label={t('favouriteOf', { name: entry.name })}
          title={t('removeFavourite')}
          onClick={() => void phoneBook.setFavourite(id, false)}
        >
          <Star aria-hidden />
        </button>
      </span>
    </div>
  );
});
