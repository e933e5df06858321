import { Button, Label, ListBox, ListBoxItem, Popover, Select as AriaSelect, SelectValue } from 'react-aria-components';
import { Check, ChevronDown } from 'lucide-react';
import styles from './control.module.css';
import { VisuallyHidden } from './visually-hidden.tsx';
import overlay from './overlay.module.css';

interface SelectProps<Value extends string> {
  label: string;
  value: Value;
  options: readonly { value: Value; text: string }[];
  onChange: (value: Value) => void;
  isDisabled?: boolean;
  /** The label is for screen readers only. */
  hidesLabel?: boolean;
}

/** One of several values from a list that opens. */
export function Select<Value extends string>({
  label,
  value,
  options,
  onChange,
  isDisabled,
  hidesLabel = false,
}: SelectProps<Value>) {
  return (
    <AriaSelect
      className={styles.select}
      data-bare={hidesLabel || undefined}
      value={value}
      isDisabled={isDisabled ?? false}
      onChange={(key) => {
        const option = options.find((each) => each.value === key);
        if (option) onChange(option.value);
      }}
    >
      {hidesLabel ? (
        <VisuallyHidden>
          <Label>{label}</Label>
        </VisuallyHidden>
      ) : (
        <Label className={styles.label}>{label}</Label>
      )}
      <Button className={styles.field}>
        {/* The text alone: the list's tick does not belong into the field. */}
        <SelectValue className={styles.value}>{({ selectedText }) => selectedText}</SelectValue>
        <ChevronDown aria-hidden />
      </Button>
      <Popover className={overlay.popover} offset={4}>
        <ListBox className={overlay.list}>
          {options.map((option) => (
            <ListBoxItem key={option.value} id={option.value} className={overlay.item} textValue={option.text}>
              <span className={overlay.label}>{option.text}</span>
              {option.value === value && <Check aria-hidden />}
            </ListBoxItem>
          ))}
        </ListBox>
      </Popover>
    </AriaSelect>
  );
}
