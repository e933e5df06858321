/** Microphones and speakers: what there is, what may be used, and the sound of the microphone. */
import { devicesChanged } from '../state/devices.ts';
import type { EngineStore } from '../state/store.ts';
import type { AudioDevice, DevicesState, Failure } from '../state/types.ts';

export type Microphone = { ok: true; stream: MediaStream } | { ok: false; failure: Failure };
export interface AudioDevices {
  /** The chosen microphone, or the system's where the chosen one is not plugged in. The caller stops the tracks. */
  open(): Promise<Microphone>;
  refresh(): Promise<void>;
  /** The devices have changed: plugged in or out. */
  onChange(listener: () => void): () => void;
  dispose(): void;
}

const kinds: Partial<Record<MediaDeviceKind, AudioDevice['kind']>> = {
  audioinput: 'microphone',
  audiooutput: 'speaker',
};
const failureOf = (error: unknown): Failure => {
  const name = error instanceof DOMException ? error.name : '';
  return { code: name === 'NotAllowedError' || name === 'SecurityError' ? 'microphoneDenied' : 'microphoneMissing' };
};

export const createAudioDevices = (store: EngineStore): AudioDevices => {
  // Pages that are not secure have no devices at all.
  const media = navigator.mediaDevices as MediaDevices | undefined;
  const listeners = new Set<() => void>();
  let permission: DevicesState['permission'] = 'unknown';

  const refresh = async (): Promise<void> => {
    const found = (await media?.enumerateDevices().catch(() => [])) ?? [];
    const list = found.flatMap(({ deviceId, label, kind }): AudioDevice[] => {
      const known = kinds[kind];
      return known && deviceId ? [{ id: deviceId, label, kind: known }] : [];
    });
    if (permission === 'unknown' && list.some((device) => device.kind === 'microphone' && device.label !== ''))
      permission = 'granted';
    store.dispatch(devicesChanged({ list, permission }));
  };
  const changed = (): void => {
    void refresh().then(() => {
      for (const listener of listeners) listener();
    });
  };
  media?.addEventListener('devicechange', changed);
  return {
    open: async () => {
      if (!media) return { ok: false, failure: { code: 'microphoneMissing' } };
      const { microphoneId } = store.getState().settings;
      const quality = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
      const chosen = microphoneId === null ? {} : { deviceId: { ideal: microphoneId } };
      try {
        const stream = await media.getUserMedia({ audio: { ...quality, ...chosen } });
        if (permission !== 'granted') {
          permission = 'granted';
          void refresh();
        }
        return { ok: true, stream };
      } catch (error) {
        const failure = failureOf(error);
        if (failure.code === 'microphoneDenied') {
          permission = 'denied';
          void refresh();
        }
        return { ok: false, failure };
      }
    },
    refresh,
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    dispose: () => media?.removeEventListener('devicechange', changed),
  };
};
