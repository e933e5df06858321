/** Digits in the order in which they were pressed, for a dialogue that asks for them one after the other. */
export class DigitQueue {
  #pressed: string[] = [];
  #waiting: ((digit: string | null) => void) | null = null;
  #closed = false;

  push(digit: string): void {
    const waiting = this.#waiting;
    if (waiting === null) this.#pressed.push(digit);
    else waiting(digit);
  }

  /** The next digit; `null` when none comes within `milliseconds` or the call is over. */
  next(milliseconds: number): Promise<string | null> {
    const pressed = this.#pressed.shift();
    if (pressed !== undefined || this.#closed) return Promise.resolve(pressed ?? null);
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#waiting?.(null), milliseconds).unref();
      this.#waiting = (digit) => {
        clearTimeout(timer);
        this.#waiting = null;
        resolve(digit);
      };
    });
  }

  /** What was pressed before counts no more. */
  clear(): void {
    this.#pressed = [];
  }

  close(): void {
    this.#closed = true;
    this.clear();
    this.#waiting?.(null);
  }
}
