/** A desktop session on the test's display: window manager, real key presses, and another program with text in it. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'vitest';

/** Keys that another program (here: the window manager) holds. */
export const keysOfAnother = 'ctrl+alt+k';

const windowManagerSettings = `<?xml version="1.0" encoding="UTF-8"?>
<openbox_config xmlns="http://openbox.org/3.4/rc">
  <focus><focusNew>yes</focusNew></focus>
  <keyboard>
    <keybind key="C-A-k"><action name="Execute"><command>true</command></action></keybind>
  </keyboard>
  <mouse>
    <context name="Client">
      <mousebind button="Left" action="Press"><action name="Focus"/><action name="Raise"/></mousebind>
    </context>
  </mouse>
</openbox_config>
`;

const xdotool = (...words: string[]): string => {
  try {
    return execFileSync('xdotool', words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return ''; // Nothing found.
  }
};

export class Session {
  readonly #folder = mkdtempSync(path.join(tmpdir(), 'kontor-session-'));
  readonly #programs: ChildProcess[] = [];

  /** Resolves when the window manager manages. */
  static async open(): Promise<Session> {
    const session = new Session();
    const settings = path.join(session.#folder, 'rc.xml');
    writeFileSync(settings, windowManagerSettings);
    session.#run('openbox', ['--sm-disable', '--config-file', settings]);
    await expect.poll(() => xdotool('get_num_desktops')).not.toBe('');
    return session;
  }

  #run(program: string, words: string[]): void {
    this.#programs.push(spawn(program, words, { stdio: 'ignore', cwd: this.#folder }));
  }

  /** Another program, in front, with this line on screen; resolves when it has the focus. */
  async otherProgram(line: string): Promise<OtherProgram> {
    const title = `Notes ${this.#programs.length}`;
    this.#run('xterm', [
      '-T',
      title,
      '-geometry',
      '60x5+900+20',
      '-e',
      'sh',
      '-c',
      `printf '%s' "$1"; exec cat`,
      'sh',
      line,
    ]);
    let window = '';
    await expect.poll(() => (window = xdotool('search', '--onlyvisible', '--name', title))).not.toBe('');
    const program = new OtherProgram(window);
    await program.takesFocus();
    return program;
  }

  /** Real keys, wherever the focus is: `ctrl+alt+p`. */
  press(keys: string): void {
    xdotool('key', '--clearmodifiers', keys);
  }

  /** A click of the left button at a place on screen. */
  click(x: number, y: number): void {
    xdotool('mousemove', '--sync', String(Math.round(x)), String(Math.round(y)), 'click', '1');
  }

  /** The title of the window that has the keyboard. */
  focused(): string {
    return xdotool('getwindowfocus', 'getwindowname');
  }

  /** Gives a window the keyboard, as Alt+Tab does; `size` tells it from others of the same title. */
  focusWindow(title: string, width: number): void {
    const windows = xdotool('search', '--onlyvisible', '--name', title).split('\n');
    const wanted = windows.find((window) =>
      xdotool('getwindowgeometry', '--shell', window).includes(`WIDTH=${width}\n`),
    );
    if (wanted === undefined) throw new Error(`There is no window "${title}" of ${width} pixels`);
    xdotool('windowfocus', '--sync', wanted);
  }

  /** Resolves when all have ended: the next window manager does not start beside this one. */
  async close(): Promise<void> {
    await Promise.all(
      this.#programs.map(async (program) => {
        if (program.exitCode !== null || program.signalCode !== null) return;
        const ended = new Promise((resolve) => program.once('exit', resolve));
        program.kill();
        await ended;
      }),
    );
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

export class OtherProgram {
  readonly #window: string;

  constructor(window: string) {
    this.#window = window;
  }

  async takesFocus(): Promise<void> {
    xdotool('windowactivate', this.#window);
    await expect.poll(() => xdotool('getwindowfocus')).toBe(this.#window);
  }

  /** Marks its line with the mouse: a triple click. */
  markLine(): void {
    xdotool('mousemove', '--sync', '--window', this.#window, '40', '9');
    xdotool('click', '--repeat', '3', '--delay', '40', '1');
  }
}
