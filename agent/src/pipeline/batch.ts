import type { WindowBatch } from './types.ts';

const MAX_BUFFER_BYTES = 32 * 1024 * 1024;

/**
 * Closed windows over all devices, in the order in which they closed, until the model takes them. Bounded: at most
 * `maxWindows`, and at most 32 MiB of values (always room for one window); when full, the windows wait to be cut.
 * Two sets of buffers alternate, so a batch that was taken stays as it is until the next one is taken.
 */
export class ReadyWindows {
  readonly capacity: number;
  readonly #size: number;
  readonly #sets: [WindowBatch, WindowBatch];
  #filling: 0 | 1 = 0;
  #taken = 0;

  constructor(windowValues: number, maxWindows: number) {
    this.#size = windowValues;
    this.capacity = Math.max(1, Math.min(maxWindows, Math.floor(MAX_BUFFER_BYTES / (4 * windowValues))));
    const rows = Math.min(this.capacity, 16);
    this.#sets = [emptySet(rows, windowValues), emptySet(rows, windowValues)];
  }

  get count(): number {
    return this.#set.count - this.#taken;
  }

  /** No further window may be put until those there have been taken. */
  get full(): boolean {
    return this.#taken > 0 || this.#set.count === this.capacity;
  }

  get #set(): WindowBatch {
    return this.#sets[this.#filling];
  }

  /** Where the next window's values go: `data` from `offset` on. Nothing is taken up before `put`. */
  slot(): { data: Float32Array; offset: number } {
    const set = this.#set;
    if (set.count === set.fromUs.length) grow(set, Math.min(this.capacity, 2 * set.count), this.#size);
    return { data: set.data, offset: set.count * this.#size };
  }

  /** Takes up the window whose values were written to the slot. */
  put(device: string, fromUs: number, toUs: number, interpolated: number, late: number): void {
    const set = this.#set;
    set.devices[set.count] = device;
    set.fromUs[set.count] = fromUs;
    set.toUs[set.count] = toUs;
    set.interpolated[set.count] = interpolated;
    set.missing[set.count] = 0; // a window with an undetermined tick is a gap and never gets here
    set.late[set.count] = late;
    set.count++;
  }

  /** The oldest windows, at most `max`; they stand until the next call. */
  take(max: number): WindowBatch | undefined {
    const set = this.#set;
    const [from, to] = [this.#taken, Math.min(set.count, this.#taken + Math.max(1, max))];
    if (from === to) return undefined;
    const batch: WindowBatch = {
      count: to - from,
      data: set.data.subarray(from * this.#size, to * this.#size),
      devices: set.devices.slice(from, to),
      fromUs: set.fromUs.subarray(from, to),
      toUs: set.toUs.subarray(from, to),
      interpolated: set.interpolated.subarray(from, to),
      missing: set.missing.subarray(from, to),
      late: set.late.subarray(from, to),
    };
    this.#taken = to;
    if (to === set.count) {
      this.#filling = this.#filling === 0 ? 1 : 0;
      this.#taken = 0;
      this.#set.count = 0;
    }
    return batch;
  }
}

function emptySet(windows: number, size: number): WindowBatch {
  return {
    count: 0,
    data: new Float32Array(windows * size),
    devices: [],
    fromUs: new Float64Array(windows),
    toUs: new Float64Array(windows),
    interpolated: new Uint32Array(windows),
    missing: new Uint32Array(windows),
    late: new Uint32Array(windows),
  };
}

function grow(set: WindowBatch, windows: number, size: number): void {
  const larger = emptySet(windows, size);
  for (const key of ['data', 'fromUs', 'toUs', 'interpolated', 'missing', 'late'] as const)
    larger[key].set(set[key]);
  Object.assign(set, { ...larger, count: set.count, devices: set.devices });
}
