/** An hour of a plant without a control plane, replayed at full speed (offline.ts); fails where a promise isn't kept. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SkerryError } from '@skerry/proto/errors';
import { type Bench, row } from './bench.ts';
import { type OfflineOutcome, runOffline } from './offline.ts';

/** 5,000 samples/s at 2 Hz each. */
const DEVICES = 2_500;
const MIB = 1024 ** 2;

export const bench: Bench = {
  name: 'offline',
  about:
    'an hour offline at 5,000 samples/s with maxBytes 16MiB at full speed, then reconciled (--minutes N: shorter)',
  async run({ minutes }) {
    const folder = mkdtempSync(join(tmpdir(), 'skerry-bench-'));
    try {
      const outcome = await runOffline({
        folder,
        devices: DEVICES,
        minutes,
        maxBytes: 16 * MIB,
        maxRssMib: 768,
        restart: false,
        mustGiveWay: minutes >= 60,
      });
      if (outcome.violations.length > 0)
        throw new SkerryError('failed', `offline: ${outcome.violations.join('; ')}`, {
          hint: 'each of these is a promise of agent/README.md',
        });
      return rowsOf(outcome, minutes);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

function rowsOf(outcome: OfflineOutcome, minutes: number) {
  const { readings, publishedS, awaitedS, reconciledS, results, alerts } = outcome;
  const one = (name: string, unit: string, value: number, note?: string) => row(name, unit, [value], note);
  return [
    one('samples', '', readings, 'each acknowledged after its commit'),
    one('taken', 'samples/s', readings / publishedS),
    one('against the clock', '× real time', (minutes * 60) / publishedS),
    one('awaited', 's', awaitedS, 'until its pause between attempts was over'),
    one('reconciled', 's', reconciledS, 'from then to nothing pending'),
    one('database folder, most', 'MiB', outcome.folderPeakBytes / MIB, 'at most 4 × 16 + 16'),
    one('memory, most', 'MiB', outcome.rssPeakMib, 'at most 768'),
    one('results produced', '', results.produced),
    one('results delivered', '', results.delivered),
    one('results summarized', '', results.summarized),
    one('results evicted', '', results.evicted, 'their tombstones were delivered'),
    one('alerts produced', '', alerts.produced),
    one('alerts delivered', '', alerts.delivered, 'none gave way'),
  ];
}
