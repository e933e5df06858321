import { useRef, type KeyboardEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from 'react-aria-components';
import styles from './dial-pad.module.css';

/** Keys with the letters of ITU-T E.161. */
const keys = [
  ['1', ''],
  ['2', 'ABC'],
  ['3', 'DEF'],
  ['4', 'GHI'],
  ['5', 'JKL'],
  ['6', 'MNO'],
  ['7', 'PQRS'],
  ['8', 'TUV'],
  ['9', 'WXYZ'],
  ['*', ''],
  ['0', '+'],
  ['#', ''],
] as const;
const longPress = 500;

interface DialPadProps {
  onDigit: (digit: string) => void;
  /** Zero held for half a second. Left out: zero only. */
  onPlus?: () => void;
  /** `tile`: on the green of a call, smaller. */
  look?: 'plain' | 'tile';
}

/** Twelve keys; digits on the keyboard work while one of them has the focus. */
export function DialPad({ onDigit, onPlus, look = 'plain' }: DialPadProps) {
  const { t } = useTranslation('telephony');
  const held = useRef<{ timer?: ReturnType<typeof setTimeout>; isPlus: boolean }>({ isPlus: false });
  const begin = (digit: string) => {
    held.current.isPlus = false;
    if (digit !== '0' || !onPlus) return;
    held.current.timer = setTimeout(() => {
      held.current.isPlus = true;
      onPlus();
    }, longPress);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !/^[\d*#]$/.test(event.key)) return;
    event.preventDefault();
    onDigit(event.key);
  };
  return (
    <div className={styles.pad} data-look={look} role="group" aria-label={t('keypad')}>
      {keys.map(([digit, letters]) => (
        <Button
          key={digit}
          className={styles.key}
          aria-label={digit}
          onKeyDown={onKeyDown}
          onPressStart={() => begin(digit)}
          onPressEnd={() => clearTimeout(held.current.timer)}
          onPress={() => {
            if (!held.current.isPlus) onDigit(digit);
          }}
        >
          <span className={styles.digit}>{digit}</span>
          <span className={styles.letters}>{letters}</span>
        </Button>
      ))}
    </div>
  );
}
