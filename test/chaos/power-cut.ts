/** An agent's life that ends with the power. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { type Contents, readContents, TracedDisk } from './disk.ts';
import type { Site } from './site.ts';
import { readTrace, straceTo } from './strace.ts';

/** How a life ends: at the nth time through a crash point, or after so many milliseconds. */
export type End = { point: string; nth: number } | { afterMs: number };

/**
 * One life under strace, and what it asked of the disk. `compared`: whether that could be compared with the data folder as
 * the killed process left it, which it can't where the kill cut a call short. `inject`: as in strace(1).
 */
export async function liveTraced(
  site: Site,
  end: End,
  inject: readonly string[] = [],
): Promise<{ disk: TracedDisk; compared: boolean }> {
  const { dataDir, folder, id } = site.agent;
  const disk = new TracedDisk(dataDir);
  const file = join(folder, `${id}.trace`);
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
  // The trace says all that happened, or what follows from it proves nothing.
  if (!cutShort) expect(differences(disk.contents(), readContents(dataDir))).toEqual([]);
  return { disk, compared: !cutShort };
}

function differences(a: Contents, b: Contents): string[] {
  return [...new Set([...a.keys(), ...b.keys()])].filter((path) => {
    const [x, y] = [a.get(path), b.get(path)];
    if (x === undefined || y === undefined) return true;
    return typeof x === 'string' || typeof y === 'string' ? x !== y : Buffer.compare(x, y) !== 0;
  });
}
