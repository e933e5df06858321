/** All that a page sees of the desktop: `window.kontor`. The main process checks every request. */
import { contextBridge, ipcRenderer } from 'electron';
import type { DesktopBridge } from '../../protocol/ipc.ts';
import { archivePortWire, eventWire, requestWire } from '../ipc/channels.ts';

const listeners = new Map<string, Set<(payload: unknown) => void>>();

ipcRenderer.on(eventWire, (_event, name: string, payload: unknown) => {
  for (const listener of listeners.get(name) ?? []) listener(payload);
});

// A MessagePort cannot pass the bridge; posted to the own page it arrives there as it is.
ipcRenderer.on(archivePortWire, (event) => {
  window.postMessage({ type: 'archive.port' }, window.location.origin, event.ports);
});

const bridge: DesktopBridge = {
  invoke: (channel, request) => ipcRenderer.invoke(requestWire, channel, request),
  on: (event, listener) => {
    const ofEvent = listeners.get(event) ?? new Set();
    const ofAnyPayload = listener as (payload: unknown) => void;
    listeners.set(event, ofEvent.add(ofAnyPayload));
    return () => void ofEvent.delete(ofAnyPayload);
  },
};
contextBridge.exposeInMainWorld('kontor', bridge);
