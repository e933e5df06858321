/**
 * The archive process (`utilityProcess`): reads and writes messages away from the windows, so that neither a large
 * archive nor a broken one holds up a call. Its argument is the folder; each port it is sent is one window;
 * told to `close` it closes the file and ends.
 */
import { archiveService } from './archive.ts';

process.umask(0o077);
const folder = process.argv[2];
if (folder === undefined) throw new Error('The archive process needs its folder');
const service = archiveService(folder, () => Date.now());

process.parentPort.on('message', ({ data, ports }) => {
  if (data === 'close') {
    service.close();
    process.exit(0);
  }
  for (const port of ports) {
    port.on('message', ({ data }) => {
      // A file that breaks while it is open ends the process; the next one finds it unclosed, checks it and sets it aside.
      const reply = service.answer(data);
      if (reply !== null) port.postMessage(reply);
    });
    port.start();
  }
});
