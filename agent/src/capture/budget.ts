/** Share of a day's bytes that may go at once; the rest comes in over the day. */
const AT_ONCE = 0.1;
const DAY_MS = 86_400_000;

/**
 * Bytes per day as a token bucket on monotonic time. It begins empty, so a restart gains nothing, and what any day may
 * bring, whenever it begins, stays within the budget: a tenth at once, and nine tenths over the day.
 */
export class CaptureBudget {
  #bytesPerDay = 0;
  #tokens = 0;
  #atMs: number;

  constructor(nowMs: number) {
    this.#atMs = nowMs;
  }

  /** Another budget; what has come in stays as far as it fits. */
  set(bytesPerDay: number, nowMs: number): void {
    this.#refill(nowMs);
    this.#bytesPerDay = bytesPerDay;
    this.#tokens = Math.min(this.#tokens, AT_ONCE * bytesPerDay);
  }

  /** Whether so many bytes may go; then they are spent. */
  spend(sizeBytes: number, nowMs: number): boolean {
    this.#refill(nowMs);
    if (sizeBytes > this.#tokens) return false;
    this.#tokens -= sizeBytes;
    return true;
  }

  #refill(nowMs: number): void {
    const earned = ((1 - AT_ONCE) * this.#bytesPerDay * Math.max(0, nowMs - this.#atMs)) / DAY_MS;
    this.#tokens = Math.min(AT_ONCE * this.#bytesPerDay, this.#tokens + earned);
    this.#atMs = nowMs;
  }
}
