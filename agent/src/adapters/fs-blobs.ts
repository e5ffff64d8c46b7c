/**
 * Blobs in a folder, named by their digest: `sha256/<first two digits>/<the other 62>`. A blob appears under its name
 * by rename after its bytes are on disk, so what has a name is whole. What has come of a download lies under `parts/`.
 */
import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { appendFile, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DIGEST_PATTERN } from '@skerry/proto/crypto';
import { messageOf, SkerryError } from '@skerry/proto/errors';
import type { BlobParts, Blobs } from '../ports.ts';

/** The Blobs port over the folder, which is made when the first blob comes. */
export function createFsBlobs(directory: string): Blobs {
  const fileOf = (digest: string): string => {
    const hex = hexOf(digest);
    return join(directory, 'sha256', hex.slice(0, 2), hex.slice(2));
  };
  return {
    async path(digest) {
      const file = fileOf(digest);
      return (await unlessAbsent(stat(file)))?.isFile() ? file : undefined;
    },
    async read(digest) {
      const bytes = await unlessAbsent(readFile(fileOf(digest)));
      return bytes && new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    },
    async write(digest, bytes) {
      const file = fileOf(digest);
      try {
        await writeDurably(file, bytes);
      } catch (cause) {
        throw storageError(cause, `writing ${file}`);
      }
    },
    retain: (digests) => retain(directory, digests),
    parts: createParts(join(directory, 'parts'), fileOf),
  };
}

function hexOf(digest: string): string {
  if (!DIGEST_PATTERN.test(digest)) throw new SkerryError('invalid', `"${digest}" is no sha256 digest`);
  return digest.slice('sha256:'.length);
}

function createParts(folder: string, fileOf: (digest: string) => string): BlobParts {
  return {
    async read(digest) {
      return new Uint8Array((await unlessAbsent(readFile(join(folder, hexOf(digest))))) ?? []);
    },
    async append(digest, bytes) {
      const name = hexOf(digest);
      for (const other of (await unlessAbsent(readdir(folder))) ?? [])
        if (other !== name) await rm(join(folder, other), { force: true });
      try {
        await mkdir(folder, { recursive: true });
        await appendFile(join(folder, name), bytes);
      } catch (cause) {
        throw storageError(cause, `keeping a part of ${digest}`);
      }
    },
    clear: () => rm(folder, { recursive: true, force: true }),
    async *stream(digest) {
      const part = join(folder, hexOf(digest));
      if (await unlessAbsent(stat(part))) yield* createReadStream(part, { highWaterMark: 1024 * 1024 });
    },
    async commit(digest) {
      const [part, file] = [join(folder, hexOf(digest)), fileOf(digest)];
      try {
        await syncFile(part);
        await mkdir(dirname(file), { recursive: true });
        await rename(part, file);
        await syncFolder(dirname(file));
      } catch (cause) {
        throw storageError(cause, `writing ${file}`);
      }
    },
  };
}

async function syncFile(file: string): Promise<void> {
  const handle = await open(file, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function writeDurably(file: string, bytes: Uint8Array): Promise<void> {
  const folder = dirname(file);
  await mkdir(folder, { recursive: true });
  const temporary = `${file}.${randomUUID()}.tmp`;
  try {
    const handle = await open(temporary, 'wx');
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(folder);
}

/** The name itself must survive a power cut too. Windows has no such call and journals its folders. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function retain(directory: string, digests: ReadonlySet<string>): Promise<void> {
  const root = join(directory, 'sha256');
  for (const prefix of (await unlessAbsent(readdir(root))) ?? [])
    for (const rest of (await unlessAbsent(readdir(join(root, prefix)))) ?? [])
      if (!digests.has(`sha256:${prefix}${rest}`)) await rm(join(root, prefix, rest), { force: true });
}

async function unlessAbsent<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw storageError(error, 'reading the blobs');
  }
}

function storageError(cause: unknown, doing: string): SkerryError {
  const full = ['ENOSPC', 'EDQUOT'].includes((cause as NodeJS.ErrnoException).code ?? '');
  return new SkerryError(full ? 'full' : 'failed', `${doing} failed: ${messageOf(cause)}`, {
    cause,
    ...(full && { hint: 'free space on that disk, or move agent.data to a larger one' }),
  });
}
