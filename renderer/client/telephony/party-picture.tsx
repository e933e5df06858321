import { Phone } from 'lucide-react';
import { Avatar } from '../../ui/avatar.tsx';
import styles from './call-tile.module.css';

interface PartyPictureProps {
  /** `null`: only a number is known, and digits make no initials. */
  name: string | null;
  url: string | null;
  size?: 'medium' | 'large';
}

/** Picture, initials or a telephone for the other side of a call. */
export function PartyPicture({ name, url, size = 'medium' }: PartyPictureProps) {
  if (name !== null) return <Avatar name={name} url={url} size={size} />;
  return (
    <span className={styles.picture} data-size={size} aria-hidden>
      <Phone />
    </span>
  );
}
