/** Reads what is marked in the program in front, each platform's honest way (DSK-1). */
export interface Surroundings {
  /** X11 keeps the marked text by itself (the primary selection); `null` elsewhere. */
  primarySelection: (() => Promise<string>) | null;
  clipboard: {
    /** Remembers all that is in the clipboard and gives what puts it back. */
    keep(): Promise<() => Promise<void>>;
    readText(): Promise<string>;
    clear(): void;
  };
  /** Makes the program in front copy what is marked; rejects where the system does not allow it. */
  copy(): Promise<void>;
  /** Resolves after so many milliseconds. */
  pause(milliseconds: number): Promise<void>;
}

const step = 20;
const longestWait = 600;

const copied = async ({ clipboard, copy, pause }: Surroundings): Promise<string> => {
  await copy();
  let text = await clipboard.readText();
  for (let waited = 0; waited < longestWait && text === ''; waited += step) {
    await pause(step);
    text = await clipboard.readText();
  }
  return text;
};

/**
 * The marked text; empty where nothing is marked or may be read. On Windows and macOS it is copied, and the clipboard
 * gets back what was in it.
 */
export const readSelection = async (surroundings: Surroundings): Promise<string> => {
  const { primarySelection, clipboard } = surroundings;
  if (primarySelection !== null) return primarySelection();
  const putBack = await clipboard.keep();
  clipboard.clear();
  try {
    return await copied(surroundings);
  } catch {
    return '';
  } finally {
    await putBack();
  }
};
