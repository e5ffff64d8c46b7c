/** What the disk itself takes: the bytes of one commit written and synced again and again, with nothing around it. */
import { closeSync, fdatasyncSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { folderBytes, requireHead } from '@skerry/agent/adapters/level-folder';
import { openLevelStore } from '@skerry/agent/adapters/level-store';

/** Milliseconds of each commit. */
export type Latencies = number[];

const MEASURE_MS = 1_500;

/** Appends the bytes to a file and waits for fdatasync, over and over. */
export function appendAndSync(folder: string, bytes: Uint8Array): Latencies {
  mkdirSync(folder, { recursive: true });
  const file = openSync(join(folder, 'raw'), 'w');
  const latencies: Latencies = [];
  try {
    for (const endMs = performance.now() + MEASURE_MS; performance.now() < endMs; ) {
      const beganMs = performance.now();
      writeSync(file, bytes);
      fdatasyncSync(file);
      latencies.push(performance.now() - beganMs);
    }
  } finally {
    closeSync(file);
  }
  return latencies;
}

/** Puts the bytes under ever new keys of the agent's store in synced batches, and deletes them 100 later. */
export async function putAndSync(folder: string, bytes: Uint8Array): Promise<Latencies> {
  const maxBytes = 64 * 1024 ** 2;
  const store = await openLevelStore({ location: folder, maxBytes, folder: { requireHead, folderBytes } });
  const key = (n: number): string => `j/${n.toString(16).padStart(16, '0')}`;
  const latencies: Latencies = [];
  try {
    for (const endMs = performance.now() + MEASURE_MS; performance.now() < endMs; ) {
      const n = latencies.length;
      const beganMs = performance.now();
      await store.batch(
        [
          { type: 'put', key: key(n), value: bytes },
          { type: 'del', key: key(Math.max(0, n - 100)) },
        ],
        { sync: true },
      );
      latencies.push(performance.now() - beganMs);
    }
  } finally {
    await store.close();
  }
  return latencies;
}
