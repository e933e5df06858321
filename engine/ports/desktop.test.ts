import { afterEach, describe, expect, it } from 'vitest';
import type { ArchiveCallFrame } from '../../protocol/archive.ts';
import { createPortArchive } from './desktop.ts';

const open: MessagePort[] = [];
afterEach(() => {
  for (const port of open.splice(0)) port.close();
});

/** An archive process: answers `answering` calls, then falls silent as a dead one does. */
const archiveProcess = (answering: number): { port: MessagePort; seen: string[] } => {
  const { port1, port2 } = new MessageChannel();
  const seen: string[] = [];
  port1.onmessage = ({ data }: MessageEvent<ArchiveCallFrame>) => {
    seen.push(data.method);
    if (seen.length <= answering) port1.postMessage({ id: data.id, result: data.method });
  };
  open.push(port1, port2);
  return { port: port2, seen };
};

describe('the archive over its port', () => {
  it('asks a restarted archive process again what the dead one left unanswered', async () => {
    let connected: (port: MessagePort) => void = () => undefined;
    const archive = createPortArchive((take) => (connected = take));
    const dying = archiveProcess(1);
    connected(dying.port);
    await archive.call('open', { account: 'anna@demo.kontor.internal' });
    const queued = archive.call('queued', null);
    const next = archiveProcess(10);
    connected(next.port);
    expect(await queued).toBe('queued');
    expect(next.seen).toEqual(['open', 'queued']);
  });

  it('lets calls wait for the first port', async () => {
    let connected: (port: MessagePort) => void = () => undefined;
    const archive = createPortArchive((take) => (connected = take));
    const conversations = archive.call('conversations', null);
    connected(archiveProcess(10).port);
    expect(await conversations).toBe('conversations');
  });
});
