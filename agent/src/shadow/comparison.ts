/**
 * What is compared of two releases' answers to one window: the decision, and the outcome, which is the first anomaly
 * score; else the first class; else the first value.
 */
import type { ReleaseManifest } from '@skerry/proto/release';
import type { DecisionName, ResultRow } from '@skerry/proto/results';

export interface Answer {
  decision: DecisionName;
  /** A score, or a class by its label; undefined where the release gives neither. */
  outcome: number | string | undefined;
}

/** A window's answer; undefined where there is none to compare. */
export function answerOf(manifest: ReleaseManifest, row: ResultRow): Answer | undefined {
  if (row.decision === 'error') return undefined;
  const { decision } = row;
  for (const kind of ['anomaly-score', 'class', 'value'] as const) {
    const output = manifest.output.find((o) => o.kind === kind);
    const value = output && row.outputs[output.name];
    if (value === undefined) continue;
    if (kind !== 'class') return { decision, outcome: greatest(value) };
    const place = typeof value === 'number' ? value : value.indexOf(greatest(value));
    return { decision, outcome: output!.labels?.[place] ?? `${place}` };
  }
  return { decision, outcome: undefined };
}

// An output wider than one value is judged by its greatest, as in pipeline/decide.ts.
function greatest(value: number | readonly number[]): number {
  return typeof value === 'number' ? value : Math.max(...value);
}

/** Whether two answers differ in what they decide, and by how much (proto: ShadowComparison). */
export function compare(a: Answer, b: Answer): { isFlip: boolean; distance: number } {
  const isOther = typeof a.outcome === 'string' && typeof b.outcome === 'string' && a.outcome !== b.outcome;
  const distance =
    typeof a.outcome === 'number' && typeof b.outcome === 'number'
      ? Math.abs(a.outcome - b.outcome)
      : Number(a.outcome !== b.outcome);
  return { isFlip: isOther || a.decision !== b.decision, distance };
}
