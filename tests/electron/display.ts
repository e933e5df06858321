import { spawn, type ChildProcess } from 'node:child_process';

/** Starts an Xvfb on a display number that it picks itself, where there is no display to be seen on. */
export default async function display(): Promise<(() => void) | undefined> {
  if (process.platform !== 'linux') return undefined;
  const xvfb = spawn('Xvfb', ['-displayfd', '3', '-screen', '0', '1600x1000x24', '-nolisten', 'tcp', '-ac'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  process.env.DISPLAY = `:${await numberOf(xvfb)}`;
  return () => void xvfb.kill();
}

const numberOf = (xvfb: ChildProcess): Promise<string> =>
  new Promise((resolve, reject) => {
    let text = '';
    xvfb.on('error', reject);
    xvfb.on('exit', (code) => reject(new Error(`Xvfb ended with ${String(code)}`)));
    xvfb.stdio[3]?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes('\n')) resolve(text.trim());
    });
  });
