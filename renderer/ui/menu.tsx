import { useRef, type ReactNode } from 'react';
import {
  Header,
  Menu as AriaMenu,
  MenuItem as AriaMenuItem,
  MenuSection as AriaMenuSection,
  MenuTrigger,
  Popover,
  Separator,
} from 'react-aria-components';
import { Check } from 'lucide-react';
import styles from './overlay.module.css';

interface MenuProps {
  /** A `Button` or `IconButton`; opens the menu by press, Enter, Space or arrow down. */
  trigger: ReactNode;
  /** Translated name of the menu. */
  label: string;
  /** `MenuItem`s, `MenuSection`s and `MenuSeparator`s. */
  children: ReactNode;
  placement?: 'bottom start' | 'bottom end' | 'top start' | 'top end';
}

/** A button that opens a menu. */
export function Menu({ trigger, label, children, placement = 'bottom start' }: MenuProps) {
  return (
    <MenuTrigger>
      {trigger}
      <Popover className={styles.popover} placement={placement} offset={4}>
        <AriaMenu className={styles.list} aria-label={label}>
          {children}
        </AriaMenu>
      </Popover>
    </MenuTrigger>
  );
}

interface ContextMenuProps {
  /** Where the pointer was, in the window's pixels; `null`: closed. */
  at: { x: number; y: number } | null;
  onClose: () => void;
  label: string;
  children: ReactNode;
}

/** A menu at a point: right click, long press or Shift+F10. */
export function ContextMenu({ at, onClose, label, children }: ContextMenuProps) {
  const anchor = useRef<HTMLSpanElement>(null);
  return (
    <>
      <span ref={anchor} className={styles.anchor} style={{ left: at?.x ?? 0, top: at?.y ?? 0 }} />
      <Popover
        className={styles.popover}
        triggerRef={anchor}
        isOpen={at !== null}
        onOpenChange={(isOpen) => !isOpen && onClose()}
        placement="bottom start"
        offset={0}
      >
        <AriaMenu className={styles.list} aria-label={label} autoFocus="first" onClose={onClose}>
          {children}
        </AriaMenu>
      </Popover>
    </>
  );
}

interface MenuItemProps {
  children: string;
  icon?: ReactNode;
  onAction: () => void;
  isDisabled?: boolean;
  /** Ticked: the one that holds now. `false` keeps the room for the tick. */
  isChosen?: boolean;
  description?: string;
  danger?: boolean;
}

/** One line of a menu. */
export function MenuItem({ children, icon, onAction, isDisabled, isChosen, description, danger }: MenuItemProps) {
  return (
    <AriaMenuItem
      className={styles.item}
      textValue={children}
      onAction={onAction}
      isDisabled={isDisabled ?? false}
      data-danger={danger || undefined}
    >
      {icon}
      <span className={styles.label}>
        {children}
        {description !== undefined && <span className={styles.description}>{description}</span>}
      </span>
      {isChosen === true && <Check aria-hidden />}
    </AriaMenuItem>
  );
}

/** Lines of a menu under a heading. */
export function MenuSection({ title, children }: { title: string; children: ReactNode }) {
  return (
    <AriaMenuSection>
      <Header className={styles.section}>{title}</Header>
      {children}
    </AriaMenuSection>
  );
}

/** A line between groups of a menu. */
export function MenuSeparator() {
  return <Separator className={styles.separator} />;
}
