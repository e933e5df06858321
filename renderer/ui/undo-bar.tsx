import { useEffect, useRef } from 'react';
import { createPortal } from 'react-dom';
import { X } from 'lucide-react';
import { Button, IconButton } from './button.tsx';
import styles from './undo-bar.module.css';

interface UndoBarProps {
  text: string;
  /** Left out where nothing can be taken back. */
  undoLabel?: string;
  onUndo?: () => void;
  closeLabel: string;
  onClose: () => void;
}

const shownMilliseconds = 10_000;

/** Says below what has just happened and takes it back; goes by itself, but not from under pointer or focus. */
export function UndoBar({ text, undoLabel, onUndo, closeLabel, onClose }: UndoBarProps) {
  const bar = useRef<HTMLDivElement>(null);
  const close = useRef(onClose);
  useEffect(() => {
    close.current = onClose;
  });
  useEffect(() => {
    const timer = setInterval(() => {
      if (bar.current?.matches(':hover, :focus-within') !== true) close.current();
    }, shownMilliseconds);
    return () => clearInterval(timer);
  }, []);
  return createPortal(
    <div ref={bar} className={styles.bar} role="status">
      <span className={styles.text}>{text}</span>
      {undoLabel !== undefined && onUndo && <Button onPress={onUndo}>{undoLabel}</Button>}
      <IconButton label={closeLabel} icon={<X />} onPress={onClose} />
    </div>,
    document.body,
  );
}
