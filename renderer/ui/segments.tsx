import { Radio, RadioGroup } from 'react-aria-components';
import styles from './control.module.css';

interface SegmentsProps<Value extends string> {
  /** Translated name of the choice, for screen readers. */
  label: string;
  value: Value;
  options: readonly { value: Value; text: string }[];
  onChange: (value: Value) => void;
}

/** A choice of a few, all visible: chips side by side; arrow keys move. */
export function Segments<Value extends string>({ label, value, options, onChange }: SegmentsProps<Value>) {
  return (
    <RadioGroup
      className={styles.segments}
      aria-label={label}
      orientation="horizontal"
      value={value}
      onChange={(chosen) => {
        const option = options.find((each) => each.value === chosen);
        if (option) onChange(option.value);
      }}
    >
      {options.map((option) => (
        <Radio key={option.value} value={option.value} className={styles.segment}>
          {option.text}
        </Radio>
      ))}
    </RadioGroup>
  );
}
