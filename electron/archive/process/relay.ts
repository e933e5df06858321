/**
 * An Electron older than the pinned one may lack the Node-API that SQLite needs (33, for one). Such a development
 * runtime keeps its archive in a process of the Node that started it, named in `KONTOR_NODE`.
 */
import { fork } from 'node:child_process';
import { z } from 'zod';
import type { ArchiveService } from './archive.ts';

const envelopeSchema = z.object({ number: z.number().int(), frame: z.unknown() });
const callSchema = z.looseObject({ id: z.number().int() });

/** Electron's side: passes frames on to the Node process and its answers back. */
export const relay = (
  folder: string,
): { pass: (frame: unknown, reply: (frame: unknown) => void) => void; close: () => void } => {
  const node = process.env.KONTOR_NODE;
  if (node === undefined) {
    return {
      pass: (frame, reply) => {
        const call = callSchema.safeParse(frame);
        if (call.success) reply({ id: call.data.id, error: 'archive.unavailable' });
      },
      close: () => undefined,
    };
  }
  const child = fork(import.meta.filename, [folder], { execPath: node, execArgv: [], stdio: 'ignore' });
  const waiting = new Map<number, (frame: unknown) => void>();
  let numbers = 0;
  child.on('message', (message) => {
    const envelope = envelopeSchema.safeParse(message);
    if (!envelope.success) return;
    const { number, frame } = envelope.data;
    waiting.get(number)?.(frame);
    waiting.delete(number);
  });
  child.on('exit', () => process.exit(1));
  return {
    pass: (frame, reply) => {
      numbers += 1;
      waiting.set(numbers, reply);
      child.send({ number: numbers, frame });
    },
    // The process closes its file when this end goes.
    close: () => child.disconnect(),
  };
};

/** Node's side; ends with the process that it serves. */
export const serveRelay = (service: ArchiveService): void => {
  process.on('message', (message) => {
    const envelope = envelopeSchema.safeParse(message);
    if (envelope.success) process.send?.({ ...envelope.data, frame: service.answer(envelope.data.frame) });
  });
  process.on('disconnect', () => {
    service.close();
    process.exit(0);
  });
};
