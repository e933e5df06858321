import {
  Input,
  Label,
  Text,
  TextArea as AriaTextArea,
  TextField as AriaTextField,
  type TextFieldProps as AriaProps,
} from 'react-aria-components';
import type { ReactNode } from 'react';
import styles from './text-field.module.css';

interface TextFieldProps extends Omit<AriaProps, 'children' | 'className'> {
  label: string;
  /** For screen readers only, where the place says what belongs there. */
  hidesLabel?: boolean;
  hint?: string;
  placeholder?: string;
  /** Inside the field at its end, for example a button that shows the password. */
  trailing?: ReactNode;
  spellCheck?: 'true' | 'false';
}

/** One line of text with its label above. */
export function TextField({ label, hidesLabel = false, hint, placeholder, trailing, ...props }: TextFieldProps) {
  return (
    <AriaTextField {...props} className={styles['field'] ?? ''}>
      <Label className={styles['label'] ?? ''} data-hidden={hidesLabel || undefined}>
        {label}
      </Label>
      <div className={styles['box']}>
        <Input className={styles['input'] ?? ''} placeholder={placeholder} />
        {trailing}
      </div>
      {hint ? (
        <Text slot="description" className={styles['hint'] ?? ''}>
          {hint}
        </Text>
      ) : null}
    </AriaTextField>
  );
}

interface TextAreaProps extends Omit<AriaProps, 'children' | 'className'> {
  label: string;
}

/** Several lines of text with the label above. */
export function TextArea({ label, ...props }: TextAreaProps) {
  return (
    <AriaTextField {...props} className={styles['field'] ?? ''}>
      <Label className={styles['label'] ?? ''}>{label}</Label>
      <div className={styles['box']}>
        <AriaTextArea className={styles['input'] ?? ''} rows={3} />
      </div>
    </AriaTextField>
  );
}
