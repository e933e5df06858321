/** Records a greeting from the chosen microphone. */
import type { EngineStore } from '../state/store.ts';
import type { Failure } from '../state/types.ts';

export interface GreetingRecorder {
  start(): Promise<{ ok: true } | { ok: false; failure: Failure }>;
  /** What was said since the start; `null` where nothing was started. */
  finish(): Promise<Blob | null>;
  cancel(): void;
}

export const createGreetingRecorder = (store: EngineStore): GreetingRecorder => {
  let running: { recorder: MediaRecorder; parts: Blob[] } | null = null;

  const end = (): { recorder: MediaRecorder; parts: Blob[] } | null => {
    const ended = running;
    running = null;
    return ended;
  };
  const release = (recorder: MediaRecorder): void => {
    for (const track of recorder.stream.getTracks()) track.stop();
  };
  const cancel = (): void => {
    const ended = end();
    if (ended === null) return;
    ended.recorder.stop();
    release(ended.recorder);
  };
  return {
    start: async () => {
      cancel();
      const { microphoneId } = store.getState().settings;
      try {
        const stream = await navigator.mediaDevices.getUserMedia({
          audio: microphoneId === null ? true : { deviceId: { ideal: microphoneId } },
        });
        const recorder = new MediaRecorder(stream);
        const parts: Blob[] = [];
        recorder.addEventListener('dataavailable', ({ data }) => parts.push(data));
        recorder.start();
        running = { recorder, parts };
        return { ok: true };
      } catch (error) {
        const isDenied = error instanceof DOMException && error.name === 'NotAllowedError';
        return { ok: false, failure: { code: isDenied ? 'microphoneDenied' : 'microphoneMissing' } };
      }
    },
    finish: async () => {
      const ended = end();
      if (ended === null) return null;
      const { recorder, parts } = ended;
      await new Promise((stopped) => {
        recorder.addEventListener('stop', stopped, { once: true });
        recorder.stop();
      });
      release(recorder);
      return new Blob(parts, { type: recorder.mimeType });
    },
    cancel,
  };
};
