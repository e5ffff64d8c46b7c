/** What LevelDB's folder says from outside: whether it is whole enough to open, and how large it is. */
import { readdir, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { SkerryError } from '@skerry/proto/errors';

/**
 * LevelDB takes a folder without `CURRENT` for a new database and removes what else lies there. Throws SkerryError
 * `corrupt` where there are tables or manifests without it, so that nothing is lost that way.
 */
export async function requireHead(directory: string): Promise<void> {
  const names = await list(directory);
  if (names.includes('CURRENT') || !names.some((n) => /\.(ldb|sst|log)$|^MANIFEST-/.test(n))) return;
  throw new SkerryError('corrupt', `${directory} holds a database without its CURRENT file`);
}

/** Bytes of all files in the folder. */
export async function folderBytes(directory: string): Promise<number> {
  let total = 0;
  for (const name of await list(directory)) {
    try {
      total += (await stat(join(directory, name))).size;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error; // compacted away meanwhile
    }
  }
  return total;
}

/**
 * Puts a corrupt database out of the way, `DIR.corrupt-20261120T090000Z`, and returns where it is now. Never deleted:
 * it may be all that is left of what was measured.
 */
export async function setAside(directory: string, wallMs: number): Promise<string> {
  const stamp = new Date(wallMs).toISOString().replaceAll(/[-:]|\.\d+/g, '');
  for (let n = 0; ; n++) {
    const target = `${directory}.corrupt-${stamp}${n === 0 ? '' : `-${n}`}`;
    if ((await list(target)).length > 0) continue;
    await rename(directory, target);
    return target;
  }
}

async function list(directory: string): Promise<string[]> {
  try {
    return await readdir(directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
