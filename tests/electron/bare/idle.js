/** A utility process that waits for a message that never comes. */
process.parentPort.on('message', () => undefined);
