import { networkInterfaces } from 'node:os';
import { powerMonitor } from 'electron';

const interval = 5_000;

/** The machine's own addresses; another set means another network. */
const addresses = (): string =>
  Object.values(networkInterfaces())
    .flatMap((interfaces) => interfaces ?? [])
    .filter(({ internal }) => !internal)
    .map(({ address }) => address)
    .sort()
    .join(' ');

/** Tells that the machine woke up or changed its network (SES-8): connections may be dead without knowing it. */
export const watchNetwork = (onChange: () => void): void => {
  powerMonitor.on('resume', onChange);
  powerMonitor.on('unlock-screen', onChange);
  let known = addresses();
  setInterval(() => {
    const current = addresses();
    if (current === known) return;
    known = current;
    onChange();
  }, interval).unref();
};
