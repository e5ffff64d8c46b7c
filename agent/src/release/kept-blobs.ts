import type { Crypto } from '@skerry/proto/crypto';
import type { Blobs } from '../ports.ts';
import { readStoredRelease } from './obtain.ts';
import type { ReleaseTarget } from './slots.ts';

/**
 * Every blob of these releases. Undefined where one of them can't be read (still on its way, or damaged): then nobody
 * knows which files are its own, and none may be removed.
 */
export async function blobsOf(
  crypto: Crypto,
  blobs: Blobs,
  targets: Iterable<ReleaseTarget>,
): Promise<Set<string> | undefined> {
  const needed = new Set<string>();
  for (const target of targets) {
    needed.add(target.digest);
    try {
      const { files } = await readStoredRelease(crypto, blobs, target);
      for (const { digest } of files.values()) needed.add(digest);
    } catch {
      return undefined; // whoever loads it says why
    }
  }
  return needed;
}
