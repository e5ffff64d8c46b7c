/** What agents show of a release, for people: a row per metric, a column per arm. */
import { print } from '@skerry/proto/node/program';
import type { OutputShift, ShownArm } from '../core/evidence-view.ts';
import { metricText, SHOWN_METRIC_NAMES, SHOWN_METRICS, type ShownMetric } from '../core/shown-metrics.ts';
import type { RolloutEvidence } from '../routes/evidence.ts';
import { number, shortDigest, table, time } from './format.ts';

/** The arms of a rollout, and how outputs lie against the others'. */
export function showRolloutEvidence(evidence: RolloutEvidence): void {
  if (evidence.stage === null) {
    print('\nEvidence: no stage was entered yet');
    return;
  }
  print(
    `\nEvidence since ${evidence.stage} was entered, ${time(evidence.enteredMs)}: mean over agents (how many)`,
  );
  showArms(evidence.arms);
  if (evidence.outputs.length === 0) return;
  print('\nOutputs against the others, all windows together (information, no test)');
  table(
    ['output', 'against', 'windows', 'psi', 'excess', ''],
    evidence.outputs.map((o) => [
      o.output,
      releaseName(o.against),
      `${o.windows} v ${o.againstWindows}`,
      number(o.psi),
      number(o.psiExcess),
      noteOf(o),
    ]),
  );
}

function noteOf({ note, psiExcess }: OutputShift): string {
  if (note !== undefined) return `not comparable: ${note}`;
  return psiExcess !== null && psiExcess > 0.2 ? 'shifted' : '';
}

/** A row per metric that anybody has, a column per arm. */
export function showArms(arms: readonly ShownArm[]): void {
  const rows = SHOWN_METRIC_NAMES.filter((metric) => arms.some((arm) => arm.metrics[metric])).map(
    (metric) => [SHOWN_METRICS[metric].label, ...arms.map((arm) => cellOf(metric, arm.metrics[metric]))],
  );
  const counted = (label: string, of: (arm: ShownArm) => string): string[] => [label, ...arms.map(of)];
  table(
    ['', ...arms.map((arm) => `${arm.arm}: ${releaseName(arm.release)}`)],
    arms.length === 0
      ? []
      : [
          counted('agents', (arm) => `${arm.agents}`),
          counted('windows', (arm) => `${arm.totals.windows}`),
          ...rows,
          counted('golden vectors failed', (arm) => `${arm.totals.goldenFailed}`),
          counted('gave it back', reversionsOf),
        ],
    'no agent has said anything yet',
  );
}

function cellOf(metric: ShownMetric, value: { agents: number; mean: number } | undefined): string {
  return value ? `${metricText(metric, value.mean)} (${value.agents})` : '–';
}

function reversionsOf({ reversions: { verified, unsigned, bad } }: ShownArm): string {
  const parts = [
    verified > 0 && `${verified} signed`,
    unsigned > 0 && `${unsigned} unsigned`,
    bad > 0 && `${bad} with a wrong signature`,
  ].filter(Boolean);
  return parts.length === 0 ? '0' : parts.join(', ');
}

function releaseName(release: string): string {
  return release.startsWith('sha256:') ? shortDigest(release) : release;
}
