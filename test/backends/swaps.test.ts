// Two releases take turns under load. `pnpm bench swaps` does a thousand and watches memory.
import { expect, test } from 'vitest';
import { scratchFolder } from '../e2e/support/scratch.ts';
import { DEVICES, openSwapWorld } from './swap-world.ts';

const SWAPS = Number(process.env.SKERRY_SWAPS ?? 40);

test(`${SWAPS} hot swaps under load: every window has its result, from one release or the other, and none is an error`, async () => {
  const world = await openSwapWorld(scratchFolder());
  for (let i = 0; i < SWAPS; i++) await world.swap();
  await world.close();
  expect(world.results).toBeGreaterThanOrEqual(world.windows);
  // Silence closes at most one more a device.
  expect(world.results).toBeLessThanOrEqual(world.windows + DEVICES);
  expect(world.errors).toBe(0);
  const made = ['pump-anomaly@1.0.0', 'pump-anomaly@1.1.0'].map(
    (release) => world.byRelease.get(release) ?? 0,
  );
  expect(made[0]! + made[1]!).toBe(world.results);
  for (const count of made) expect(count).toBeGreaterThan(world.results / 10);
});
