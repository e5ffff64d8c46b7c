/**
 * The window semantics written down as plainly as they can be, for tests to hold the real windows against: every sample
 * ever taken is kept, every window is worked out from all of them, nothing is skipped, nothing is incremental.
 */
export interface NaiveSpec {
  /** Ticks per second as a fraction, or `any`. */
  rate: { ticks: number; seconds: number } | 'any';
  length: number;
  hop: number;
  missing: 'interpolate' | 'previous';
  maxGapUs: number;
  latenessUs: number;
  channels: number;
}

export interface NaiveWindow {
  fromUs: number;
  toUs: number;
  /** [tick][channel], rounded to float32. */
  data: number[];
  interpolated: number;
  late: number;
}

interface NaiveSample {
  timeUs: number;
  values: number[];
  closed: 'used' | 'gap' | 'skipped' | undefined;
  /** Silence came after it: it is nobody's neighbour any more. */
  ended: boolean;
}

export type NaiveOutcome = 'taken' | 'late' | 'duplicate' | 'conflict';

/** One device. */
export class NaiveWindows {
  readonly windows: NaiveWindow[] = [];
  gaps = 0;
  readonly samples: NaiveSample[] = [];
  readonly #spec: NaiveSpec;
  readonly #covered: { kind: 'used' | 'gap'; fromUs: number; toUs: number }[] = [];
  #start: number | undefined;
  #nextUs = Number.NEGATIVE_INFINITY;
  #lateUs = Number.NEGATIVE_INFINITY;
  #late = 0;

  constructor(spec: NaiveSpec) {
    this.#spec = spec;
  }

  take(timeUs: number, values: readonly number[]): NaiveOutcome {
    if (timeUs < this.#lateUs) {
      this.#late++;
      return 'late';
    }
    let conflict = false;
    const rest = values.map((value, c) => {
      const held = this.samples.find((s) => s.timeUs === timeUs && !Number.isNaN(s.values[c]!))?.values[c];
      if (held === undefined || Number.isNaN(value)) return value;
      conflict ||= held !== value;
      return Number.NaN;
    });
    if (rest.every(Number.isNaN)) return conflict ? 'conflict' : 'duplicate';
    this.samples.push({ timeUs, values: rest, closed: undefined, ended: false });
    this.#cut(this.#maxUs() - this.#spec.latenessUs);
    return 'taken';
  }

  silence(): void {
    if (this.samples.every((sample) => sample.closed)) return;
    this.#cut(Number.POSITIVE_INFINITY);
    if (this.#spec.rate === 'any') return;
    let start = 0;
    while (this.#tickUs(start) <= this.#maxUs()) start += this.#spec.hop;
    if (this.#start === undefined || start > this.#start) this.#move(start);
    for (const sample of this.samples) {
      this.#close(sample);
      sample.ended = true;
    }
  }

  /** Counts by what became of the taken samples. */
  ledger(): { used: number; gap: number; skipped: number; open: number } {
    const count = (kind: NaiveSample['closed']) => this.samples.filter((s) => s.closed === kind).length;
    return { used: count('used'), gap: count('gap'), skipped: count('skipped'), open: count(undefined) };
  }

  #maxUs(): number {
    return Math.max(...this.samples.map((sample) => sample.timeUs));
  }

  #tickUs(k: number): number {
    const { ticks, seconds } = this.#spec.rate as { ticks: number; seconds: number };
    const [top, bottom] = [2n * BigInt(k) * BigInt(seconds) * 1_000_000n, 2n * BigInt(ticks)];
    return Number((top + BigInt(ticks)) / bottom); // rounded half up; times are positive in the tests
  }

  #cut(watermarkUs: number): void {
    if (this.#spec.rate === 'any') while (this.#cutAny(watermarkUs));
    else while (this.#cutTicks(watermarkUs));
  }

  #cutTicks(watermarkUs: number): boolean {
    const { length, hop } = this.#spec;
    const ahead = this.samples
      .filter((sample) => sample.timeUs >= this.#nextUs)
      .map((sample) => sample.timeUs);
    if (watermarkUs === Number.POSITIVE_INFINITY && ahead.length === 0) return false;
    let start = this.#start;
    if (start === undefined) {
      start = 0;
      while (this.#tickUs(start + length) <= Math.min(...ahead)) start += hop;
    }
    const ticks = Array.from({ length }, (_, k) => this.#tickUs(start + k));
    if (watermarkUs < ticks.at(-1)!) return false;
    const [fromUs, toUs] = [ticks[0]!, this.#tickUs(start + length)];
    const outcome = this.#values(ticks, watermarkUs);
    if (outcome === 'wait') return false;
    if (outcome === 'gap') {
      if (ahead.some((timeUs) => timeUs < toUs)) this.#gap(fromUs, toUs);
    } else this.#put(fromUs, toUs, toUs, outcome);
    this.#move(start + hop);
    return true;
  }

  #cutAny(watermarkUs: number): boolean {
    const { length, hop } = this.#spec;
    const settled = this.samples.filter((s) => s.timeUs >= this.#nextUs && s.timeUs <= watermarkUs);
    const ticks = [...new Set(settled.map((s) => s.timeUs))].sort((a, b) => a - b).slice(0, length);
    if (ticks.length < length) return false;
    const outcome = this.#values(ticks, watermarkUs);
    if (outcome === 'wait') return false;
    const toUs = ticks.at(-1)!;
    if (outcome === 'gap') this.#gap(ticks[0]!, toUs + 1);
    else this.#put(ticks[0]!, toUs, toUs + 1, outcome);
    this.#nextUs = hop < length ? ticks[hop]! : toUs + 1;
    this.#lateUs = toUs + 1;
    this.#release();
    return true;
  }

  #put(
    fromUs: number,
    toUs: number,
    coversToUs: number,
    what: { data: number[]; interpolated: number },
  ): void {
    this.windows.push({ fromUs, toUs, ...what, late: this.#late });
    this.#late = 0;
    this.#covered.push({ kind: 'used', fromUs, toUs: coversToUs });
  }

  #gap(fromUs: number, toUs: number): void {
    this.gaps++;
    this.#covered.push({ kind: 'gap', fromUs, toUs });
  }

  #move(start: number): void {
    this.#start = start;
    this.#nextUs = this.#tickUs(start);
    this.#lateUs = this.#nextUs;
    this.#release();
  }

  // What no further window needs: everything before the next window but each channel's last sample, if near enough.
  #release(): void {
    for (const sample of this.samples) {
      if (sample.closed || sample.timeUs >= this.#nextUs) continue;
      const needed = sample.values.some((value, c) => {
        if (Number.isNaN(value) || this.#nextUs - sample.timeUs > this.#spec.maxGapUs) return false;
        const later = (s: NaiveSample) => s.timeUs > sample.timeUs && s.timeUs <= this.#nextUs;
        return !this.samples.some((s) => later(s) && !Number.isNaN(s.values[c]!));
      });
      if (!needed) this.#close(sample);
    }
  }

  #close(sample: NaiveSample): void {
    if (sample.closed) return;
    const covers = (kind: string) =>
      this.#covered.some((w) => w.kind === kind && w.fromUs <= sample.timeUs && sample.timeUs < w.toUs);
    sample.closed = covers('used') ? 'used' : covers('gap') ? 'gap' : 'skipped';
  }

  #values(
    ticks: readonly number[],
    watermarkUs: number,
  ): { data: number[]; interpolated: number } | 'gap' | 'wait' {
    const data = new Array<number>(ticks.length * this.#spec.channels);
    let interpolated = 0;
    for (let c = 0; c < this.#spec.channels; c++)
      for (const [k, tick] of ticks.entries()) {
        const found = this.#valueAt(tick, c);
        if ('helpsUs' in found) return watermarkUs > found.helpsUs ? 'gap' : 'wait';
        data[k * this.#spec.channels + c] = Math.fround(found.value);
        if (!found.exact) interpolated++;
      }
    return { data, interpolated };
  }

  #valueAt(tick: number, c: number): { value: number; exact: boolean } | { helpsUs: number } {
    const { maxGapUs, missing } = this.#spec;
    const points = this.samples
      .filter((s) => !s.ended && !Number.isNaN(s.values[c]!))
      .sort((a, b) => a.timeUs - b.timeUs);
    const left = points.findLast((s) => s.timeUs <= tick);
    const right = points.find((s) => s.timeUs > tick);
    if (left?.timeUs === tick) return { value: left.values[c]!, exact: true };
    if (missing === 'previous')
      return left && tick - left.timeUs <= maxGapUs
        ? { value: left.values[c]!, exact: false }
        : { helpsUs: tick };
    if (left && right && right.timeUs - left.timeUs <= maxGapUs) {
      const share = (tick - left.timeUs) / (right.timeUs - left.timeUs);
      return { value: left.values[c]! + share * (right.values[c]! - left.values[c]!), exact: false };
    }
    return { helpsUs: left && tick - left.timeUs < maxGapUs ? left.timeUs + maxGapUs : tick };
  }
}
