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

/** Lines that stand for rows and for finer lines, which come in order, the oldest first. */
export class SummaryLines {
  readonly #lines = new Map<string, Summary>();

  list(): Summary[] {
    return [...this.#lines.values()];
  }

  /**
   * Outputs of one value are summarized; a row without any (an error) is counted under the empty output name, so that no
   * row goes uncounted.
   */
  addRow(row: ResultRow): void {
    const { pipeline, device, releaseDigest, fromUs, toUs } = row;
    const outputs = Object.entries(row.outputs).filter(([, value]) => typeof value === 'number');
    for (const [output, value] of outputs.length > 0 ? outputs : [['', Number.NaN] as const]) {
      const v = value as number;
      this.add({
        pipeline,
        device,
        releaseDigest,
        output,
        count: 1,
        min: v,
        mean: v,
        max: v,
        last: v,
        fromUs,
        toUs,
      });
    }
  }

  add(line: Summary): void {
    const key = `${line.pipeline}\n${line.releaseDigest}\n${line.output}\n${line.device}`;
    const before = this.#lines.get(key);
    if (!before) {
      this.#lines.set(key, { ...line });
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
}
