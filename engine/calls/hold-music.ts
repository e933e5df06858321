/** What a held party hears (TEL-3): a small piece of our own, played on the spot. No file, no loading, no licence. */

/** Hertz; the pentatonic scale of G minor. */
const notes = {
  G3: 196,
  B3: 233.08,
  C4: 261.63,
  D4: 293.66,
  F4: 349.23,
  G4: 392,
  B4: 466.16,
  C5: 523.25,
  D5: 587.33,
  F5: 698.46,
  G5: 783.99,
} as const;
type Note = keyof typeof notes;

/** Each bar: a bass, and eight quavers over it; a dot is a rest. */
const bars: { bass: Note; tune: string }[] = [
  { bass: 'G3', tune: 'G4 B4 D5 . C5 . B4 .' },
  { bass: 'G3', tune: 'G4 . D5 . F5 D5 . .' },
  { bass: 'B3', tune: 'F4 B4 D5 . F5 . D5 .' },
  { bass: 'C4', tune: 'C5 . B4 . G4 . . .' },
  { bass: 'G3', tune: 'D4 G4 B4 . D5 . C5 .' },
  { bass: 'B3', tune: 'D5 . F5 . G5 F5 D5 .' },
  { bass: 'C4', tune: 'C5 . G4 . B4 . C5 .' },
  { bass: 'G3', tune: 'G4 . . . . . . .' },
];
const quaver = 0.34;
const sampleRate = 24_000;

/** One stroke of a soft bar: the note and its octave, dying away. */
const strike = (context: BaseAudioContext, hertz: number, at: number, level: number, seconds: number): void => {
  for (const [ratio, share] of [
    [1, 1],
    [2, 0.25],
  ] as const) {
    const oscillator = new OscillatorNode(context, { frequency: hertz * ratio });
    const gain = new GainNode(context, { gain: 0 });
    gain.gain.setValueAtTime(0, at);
    gain.gain.linearRampToValueAtTime(level * share, at + 0.012);
    gain.gain.setTargetAtTime(0, at + 0.012, seconds / ratio / 4);
    oscillator.connect(gain).connect(context.destination);
    oscillator.start(at);
    oscillator.stop(at + seconds * 1.5);
  }
};

/** The whole piece, the same every time; ends in a rest, so that it can be repeated. */
const render = (): Promise<AudioBuffer> => {
  const length = bars.length * 8 * quaver;
  const context = new OfflineAudioContext(1, Math.ceil(length * sampleRate), sampleRate);
  for (const [bar, { bass, tune }] of bars.entries()) {
    const from = bar * 8 * quaver;
    strike(context, notes[bass], from, 0.12, 2.2);
    for (const [index, name] of tune.split(' ').entries())
      if (name !== '.') strike(context, notes[name as Note], from + index * quaver, 0.16, 1.1);
  }
  return context.startRendering();
};

export interface PlayedMusic {
  track: MediaStreamTrack;
  stop(): void;
}
export interface HoldMusic {
  /** From the beginning, for one party. */
  play(): PlayedMusic;
}

/** Rendered with the first hold and kept. */
export const createHoldMusic = (): HoldMusic => {
  let context: AudioContext | null = null;
  let piece: Promise<AudioBuffer> | null = null;
  let playing = 0;
  return {
    play: () => {
      const running = (context ??= new AudioContext());
      playing += 1;
      void running.resume().catch(() => undefined);
      const out = running.createMediaStreamDestination();
      let source: AudioBufferSourceNode | null = null;
      let stopped = false;
      void (piece ??= render()).then((buffer) => {
        if (stopped) return;
        source = new AudioBufferSourceNode(running, { buffer, loop: true });
        source.connect(out);
        source.start();
      });
      const [track] = out.stream.getAudioTracks();
      if (!track) throw new Error('A destination without a track');
      return {
        track,
        stop: () => {
          if (stopped) return;
          stopped = true;
          source?.stop();
          track.stop();
          playing -= 1;
          // Nobody is held any more: no sound card is kept awake for it.
          if (playing === 0) void running.suspend().catch(() => undefined);
        },
      };
    },
  };
};
