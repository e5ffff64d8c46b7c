import { type FileHandle, mkdir, open, rename, stat, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DIGEST_PATTERN } from '@skerry/proto/crypto';
import { messageOf, SkerryError } from '@skerry/proto/errors';
import type { Blobs } from '../ports.ts';

/**
 * Content-addressed files: `DIR/sha256/ab/ab12…`. A blob is written aside, synced and renamed, and its folder synced: a
 * file under its name is whole, and stays so through a power cut.
 */
export function createFsBlobs(dir: string): Blobs {
  let serial = 0;
  const pathOf = (digest: string): string => {
    if (!DIGEST_PATTERN.test(digest)) throw new SkerryError('invalid', `"${digest}" is no digest`);
    const hex = digest.slice('sha256:'.length);
    return join(dir, 'sha256', hex.slice(0, 2), hex);
  };
  const has: Blobs['has'] = async (digest) => {
    try {
      return (await stat(pathOf(digest))).size;
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw failed(digest, error);
    }
  };
  return {
    has,
    async get(digest, range) {
      let file: FileHandle;
      try {
        file = await open(pathOf(digest), 'r');
      } catch (error) {
        if (isMissing(error)) return undefined;
        throw failed(digest, error);
      }
      try {
        const { size } = await file.stat();
        const [first, last] = range ?? [0, size - 1];
        const bytes = new Uint8Array(Math.max(0, Math.min(last, size - 1) - first + 1));
        let at = 0;
        while (at < bytes.length) {
          const { bytesRead } = await file.read(bytes, at, bytes.length - at, first + at);
          if (bytesRead === 0) throw new SkerryError('corrupt', `blob ${digest} is shorter than it was`);
          at += bytesRead;
        }
        return { bytes, sizeBytes: size };
      } finally {
        await file.close();
      }
    },
    async put(digest, bytes) {
      const path = pathOf(digest);
      if ((await has(digest)) === bytes.length) return;
      const folder = dirname(path);
      const aside = `${path}.${process.pid}-${serial++}.new`;
      try {
        await mkdir(folder, { recursive: true });
        await writeSynced(aside, bytes);
        await rename(aside, path);
        await syncFolder(folder);
      } catch (error) {
        // What was begun is in nobody's way; that it can't be removed adds nothing to the error.
        await unlink(aside).catch(() => undefined);
        throw failed(digest, error);
      }
    },
  };
}

async function writeSynced(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}

function failed(digest: string, cause: unknown): SkerryError {
  if (cause instanceof SkerryError) return cause;
  const full = (cause as NodeJS.ErrnoException).code === 'ENOSPC';
  return new SkerryError(full ? 'full' : 'failed', `blob ${digest} can't be kept: ${messageOf(cause)}`, {
    cause,
  });
}
