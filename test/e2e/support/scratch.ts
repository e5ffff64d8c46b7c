import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

// Here, and not where a folder is asked for: inside a hook or a test it would be too late.
const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** A folder that is removed after the tests of the file that asked for it. */
export function scratchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'skerry-e2e-'));
  folders.push(folder);
  return folder;
}
