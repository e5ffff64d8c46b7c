/** `skerry drift`: how far the signals have moved from what each release was trained on. */
import { type Command, print } from '@skerry/proto/node/program';
import type { DiagnosedDrift } from '../core/drift-diagnosis.ts';
import type { DeviceDrift } from '../core/shard/drift.ts';
import { duration, number, shortDigest, table, time } from './format.ts';
import { action } from './session.ts';

/** Adds `drift show`. */
export function addDriftCommands(program: Command): void {
  const drift = program.command('drift').description('drift: signals against the releases’ references');
  drift
    .command('show')
    .description('the latest drift of every signal, merged and by device')
    .option('--pipeline <pipeline>', 'only of this pipeline')
    .option('--agent <agent>', 'only of this agent')
    .option('--device <device>', 'only of this device')
    .addHelpText(
      'after',
      '\nExamples:\n  skerry drift show\n  skerry drift show --pipeline press-vibration --json',
    )
    .action(
      action<{ pipeline?: string; agent?: string; device?: string }>(
        async (session, _, { pipeline, agent, device }) => {
          const query = { pipeline, agent, device };
          const signals = (
            await session.client.json<{ items: DiagnosedDrift[] }>('GET', 'api/v1/drift', { query })
          ).items;
          session.show(signals, () => showDrift(signals));
        },
      ),
    );
}

function showDrift(signals: readonly DiagnosedDrift[]): void {
  table(
    [
      'pipeline',
      'release',
      'signal',
      'samples',
      'level',
      'worst device',
      'psi',
      'excess',
      'kl',
      'false alarm every',
      'until',
    ],
    signals.map((signal) => {
      const worst = worstDevice(signal.devices);
      return [
        signal.pipeline,
        shortDigest(signal.releaseDigest),
        signal.isOutput ? `${signal.signal} (output)` : signal.signal,
        `${signal.n}`,
        worst?.level ?? '–',
        worst?.device ?? '–',
        number(worst?.measures.psi),
        number(worst?.measures.psiExcess),
        number(worst?.measures.kl),
        falseAlarms(worst),
        time(worst && Math.floor(worst.toUs / 1_000)),
      ];
    }),
    'no agent has sent a drift window yet',
  );
  if (signals.some((s) => s.devices.some((d) => d.level === 'learning')))
    print('learning: too few samples so far to say');
  for (const { pipeline, signal, devices, diagnosis } of signals)
    if (diagnosis) print(`${pipeline} ${signal}: ${diagnosis.kind}: ${diagnosis.text}${lasting(devices)}`);
}

/** How often a healthy device is expected to reach the alert level in this signal. */
function falseAlarms(device: DeviceDrift | undefined): string {
  const hours = device?.hoursBetweenFalseAlarms;
  return hours === undefined ? '–' : duration(Math.min(hours, MANY_HOURS) * 3_600_000);
}

/** A hundred years: what is beyond says no more. */
const MANY_HOURS = 876_000;

/** Since when the longest drift lasts, and whether it comes and goes with the day or the week. */
function lasting(devices: readonly DeviceDrift[]): string {
  const drifting = devices.filter((d) => d.sinceUs !== undefined);
  const [first] = drifting.toSorted((a, b) => a.sinceUs! - b.sinceUs!);
  if (!first) return '';
  const since = `since ${time(Math.floor(first.sinceUs! / 1_000))}`;
  switch (first.pattern) {
    case 'daily':
      return `; it comes every day at this time (${since})`;
    case 'weekly':
      return `; it comes every week at this time (${since})`;
    default:
      return `; ${first.pattern}, ${since}`;
  }
}

const ORDER: readonly DeviceDrift['level'][] = ['learning', 'ok', 'warn', 'alert'];

function worstDevice(devices: readonly DeviceDrift[]): DeviceDrift | undefined {
  return [...devices].sort(
    (a, b) =>
      ORDER.indexOf(b.level) - ORDER.indexOf(a.level) ||
      (b.measures.psiExcess ?? 0) - (a.measures.psiExcess ?? 0),
  )[0];
}
