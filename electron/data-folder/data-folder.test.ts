import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { prepareDataFolder } from './data-folder.ts';

it('makes the data folder, and names why it cannot', () => {
  const base = mkdtempSync(path.join(tmpdir(), 'kontor-data-'));
  try {
    const folder = path.join(base, 'new', 'folder');
    expect(prepareDataFolder(folder)).toEqual({ ok: true });
    expect(existsSync(folder)).toBe(true);
    writeFileSync(path.join(base, 'file'), '');
    expect(prepareDataFolder(path.join(base, 'file', 'data'))).toEqual({ ok: false, code: 'ENOTDIR' });
  } finally {
    rmSync(base, { recursive: true, force: true });
  }
});
