import { useEffect } from 'react';
import type { BareJid } from '../../../protocol/identity.ts';
import { useCommands } from '../engine-context.tsx';

const isWatched = () => document.visibilityState === 'visible' && document.hasFocus();

/**
 * Marks the conversation as read when its newest message is on screen (`newestIsSeen`) in a window that has the
 * focus; a visible window beside the one in use does not count.
 */
export function useReadMark(peer: BareJid, newestIsSeen: boolean): void {
  const commands = useCommands();
  useEffect(() => {
    if (!newestIsSeen) return;
    const mark = () => {
      if (isWatched()) commands.markConversationRead(peer);
    };
    mark();
    window.addEventListener('focus', mark);
    document.addEventListener('visibilitychange', mark);
    return () => {
      window.removeEventListener('focus', mark);
      document.removeEventListener('visibilitychange', mark);
    };
  }, [commands, peer, newestIsSeen]);
}
