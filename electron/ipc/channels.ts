/** The two wires between a window and the main process; which request or event travels is part of the payload. */
export const requestWire = 'kontor.request';
export const eventWire = 'kontor.event';
/** Carries the archive's MessagePort. */
export const archivePortWire = 'kontor.archive.port';
