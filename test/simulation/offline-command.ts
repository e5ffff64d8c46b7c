/**
 * `pnpm sim offline`: says what a gateway keeps day by day of an outage, and in the end whether every sample and every
 * result is in its term and every alert has arrived.
 */
import { parseArgs } from 'node:util';
import type { Ledger } from '@skerry/agent/outbox/ledger';
import { duration, size } from '@skerry/proto/schema';
import { type Day, type OfflineReport, runOffline } from './offline.ts';

export const USAGE =
  'pnpm sim offline [--for 7d] [--samples 20] [--max-bytes 4MiB] [--when-full degrade|drop-oldest] [--json]';

/** Returns the exit code. Throws RangeError on wrong usage. */
export async function offlineCommand(argv: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      for: { type: 'string', default: '7d' },
      samples: { type: 'string', default: '20' },
      'max-bytes': { type: 'string', default: '4MiB' },
      'when-full': { type: 'string', default: 'degrade' },
      json: { type: 'boolean', default: false },
    },
  });
  const [samples, whenFull] = [Number(values.samples), values['when-full']];
  if (!Number.isInteger(samples) || samples < 1 || (whenFull !== 'degrade' && whenFull !== 'drop-oldest'))
    throw new RangeError(`expected ${USAGE}`);
  const startedMs = performance.now();
  const report = await runOffline({
    forMs: duration.parse(values.for),
    samples,
    maxBytes: size.parse(values['max-bytes']),
    whenFull,
    onDay: (day) => !values.json && process.stdout.write(`${describeDay(day)}\n`),
  });
  const seconds = (performance.now() - startedMs) / 1000;
  const { broken, tail, mix: _, ...figures } = report;
  if (values.json)
    process.stdout.write(`${JSON.stringify({ ...figures, seconds, broken: broken?.message })}\n`);
  else process.stdout.write(`${describeEnd(report, seconds)}\n`);
  return broken ? 1 : 0;
}

function describeDay({ day, results, alerts, liveBytes }: Day): string {
  return (
    `day ${day.toFixed(2)}: ${kib(liveBytes)} kept; results ${terms(results)}; ` +
    `alerts ${alerts.produced}, ${alerts.pending} pending, ${alerts.evicted} evicted`
  );
}

function describeEnd(
  { broken, tail, peakBytes, final, events, deviceHours }: OfflineReport,
  seconds: number,
): string {
  if (broken) return [...tail.slice(-20), `broken: ${broken.message}`].join('\n');
  return (
    `reconciled: results ${terms(final.results)}; all ${final.alerts.delivered} alerts delivered; ` +
    `at most ${kib(peakBytes)} on the disk; ${events} events in ${seconds.toFixed(0)} s, ` +
    `${Math.round(events / seconds)} a second, ${(deviceHours / (seconds / 60)).toFixed(0)} device-hours a minute`
  );
}

function terms({ produced, delivered, pending, summarized, evicted }: Ledger): string {
  return `${produced} = ${delivered} delivered + ${pending} pending + ${summarized} summarized + ${evicted} evicted`;
}

function kib(bytes: number): string {
  return `${Math.round(bytes / 1024)} KiB`;
}
