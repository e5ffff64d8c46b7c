/** Results made coarser: one line per pipeline, device, release and output. */
import type { ResultRow } from '@skerry/proto/results';

export interface Summary {
  pipeline: string;
  device: string;
  releaseDigest: string;
  output: string;
  count: number;
  min: number;
  mean: number;
  max: number;
  last: number;
  fromUs: number;
  toUs: number;
}

/**
 * The lines that stand for rows. Outputs of one value are summarized; a row without any (an error) is counted under
 * the empty output name, so that no row goes uncounted.
 */
export function summarize(rows: readonly ResultRow[]): Summary[] {
  const lines = new Map<string, Summary>();
  for (const row of rows) {
    const outputs = Object.entries(row.outputs).filter(([, value]) => typeof value === 'number');
    for (const [output, value] of outputs.length > 0 ? outputs : [['', Number.NaN] as const]) {
      const v = value as number;
      add(lines, {
        pipeline: row.pipeline,
        device: row.device,
        releaseDigest: row.releaseDigest,
        output,
        count: 1,
        min: v,
        mean: v,
        max: v,
        last: v,
        fromUs: row.fromUs,
        toUs: row.toUs,
      });
    }
  }
  return [...lines.values()];
}

/** The lines of two neighbouring stretches as one, older one first. */
export function mergeSummaries(older: readonly Summary[], newer: readonly Summary[]): Summary[] {
  const lines = new Map<string, Summary>();
  for (const line of [...older, ...newer]) add(lines, line);
  return [...lines.values()];
}

function add(lines: Map<string, Summary>, line: Summary): void {
  const key = `${line.pipeline}\n${line.releaseDigest}\n${line.output}\n${line.device}`;
  const before = lines.get(key);
  if (!before) {
    lines.set(key, { ...line });
    return;
  }
  const count = before.count + line.count;
  before.mean += ((line.mean - before.mean) * line.count) / count;
  before.count = count;
  before.min = Math.min(before.min, line.min);
  before.max = Math.max(before.max, line.max);
  before.last = line.last;
  before.fromUs = Math.min(before.fromUs, line.fromUs);
  before.toUs = Math.max(before.toUs, line.toUs);
}
