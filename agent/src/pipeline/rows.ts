/**
 * The open samples of one device, ordered by event time, in ring buffers that grow by doubling: time, journal entry,
 * flags, and one value per channel (NaN where the sample carries none). Row 0 is the oldest. Nearly every sample is the
 * newest and costs one write; one that comes out of order moves the rows behind it.
 */

/** What became of a row before the next window's start; it is kept only as a left neighbour. */
export const USED = 1;
export const GAP = 2;
export const CLASSIFIED = 4;

export class Rows {
  count = 0;
  readonly width: number;
  #head = 0;
  #mask = 7;
  #times = new Float64Array(8);
  #seqs = new Float64Array(8);
  #flags = new Uint8Array(8);
  #values: Float64Array;

  constructor(width: number) {
    this.width = width;
    this.#values = new Float64Array(8 * width);
  }

  timeUs(row: number): number {
    return this.#times[(this.#head + row) & this.#mask]!;
  }

  value(row: number, channel: number): number {
    return this.#values[((this.#head + row) & this.#mask) * this.width + channel]!;
  }

  seq(row: number): number {
    return this.#seqs[(this.#head + row) & this.#mask]!;
  }

  setSeq(row: number, seq: number): void {
    this.#seqs[(this.#head + row) & this.#mask] = seq;
  }

  flags(row: number): number {
    return this.#flags[(this.#head + row) & this.#mask]!;
  }

  setFlags(row: number, flags: number): void {
    this.#flags[(this.#head + row) & this.#mask] = flags;
  }

  /** The first row at or after a time; `count` where there is none. */
  lowerBound(timeUs: number): number {
    let [low, high] = [0, this.count];
    if (high > 0 && this.timeUs(high - 1) < timeUs) return high; // the usual case: newest
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.timeUs(middle) < timeUs) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Inserts before `row`. The caller keeps rows in order of time. */
  insert(row: number, timeUs: number, seq: number, flags: number, values: Float64Array): void {
    if (this.count > this.#mask) this.#grow();
    for (let i = this.count; i > row; i--) this.#copy(i - 1, i);
    this.count++;
    const at = (this.#head + row) & this.#mask;
    this.#times[at] = timeUs;
    this.#seqs[at] = seq;
    this.#flags[at] = flags;
    for (let c = 0; c < this.width; c++) this.#values[at * this.width + c] = values[c]!;
  }

  /** Copies a row over another that is no longer wanted. */
  move(from: number, to: number): void {
    if (from !== to) this.#copy(from, to);
  }

  /** Forgets the oldest rows. */
  drop(rows: number): void {
    this.#head = (this.#head + rows) & this.#mask;
    this.count -= rows;
  }

  #copy(from: number, to: number): void {
    const source = (this.#head + from) & this.#mask;
    const target = (this.#head + to) & this.#mask;
    this.#times[target] = this.#times[source]!;
    this.#seqs[target] = this.#seqs[source]!;
    this.#flags[target] = this.#flags[source]!;
    const { width } = this;
    for (let c = 0; c < width; c++) this.#values[target * width + c] = this.#values[source * width + c]!;
  }

  #grow(): void {
    const capacity = 2 * (this.#mask + 1);
    const [times, seqs] = [new Float64Array(capacity), new Float64Array(capacity)];
    const flags = new Uint8Array(capacity);
    const values = new Float64Array(capacity * this.width);
    for (let i = 0; i < this.count; i++) {
      const from = (this.#head + i) & this.#mask;
      times[i] = this.#times[from]!;
      seqs[i] = this.#seqs[from]!;
      flags[i] = this.#flags[from]!;
      values.set(this.#values.subarray(from * this.width, (from + 1) * this.width), i * this.width);
    }
    [this.#times, this.#seqs, this.#flags, this.#values] = [times, seqs, flags, values];
    this.#head = 0;
    this.#mask = capacity - 1;
  }
}
