/**
 * `pnpm sim rollout`: what a rollout file would do with good and defective releases, over many simulated rollouts: how
 * often it catches a defect, how many agents have it by then, how long that takes, and how often it reverts a good one.
 */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { checkRolloutSpec, type RolloutSpec, rolloutSpec } from '@skerry/control-plane/core/rollout/spec';
import { parseDocument } from '@skerry/proto/document';
import { percent } from '@skerry/proto/schema';
import { formatDuration } from '@skerry/proto/units';
import { type Run, runRollout } from './rollout.ts';
import { DEFECTS, type Defect } from './rollout-fleet.ts';

export const USAGE =
  `pnpm sim rollout [-f rollout.yaml] [--agents N 10..10000] [--defect ${DEFECTS.join('|')}|all]\n` +
  '                 [--offline 10%] [--runs N] [--seed N] [--json]';

/** What is simulated without a file: the rollout that the documentation advises. */
export const DEFAULT_ROLLOUT = `apiVersion: skerry/v1
kind: Rollout
release: example@2.0.0
control: 10%
stages:
  - { name: first, agents: 1, soak: 30m }
  - { name: canary, agents: 5%, soak: 2h }
  - { name: half, agents: 50%, soak: 4h }
  - { name: all, agents: 100% }
gates:
  errorRate: { max: 1% }
  latencyP95: { maxRatio: 1.5 }
  alertRate: { maxRatio: 1.25 }
  outputDrift: { psi: 0.2 }
`;

export interface Summary {
  agents: number;
  defect: Defect;
  runs: number;
  completed: number;
  reverted: number;
  /** It couldn't show enough by itself, and waits for a person. */
  asked: number;
  /** Reverted before the stage after the second began. */
  revertedEarly: number;
  /** Of those that were reverted or asked: median and greatest. */
  exposed: { median: number; most: number };
  medianMs: number;
}

/** Lives `runs` rollouts. */
export function simulate(
  spec: RolloutSpec,
  options: { agents: number; defect: Defect; offline: number; runs: number; seed: number },
): Summary {
  const runs = Array.from({ length: options.runs }, (_, i) =>
    runRollout({ ...options, spec, seed: options.seed + i }),
  );
  const count = (outcome: Run['outcome']): number => runs.filter((run) => run.outcome === outcome).length;
  const stopped = runs.filter((run) => run.outcome !== 'completed');
  const exposed = stopped.map((run) => run.exposed);
  return {
    agents: options.agents,
    defect: options.defect,
    runs: options.runs,
    completed: count('completed'),
    reverted: count('reverted'),
    asked: count('asked'),
    revertedEarly: runs.filter((run) => run.outcome === 'reverted' && run.stage <= 1).length,
    exposed: { median: median(exposed), most: Math.max(0, ...exposed) },
    medianMs: median(stopped.map((run) => run.afterMs)),
  };
}

/** Returns the exit code. Throws RangeError on wrong usage. */
export function rolloutCommand(argv: readonly string[]): number {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      file: { type: 'string', short: 'f' },
      agents: { type: 'string', default: '1000' },
      defect: { type: 'string', default: 'all' },
      offline: { type: 'string', default: '10%' },
      runs: { type: 'string', default: '100' },
      seed: { type: 'string', default: '1' },
      json: { type: 'boolean', default: false },
    },
  });
  const [agents, runs, seed] = [Number(values.agents), Number(values.runs), Number(values.seed)];
  const defects = values.defect === 'all' ? DEFECTS : DEFECTS.filter((defect) => defect === values.defect);
  const isWrong = ![agents, runs, seed].every(Number.isInteger) || agents < 10 || agents > 10_000 || runs < 1;
  if (isWrong || defects.length === 0) throw new RangeError(`expected ${USAGE}`);
  const text = values.file === undefined ? DEFAULT_ROLLOUT : readFileSync(values.file, 'utf8');
  const spec = parseDocument(text, rolloutSpec, { file: values.file ?? 'the default rollout' });
  checkRolloutSpec(spec);
  const offline = percent.parse(values.offline);
  if (!values.json) process.stdout.write(`${HEAD}\n`);
  for (const defect of defects) {
    const summary = simulate(spec, { agents, defect, offline, runs, seed });
    process.stdout.write(`${values.json ? JSON.stringify(summary) : row(summary)}\n`);
  }
  return 0;
}

const HEAD = [
  '| agents | defect | completed | reverted | by the 2nd stage | a person is asked | exposed (median, most) | after |',
  '|---|---|---|---|---|---|---|---|',
].join('\n');

function row(s: Summary): string {
  const share = (n: number): string => `${((100 * n) / s.runs).toFixed(1)} %`;
  const stopped = s.reverted + s.asked > 0;
  return `| ${[
    s.agents,
    s.defect,
    share(s.completed),
    share(s.reverted),
    share(s.revertedEarly),
    share(s.asked),
    stopped ? `${s.exposed.median}, ${s.exposed.most}` : '–',
    stopped ? formatDuration(s.medianMs) : '–',
  ].join(' | ')} |`;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
