/**
 * What a metered link may carry: a token bucket on monotonic time. It holds a tenth of the hour's bytes and earns the
 * other nine tenths over the hour, so that no hour, wherever it begins, carries more than `bytesPerHour`:
 *
 *   10 MiB an hour   the bucket holds 1 MiB and earns 2.6 kB a second; `reserve` of 20 % keeps 205 KiB for alerts
 *
 * Bulk (results, sketches, releases) takes what lies above the reserve; alerts, reported and desired state take all.
 * Pure: the level is a plain number that the owner keeps over restarts; time that passed while nothing ran earns
 * nothing, since there is no clock to tell it by.
 */
import type { Clock } from '../ports.ts';

export interface MeterSettings {
  /** Both ways together. */
  bytesPerHour: number;
  /** Share of the bucket that bulk leaves alone. */
  reserve: number;
}

const HOUR_MS = 3_600_000;
const BUCKET_SHARE = 0.1;

export class ByteBudget {
  readonly settings: MeterSettings;
  readonly #clock: Clock;
  readonly #capacity: number;
  readonly #perMs: number;
  #level: number;
  #atMonoMs: number;

  /** `level` is what was left when it was last kept; the bucket holds no more than it can. */
  constructor(settings: MeterSettings, clock: Clock, level: number) {
    this.settings = settings;
    this.#clock = clock;
    this.#capacity = settings.bytesPerHour * BUCKET_SHARE;
    this.#perMs = (settings.bytesPerHour - this.#capacity) / HOUR_MS;
    this.#level = Math.min(level, this.#capacity);
    this.#atMonoMs = clock.monoMs();
  }

  /** Bytes left for alerts and state; negative where an answer was longer than what was left. */
  get level(): number {
    const nowMonoMs = this.#clock.monoMs();
    this.#level = Math.min(this.#level + (nowMonoMs - this.#atMonoMs) * this.#perMs, this.#capacity);
    this.#atMonoMs = nowMonoMs;
    return this.#level;
  }

  /** Bytes left for bulk; never negative. */
  get bulk(): number {
    return Math.max(0, this.level - this.#capacity * this.settings.reserve);
  }

  /** The most that `bulk` can be. */
  get maxBulk(): number {
    return this.#capacity * (1 - this.settings.reserve);
  }

  spend(bytes: number): void {
    this.#level = this.level - bytes;
  }

  /** Until so many bytes are left for this kind; what is more than the bucket holds waits for a full one. */
  waitMs(kind: 'state' | 'bulk', bytes: number): number {
    const reserved = kind === 'bulk' ? this.#capacity - this.maxBulk : 0;
    const missing = Math.min(bytes + reserved, this.#capacity) - this.level;
    return missing <= 0 ? 0 : Math.ceil(missing / this.#perMs);
  }

  /** How long it takes to earn so many bytes. */
  earnMs(bytes: number): number {
    return bytes / this.#perMs;
  }
}
