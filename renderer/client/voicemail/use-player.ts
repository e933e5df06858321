import { useCallback, useEffect, useRef, useState } from 'react';

export interface Player {
  /** What plays, waits to play or is paused; `null`: nothing. */
  id: string | null;
  state: 'loading' | 'playing' | 'paused' | 'failed';
  /** Seconds. */
  position: number;
  /** Plays from the beginning or goes on; pauses what plays. */
  toggle: (id: string) => void;
  seek: (seconds: number) => void;
  stop: () => void;
}

/** One sound at a time. `addressOf` may take a moment; `onHeard` is told when one has begun to play. */
export function usePlayer(addressOf: (id: string) => Promise<string | null>, onHeard: (id: string) => void): Player {
  const [id, setId] = useState<string | null>(null);
  const [state, setState] = useState<Player['state']>('loading');
  const [position, setPosition] = useState(0);
  const wanted = useRef<string | null>(null);
  const heard = useRef(onHeard);
  const audio = useRef<HTMLAudioElement | null>(null);
  useEffect(() => {
    heard.current = onHeard;
  }, [onHeard]);

  useEffect(() => {
    const element = new Audio();
    element.preload = 'auto';
    audio.current = element;
    const listeners: [keyof HTMLMediaElementEventMap, () => void][] = [
      [
        'playing',
        () => {
          setState('playing');
          if (wanted.current !== null) heard.current(wanted.current);
        },
      ],
      ['pause', () => setState('paused')],
      ['timeupdate', () => setPosition(element.currentTime)],
      ['error', () => wanted.current !== null && setState('failed')],
      [
        'ended',
        () => {
          wanted.current = null;
          setId(null);
          setPosition(0);
        },
      ],
    ];
    for (const [name, listener] of listeners) element.addEventListener(name, listener);
    return () => {
      for (const [name, listener] of listeners) element.removeEventListener(name, listener);
      wanted.current = null;
      element.pause();
      element.removeAttribute('src');
      audio.current = null;
    };
  }, []);

  const stop = useCallback(() => {
    wanted.current = null;
    audio.current?.pause();
    audio.current?.removeAttribute('src');
    setId(null);
    setPosition(0);
  }, []);
  const toggle = useCallback(
    (next: string) => {
      const element = audio.current;
      if (element === null) return;
      if (wanted.current === next && element.src !== '' && element.error === null) {
        if (element.paused) void element.play().catch(() => setState('failed'));
        else element.pause();
        return;
      }
      element.pause();
      wanted.current = next;
      setId(next);
      setPosition(0);
      setState('loading');
      void addressOf(next).then(async (address) => {
        if (wanted.current !== next) return;
        if (address === null) return setState('failed');
        element.src = address;
        await element.play().catch(() => wanted.current === next && setState('failed'));
      });
    },
    [addressOf],
  );
  const seek = useCallback((seconds: number) => {
    if (audio.current !== null) audio.current.currentTime = seconds;
    setPosition(seconds);
  }, []);
  return { id, state, position, toggle, seek, stop };
}
