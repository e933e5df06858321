import type { ContactAvailability } from '../../engine/state/types.ts';
import styles from './avatar.module.css';

interface AvatarProps {
  name: string;
  /** Object or data URL; `null` draws the initials. */
  url?: string | null;
  size?: 'small' | 'medium' | 'large';
  /** Draws the presence dot; hollow while offline. Left out: no dot. */
  availability?: ContactAvailability;
  /** People are round, groups and teams have corners. */
  shape?: 'round' | 'square';
}

/** Up to two letters: first and last word, or the first two letters of a single one. */
export function initialsOf(name: string): string {
  const words = name.split(/[^\p{L}\p{N}]+/u).filter(Boolean);
  const [first = '', last = ''] = [words[0], words.length > 1 ? words.at(-1) : undefined];
  const letters = last ? [...first].slice(0, 1).concat([...last].slice(0, 1)) : [...first].slice(0, 2);
  return last ? letters.join('').toLocaleUpperCase() : letters.join('');
}

/** One of the seven colours, always the same for a name. */
function colourOf(name: string): number {
  let sum = 0;
  for (const letter of name) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 9973;
  return (sum % 7) + 1;
}

/** Picture or initials of a person. Hidden from screen readers: the name stands beside it. */
export function Avatar({ name, url = null, size = 'medium', availability, shape = 'round' }: AvatarProps) {
  return (
    <span className={styles.avatar} data-size={size} data-shape={shape} data-colour={colourOf(name)} aria-hidden>
      {url === null ? initialsOf(name) : <img className={styles.picture} src={url} alt="" draggable={false} />}
      {availability !== undefined && <PresenceDot availability={availability} />}
    </span>
  );
}

/** The coloured dot alone; as `inline` it stands in a line of text. */
export function PresenceDot({ availability, inline = false }: { availability: ContactAvailability; inline?: boolean }) {
  return <span className={styles.dot} data-availability={availability} data-inline={inline || undefined} aria-hidden />;
}
