/** A plant without its control plane, in a small part of the space that its results need, and with it again. */
import { expect, test } from 'vitest';
import { runOffline } from '../bench/offline.ts';
import { scratchFolder } from '../e2e/support/scratch.ts';
import { CEILING_MIB } from './support/bounded-agent.ts';

const folder = scratchFolder();

test('over a restart, too, disk and memory are bounded, alerts are all delivered, the rest is summarized or evicted, and both ledgers verify', async () => {
  const { violations, alerts } = await runOffline({
    folder,
    devices: 100,
    minutes: 20,
    maxBytes: 1024 ** 2,
    maxRssMib: CEILING_MIB,
    restart: true,
    mustGiveWay: true,
  });
  expect(violations).toEqual([]);
  expect(alerts.delivered).toBeGreaterThan(0);
});
