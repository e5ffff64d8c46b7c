import type { SampleBatch } from './types.ts';

/** Collects samples of one pipeline in columns until they are taken as one batch. */
export class SampleColumns {
  readonly #pipeline: string;
  readonly #channelCount: number;
  readonly #indices = new Map<string, number>();
  #batch: SampleBatch;

  constructor(pipeline: string, channelCount: number) {
    this.#pipeline = pipeline;
    this.#channelCount = channelCount;
    this.#batch = this.#fresh(16);
  }

  get count(): number {
    return this.#batch.count;
  }

  /** Adds one sample; `values` is copied, NaN stands for a channel that it doesn't carry. */
  push(device: string, timeUs: number, values: ArrayLike<number>): void {
    const batch = this.#batch;
    const row = batch.count;
    if (row === batch.device.length) this.#grow();
    let index = this.#indices.get(device);
    if (index === undefined) {
      index = batch.devices.push(device) - 1;
      this.#indices.set(device, index);
    }
    batch.device[row] = index;
    batch.timeUs[row] = timeUs;
    const base = row * this.#channelCount;
    for (let c = 0; c < this.#channelCount; c++) batch.values[base + c] = values[c]!;
    batch.count++;
  }

  /** What was collected since the last call, the caller's to keep; undefined where nothing was. */
  take(): SampleBatch | undefined {
    const batch = this.#batch;
    if (batch.count === 0) return undefined;
    this.#indices.clear();
    this.#batch = this.#fresh(16);
    const { count } = batch;
    batch.device = batch.device.subarray(0, count);
    batch.timeUs = batch.timeUs.subarray(0, count);
    batch.values = batch.values.subarray(0, count * this.#channelCount);
    return batch;
  }

  #fresh(capacity: number): SampleBatch {
    return {
      pipeline: this.#pipeline,
      channelCount: this.#channelCount,
      count: 0,
      devices: [],
      device: new Uint32Array(capacity),
      timeUs: new Float64Array(capacity),
      values: new Float64Array(capacity * this.#channelCount),
    };
  }

  #grow(): void {
    const batch = this.#batch;
    const larger = this.#fresh(batch.device.length * 2);
    larger.device.set(batch.device);
    larger.timeUs.set(batch.timeUs);
    larger.values.set(batch.values);
    [batch.device, batch.timeUs, batch.values] = [larger.device, larger.timeUs, larger.values];
  }
}
