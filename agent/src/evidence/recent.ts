/**
 * The latest windows of a release, in slots of a tenth of `withinMs`: what its limits are judged by. They reach back
 * `withinMs`, and further where there are fewer windows than `minWindows` in it, so that a slow pipeline is judged, too.
 */
export interface RecentSettings {
  /** Nothing is judged before there are so many windows. */
  minWindows: number;
  withinMs: number;
}

const SLOTS = 10;

interface Slot {
  startMs: number;
  windows: number;
  errors: number;
  slow: number;
}

export class Recent {
  readonly #settings: RecentSettings;
  readonly #beganMs: number;
  /** Oldest first; none is empty, so there are never more than `minWindows` and ten or so. */
  readonly #slots: Slot[] = [];
  windows = 0;
  errors = 0;
  /** Windows that took longer than allowed. */
  slow = 0;

  constructor(settings: RecentSettings, nowMs: number) {
    this.#settings = settings;
    this.#beganMs = nowMs;
  }

  addRun(count: number, slow: number, nowMs: number): void {
    const slot = this.#slotAt(nowMs);
    slot.windows += count;
    slot.slow += slow;
    this.windows += count;
    this.slow += slow;
  }

  /** One window of the latest run failed. */
  addError(): void {
    const slot = this.#slots.at(-1);
    if (!slot) return;
    slot.errors++;
    this.errors++;
  }

  /** Enough windows, and long enough under way that a bad first moment alone is no verdict. */
  isJudgeable(nowMs: number): boolean {
    const { minWindows, withinMs } = this.#settings;
    return this.windows >= minWindows && nowMs - this.#beganMs >= withinMs / SLOTS;
  }

  #slotAt(nowMs: number): Slot {
    const last = this.#slots.at(-1);
    const { withinMs, minWindows } = this.#settings;
    if (last && nowMs < last.startMs + withinMs / SLOTS) return last;
    for (let oldest = this.#slots[0]; oldest; oldest = this.#slots[0]) {
      if (nowMs - oldest.startMs <= withinMs || this.windows - oldest.windows < minWindows) break;
      this.#slots.shift();
      this.windows -= oldest.windows;
      this.errors -= oldest.errors;
      this.slow -= oldest.slow;
    }
    const slot = { startMs: nowMs, windows: 0, errors: 0, slow: 0 };
    this.#slots.push(slot);
    return slot;
  }
}
