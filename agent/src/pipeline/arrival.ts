/** The first steps of a message: decode, then the contract, row by row, into the pending batch. */
import type { ReleaseManifest } from '@skerry/proto/release';
import { type Codec, createCodec, type RowSink } from '../codecs/codec.ts';
import type { PipelineConfig } from '../config.ts';
import { type ArrivalReason, checkValues, eventTimeUs, type Ranges } from './contract.ts';
import { SampleColumns } from './samples.ts';
import { compileTemplate, type DeviceTemplate, isDeviceId } from './template.ts';
import type { SampleCounters } from './types.ts';

const NO_LEVELS: readonly string[] = [];

export class Arrival implements RowSink {
  readonly values: unknown[];
  readonly device: unknown[];
  time: unknown = undefined;
  readonly columns: SampleColumns;
  readonly #source: PipelineConfig['source'];
  readonly #codec: Codec;
  readonly #template: DeviceTemplate;
  readonly #counters: SampleCounters;
  readonly #checked: Float64Array;
  #ranges: Ranges;
  #levels: readonly string[] = NO_LEVELS;
  #arrivalUs = 0;
  readonly #onOutside: ((device: string, channel: number, timeUs: number) => void) | undefined;
  #latestUs = 0;
  #lastArrivalUs = Number.NEGATIVE_INFINITY;

  /** Throws SkerryError for a source that can't be compiled. */
  constructor(
    config: PipelineConfig,
    counters: SampleCounters,
    onOutside?: (device: string, channel: number, timeUs: number) => void,
  ) {
    const channels = Object.values(config.source.channels);
    this.#source = config.source;
    this.#template = compileTemplate(config.source.device);
    const time = config.source.time?.field;
    this.#codec = createCodec(config.source.codec, { channels, time, device: this.#template.fields });
    this.#counters = counters;
    this.#onOutside = onOutside;
    this.columns = new SampleColumns(config.name, channels.length);
    this.values = new Array<unknown>(channels.length).fill(undefined);
    this.device = new Array<unknown>(this.#template.fields.length).fill(undefined);
    this.#checked = new Float64Array(channels.length);
    this.#ranges = rangesOf(Object.keys(config.source.channels), undefined);
  }

  /** Checks values against a release's ranges from now on. */
  useRanges(manifest: ReleaseManifest): void {
    this.#ranges = rangesOf(Object.keys(this.#source.channels), manifest);
  }

  /**
   * Decodes a message that arrives at `arrivalUs`, which never goes back, when it is `latestUs` at most; returns how many
   * of its rows were accepted.
   */
  accept(topic: string, payload: Uint8Array, arrivalUs: number, latestUs: number): number {
    const before = this.columns.count;
    this.#levels = this.#template.usesTopic ? topic.split('/') : NO_LEVELS;
    this.#arrivalUs = arrivalUs;
    this.#latestUs = latestUs;
    this.#codec.decode(payload, this);
    return this.columns.count - before;
  }

  /** Takes a decoded row; NaN stands for an absent channel. */
  acceptRow(device: string, timeUs: number, values: ArrayLike<number>, latestUs: number): boolean {
    this.#latestUs = latestUs;
    for (let c = 0; c < this.values.length; c++)
      this.values[c] = Number.isNaN(values[c]!) ? undefined : values[c];
    return this.#judge(isDeviceId(device) ? device : undefined, eventTimeUs(timeUs, 'us'));
  }

  row(): void {
    const { time } = this.#source;
    const timeUs = time === undefined ? this.#nextArrivalUs() : eventTimeUs(this.time, time.unit);
    this.#judge(this.#template.render(this.#levels, this.device), timeUs);
  }

  malformed(): void {
    this.#counters.received++;
    this.#reject('malformed');
  }

  #judge(device: string | undefined, timeUs: number): boolean {
    this.#counters.received++;
    if (device === undefined) return this.#reject('device');
    if (Number.isNaN(timeUs)) return this.#reject('time');
    if (this.#isFuture(timeUs)) return this.#reject('future');
    const reason = checkValues(this.values, this.#ranges, this.#checked);
    if (reason === 'range') this.#onOutside?.(device, this.#outside(), timeUs);
    if (reason) return this.#reject(reason);
    this.columns.push(device, timeUs, this.#checked);
    return true;
  }

  /** The first channel whose value is outside its range. */
  #outside(): number {
    const { low, high } = this.#ranges;
    return this.values.findIndex((value, c) => Number(value) < low[c]! || Number(value) > high[c]!);
  }

  #reject(reason: ArrivalReason): false {
    const { rejected } = this.#counters;
    rejected[reason] = (rejected[reason] ?? 0) + 1;
    return false;
  }

  // The agent's own times may run ahead of the clock for as long as it takes: they never come from the future.
  #isFuture(timeUs: number): boolean {
    const { time, maxFuture } = this.#source;
    return time !== undefined && timeUs > this.#latestUs + maxFuture * 1000;
  }

  // Clocks tick in milliseconds, and two samples of one moment would pass for a conflict: each gets a microsecond of its own.
  #nextArrivalUs(): number {
    this.#lastArrivalUs = Math.max(Math.round(this.#arrivalUs), this.#lastArrivalUs + 1);
    return this.#lastArrivalUs;
  }
}

function rangesOf(channels: readonly string[], manifest: ReleaseManifest | undefined): Ranges {
  const range = (name: string) => manifest?.window.channels.find((channel) => channel.name === name)?.range;
  return {
    low: Float64Array.from(channels, (name) => range(name)?.[0] ?? Number.NEGATIVE_INFINITY),
    high: Float64Array.from(channels, (name) => range(name)?.[1] ?? Number.POSITIVE_INFINITY),
  };
}
