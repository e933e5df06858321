import { useCallback, useEffect, useRef, useState } from 'react';
import { useStore } from 'react-redux';
import type { BareJid } from '../../../protocol/identity.ts';
import type { DomainState } from '../../../engine/state/types.ts';
import { useCommands } from '../engine-context.tsx';

/** Milliseconds that a crash may cost of what was typed, and without a key after which one counts as not writing. */
const keepAfter = 400;
const restAfter = 5000;

export interface Draft {
  text: string;
  write: (text: string) => void;
  /** The message has gone. */
  clear: () => void;
  /** The field was left: keep the text now. */
  rest: () => void;
}

/** The text being written to a peer. It lives in the field and reaches the engine from time to time (CHA-2). */
export function useDraft(peer: BareJid): Draft {
  const commands = useCommands();
  const store = useStore<DomainState>();
  const [text, setText] = useState(() => store.getState().conversations.byPeer[peer]?.draft ?? '');
  const timers = useRef<{ keep?: ReturnType<typeof setTimeout>; rest?: ReturnType<typeof setTimeout> }>({});
  const current = useRef(text);
  const kept = useRef(text);
  const typing = useRef(false);

  const setTyping = useCallback(
    (value: boolean) => {
      clearTimeout(timers.current.rest);
      if (value) timers.current.rest = setTimeout(() => setTyping(false), restAfter);
      if (typing.current === value) return;
      typing.current = value;
      commands.setTyping(peer, value);
    },
    [commands, peer],
  );
  const keep = useCallback(() => {
    clearTimeout(timers.current.keep);
    delete timers.current.keep;
    if (kept.current === current.current) return;
    kept.current = current.current;
    commands.setDraft(peer, current.current);
  }, [commands, peer]);
  const write = useCallback(
    (next: string) => {
      current.current = next;
      setText(next);
      timers.current.keep ??= setTimeout(keep, keepAfter);
      setTyping(next !== '');
    },
    [keep, setTyping],
  );
  const rest = useCallback(() => {
    keep();
    setTyping(false);
  }, [keep, setTyping]);
  const clear = useCallback(() => {
    current.current = '';
    setText('');
    rest();
  }, [rest]);
  // Loaded after the field was shown: a draft from before appears unless something was typed meanwhile.
  useEffect(
    () =>
      store.subscribe(() => {
        const stored = store.getState().conversations.byPeer[peer]?.draft ?? '';
        if (stored === kept.current || current.current !== kept.current) return;
        kept.current = stored;
        current.current = stored;
        setText(stored);
      }),
    [store, peer],
  );
  useEffect(() => {
    addEventListener('pagehide', keep);
    return () => removeEventListener('pagehide', keep);
  }, [keep]);
  useEffect(() => rest, [rest]);
  return { text, write, clear, rest };
}
