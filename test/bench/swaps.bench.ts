/**
 * A thousand hot swaps of two real releases under load: how long one takes, whether every window has its result, and what
 * becomes of memory. Resident memory is read after a collection of garbage, since what V8 has not collected yet is no
 * growth.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { SkerryError } from '@skerry/proto/errors';
import { openSwapWorld } from '../backends/swap-world.ts';
import { type Bench, row } from './bench.ts';

const WARM_UP = 400;
const SWAPS = 1_000;
const READ_EVERY = 50;
const MIB = 1024 ** 2;

export const bench: Bench = {
  name: 'swaps',
  about: `${SWAPS} hot swaps under load, after ${WARM_UP} to warm up: time, windows, resident memory`,
  async run() {
    const folder = mkdtempSync(join(tmpdir(), 'skerry-swaps-'));
    const collect = garbageCollector();
    try {
      const world = await openSwapWorld(folder);
      for (let i = 0; i < WARM_UP; i++) await world.swap();
      const [tookMs, residentMiB]: [number[], number[]] = [[], []];
      for (let i = 0; i < SWAPS; i++) {
        const beganMs = performance.now();
        await world.swap();
        tookMs.push(performance.now() - beganMs);
        if (i % READ_EVERY === 0) {
          collect();
          residentMiB.push(process.memoryUsage.rss() / MIB);
        }
      }
      await world.close();
      if (world.results < world.windows || world.errors > 0)
        throw new SkerryError(
          'failed',
          `${world.windows} windows, ${world.results} results, ${world.errors} errors`,
        );
      const [first, last] = [residentMiB.slice(0, 4), residentMiB.slice(-4)].map(mean) as [number, number];
      const growth = `first fifth ${first.toFixed(1)}, last fifth ${last.toFixed(1)}: ${percent(last / first - 1)}`;
      return [
        row('a swap with 320 readings', 'ms', tookMs),
        row('resident memory', 'MiB', residentMiB, growth),
        row('results', '', [world.results], `of ${world.windows} windows, none an error`),
      ];
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

/** Node's own, which it shows only when asked. */
function garbageCollector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function percent(share: number): string {
  return `${share >= 0 ? '+' : ''}${(100 * share).toFixed(1)} %`;
}
