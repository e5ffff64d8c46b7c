/** An agent's life that ends with the power, and the disk that its next one finds. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '@skerry/firmware-sim/random';
import { expect } from 'vitest';
import { type Contents, readContents, TracedDisk, writeContents } from './disk.ts';
import type { Site } from './site.ts';
import { readTrace, straceTo } from './strace.ts';

/** How a life ends: at the nth time through a crash point, or after so many milliseconds. */
export type End = { point: string; nth: number } | { afterMs: number };

/**
 * One life under strace. Afterwards the data folder holds what a disk might after a power cut. Returns whether the trace
 * could be compared with the folder as the killed process left it (it can't where a call was cut short).
 */
export async function liveUntilPowerCut(
  site: Site,
  end: End,
  random: Random,
  inject: readonly string[] = [],
): Promise<boolean> {
  const { dataDir } = site.agent;
  const disk = new TracedDisk(dataDir);
  const file = join(site.agent.folder, 'trace');
  const under = straceTo(file, ...inject);
  if ('point' in end) await site.killAt(end.point, end.nth, { under });
  else {
    const program = site.launch({}, under);
    await sleep(end.afterMs);
    if (!program.running) throw new Error(`the agent ended by itself: ${program.stderr}`);
    await program.kill();
  }
  const { calls, cutShort } = readTrace(file, dataDir);
  for (const call of calls) disk.apply(call);
  // The trace says all that happened, or what follows proves nothing.
  if (!cutShort) expect(differences(disk.contents(), readContents(dataDir))).toEqual([]);
  writeContents(dataDir, disk.afterPowerCut(random));
  return !cutShort;
}

function differences(a: Contents, b: Contents): string[] {
  const same = (x: Uint8Array | string, y: Uint8Array | string): boolean =>
    typeof x === 'string' || typeof y === 'string' ? x === y : Buffer.compare(x, y) === 0;
  return [...new Set([...a.keys(), ...b.keys()])].filter((path) => {
    const [x, y] = [a.get(path), b.get(path)];
    return x === undefined || y === undefined || !same(x, y);
  });
}
