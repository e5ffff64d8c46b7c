import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { reasonOf, SkerryError } from '@skerry/proto/errors';

/**
 * Makes a folder and what is missing above it, for this user alone. Throws SkerryError failed. Level by level, since
 * Node's own recursive mkdir never comes back where the file system says ENOENT for a folder whose parent is there (/proc).
 */
export function makeFolder(folder: string): void {
  try {
    makeLevels(folder);
  } catch (cause) {
    throw new SkerryError('failed', `can't keep anything in ${folder}: ${reasonOf(cause)}`, {
      hint: 'name a folder that can be made or written to with --data',
      cause,
    });
  }
}

function makeLevels(folder: string): void {
  const found = statSync(folder, { throwIfNoEntry: false });
  if (found?.isDirectory()) return;
  if (!found && dirname(folder) !== folder) makeLevels(dirname(folder));
  mkdirSync(folder, { mode: 0o700 });
}
