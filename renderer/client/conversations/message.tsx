import { memo, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Check, CheckCheck, Clock3, Copy, RotateCw } from 'lucide-react';
import type { Delivery } from '../../../protocol/archive.ts';
import { VisuallyHidden } from '../../ui/visually-hidden.tsx';
import { copyText } from '../copy-text.ts';
import { useNavigation } from '../layout/navigation.tsx';
import { splitMessageText } from './message-text.ts';
import styles from './message.module.css';

interface MessageProps {
  id: string;
  body: string;
  /** As shown: `09:31`. */
  time: string;
  delivery: Delivery;
  /** For screen readers; the side of the bubble says it to all others. */
  author: string;
  isOwn: boolean;
  isFirst: boolean;
  isLast: boolean;
  onRetry: (id: string) => void;
}

/** One bubble. All it takes are plain values, so it renders again only when it looks different. */
export const Message = memo(function Message(props: MessageProps) {
  const { id, body, time, delivery, author, isOwn, isFirst, isLast, onRetry } = props;
  const { t } = useTranslation('chat');
  const showsMark = isLast || delivery === 'queued' || delivery === 'failed';
  return (
    <div className={styles.line} data-own={isOwn || undefined} data-first={isFirst || undefined}>
      <div className={styles.bubble} data-last={isLast || undefined}>
        <VisuallyHidden>{author}</VisuallyHidden>
        <span className={styles.text} dir="auto">
          <MessageText body={body} />
        </span>
        {showsMark && (
          <span className={styles.mark}>
            <time>{time}</time>
            {isOwn && <DeliveryMark delivery={delivery} />}
          </span>
        )}
      </div>
      <CopyButton text={body} />
      {delivery === 'failed' && (
        <button type="button" className={styles.retry} onClick={() => onRetry(id)}>
          <RotateCw aria-hidden />
          {t('delivery.failed')} · {t('retry')}
        </button>
      )}
    </div>
  );
});

function CopyButton({ text }: { text: string }) {
  const { t } = useTranslation('chat');
  const [isCopied, setIsCopied] = useState(false);
  const label = isCopied ? t('copied') : t('copy');
  return (
    <button
      type="button"
      className={styles.copy}
      aria-label={label}
      title={label}
      onClick={() => void copyText(text).then(setIsCopied)}
      onBlur={() => setIsCopied(false)}
      onPointerLeave={() => setIsCopied(false)}
    >
      {isCopied ? <Check aria-hidden /> : <Copy aria-hidden />}
    </button>
  );
}

function MessageText({ body }: { body: string }) {
  const { t } = useTranslation('chat');
  const { fillDialField } = useNavigation();
  const parts = useMemo(() => splitMessageText(body), [body]);
  return parts.map((part, index) => {
    switch (part.kind) {
      case 'text':
        return part.text;
      case 'link':
        return (
          <a key={index} href={part.href} target="_blank" rel="noopener noreferrer">
            {part.text}
          </a>
        );
      case 'number':
        return (
          <button
            key={index}
            type="button"
            className={styles.number}
            title={t('dialNumber', { number: part.text })}
            onClick={() => fillDialField(part.number)}
          >
            <bdi>{part.text}</bdi>
          </button>
        );
    }
  });
}

function DeliveryMark({ delivery }: { delivery: Delivery }) {
  const { t } = useTranslation('chat');
  if (delivery === 'received' || delivery === 'failed') return null;
  const Icon = delivery === 'queued' ? Clock3 : delivery === 'sent' ? Check : CheckCheck;
  return (
    <span
      className={styles.delivery}
      data-delivery={delivery}
      role="img"
      aria-label={t(`delivery.${delivery}`)}
      title={t(`delivery.${delivery}`)}
    >
      <Icon aria-hidden />
    </span>
  );
}
