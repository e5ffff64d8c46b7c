/**
 * Copies of windows that wait for the shadow, oldest first: the pipeline uses its own buffers again. Bounded in bytes.
 * Once it is full it takes nothing more until half of it has been worked off, so that a device misses windows in a row
 * and is then followed for a while, and not every other window.
 */
import type { ResultRow } from '@skerry/proto/results';
import type { WindowBatch } from '../pipeline/types.ts';

/** About what a window takes beside its values, most of it for its row. */
const OVERHEAD_BYTES = 1_024;

interface Waiting {
  device: string;
  data: Float32Array;
  fromUs: number;
  toUs: number;
  interpolated: number;
  missing: number;
  late: number;
  /** What the release that serves made of it. */
  served: ResultRow;
  /** Windows of its device were left out before it. */
  isAfterGap: boolean;
}

/** Windows for one run, no device's after a gap of it within. */
export interface Taken {
  windows: WindowBatch;
  served: ResultRow[];
  isAfterGap: boolean[];
}

export class WindowQueue {
  readonly #maxBytes: number;
  #waiting: Waiting[] = [];
  #head = 0;
  #bytes = 0;
  #isShedding = false;
  /** Devices of which windows were left out since the last one that was taken. */
  readonly #gaps = new Set<string>();

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get count(): number {
    return this.#waiting.length - this.#head;
  }

  /** Copies window `i` of a batch; false where it is left out. */
  offer(windows: WindowBatch, i: number, served: ResultRow): boolean {
    const size = windows.data.length / windows.count;
    const bytes = 4 * size + OVERHEAD_BYTES;
    const device = windows.devices[i]!;
    if (this.#bytes + bytes > this.#maxBytes) this.#isShedding = true;
    else if (this.#bytes <= this.#maxBytes / 2) this.#isShedding = false;
    if (this.#isShedding) {
      this.#gaps.add(device);
      return false;
    }
    this.#bytes += bytes;
    this.#waiting.push({
      device,
      data: windows.data.slice(i * size, (i + 1) * size),
      fromUs: windows.fromUs[i]!,
      toUs: windows.toUs[i]!,
      interpolated: windows.interpolated[i]!,
      missing: windows.missing[i]!,
      late: windows.late[i]!,
      served,
      isAfterGap: this.#gaps.delete(device),
    });
    return true;
  }

  /** The oldest windows, at most `max`. */
  take(max: number): Taken | undefined {
    const taken = this.#next(max);
    if (taken.length === 0) return undefined;
    this.#head += taken.length;
    for (const { data } of taken) this.#bytes -= 4 * data.length + OVERHEAD_BYTES;
    if (this.#head > this.#waiting.length / 2) {
      this.#waiting = this.#waiting.slice(this.#head);
      this.#head = 0;
    }
    return {
      windows: asBatch(taken),
      served: taken.map(({ served }) => served),
      isAfterGap: taken.map(({ isAfterGap }) => isAfterGap),
    };
  }

  /** Forgets what waits, and every gap. */
  clear(): void {
    [this.#waiting, this.#head, this.#bytes, this.#isShedding] = [[], 0, 0, false];
    this.#gaps.clear();
  }

  #next(max: number): Waiting[] {
    const taken: Waiting[] = [];
    const devices = new Set<string>();
    for (const next of this.#waiting.slice(this.#head, this.#head + Math.max(1, max))) {
      if (next.isAfterGap && devices.has(next.device)) break;
      devices.add(next.device);
      taken.push(next);
    }
    return taken;
  }
}

function asBatch(taken: readonly Waiting[]): WindowBatch {
  const size = taken[0]!.data.length;
  const data = new Float32Array(taken.length * size);
  for (const [i, window] of taken.entries()) data.set(window.data, i * size);
  return {
    count: taken.length,
    data,
    devices: taken.map(({ device }) => device),
    fromUs: Float64Array.from(taken, ({ fromUs }) => fromUs),
    toUs: Float64Array.from(taken, ({ toUs }) => toUs),
    interpolated: Uint32Array.from(taken, ({ interpolated }) => interpolated),
    missing: Uint32Array.from(taken, ({ missing }) => missing),
    late: Uint32Array.from(taken, ({ late }) => late),
  };
}
