/**
 * The archive process (`utilityProcess`): reads and writes messages away from the windows, so that neither a large
 * archive nor a broken one holds up a call. Its argument is the folder; each port it is sent is one window;
 * told to `close` it closes the file and ends.
 */
import type { MessagePortMain } from 'electron';
import { archiveService } from './archive.ts';
import { relay, serveRelay } from './relay.ts';

process.umask(0o077);
const folder = process.argv[2];
if (folder === undefined) throw new Error('The archive process needs its folder');

/** better-sqlite3 needs Node-API 10 and takes the process down where it is older. */
const canOpenFiles = Number(process.versions.napi) >= 10;

const serve = (answer: (frame: unknown, reply: (frame: unknown) => void) => void, close: () => void): void => {
  const connect = (port: MessagePortMain): void => {
    port.on('message', ({ data }) => answer(data, (reply) => port.postMessage(reply)));
    port.start();
  };
  process.parentPort.on('message', ({ data, ports }) => {
    if (data === 'close') {
      close();
      process.exit(0);
    }
    ports.forEach(connect);
  });
};

if (canOpenFiles) {
  const service = archiveService(folder, () => Date.now());
  if (process.send) serveRelay(service);
  else
    serve((frame, reply) => {
      // A file that breaks while it is open ends the process; the next one finds it unclosed and sets it aside.
      const answered = service.answer(frame);
      if (answered !== null) reply(answered);
    }, service.close);
} else {
  const other = relay(folder);
  serve(other.pass, other.close);
}
