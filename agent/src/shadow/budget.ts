/**
 * What shadows may take of the processor's time: a bucket of milliseconds that fills by their share. A run begins while
 * there is something in it, and what it took is paid afterwards, so that over any time t they take at most
 * share × t + BURST_MS and one run.
 */
const BURST_MS = 100;

export class CpuBudget {
  readonly #share: number;
  #leftMs = BURST_MS;
  #atMs: number;

  /** `share` of the time, above 0 up to 1. */
  constructor(share: number, nowMs: number) {
    this.#share = share;
    this.#atMs = nowMs;
  }

  /** How long until a run may begin; 0: now. */
  waitMs(nowMs: number): number {
    this.#fill(nowMs);
    return this.#leftMs > 0 ? 0 : Math.max(1, -this.#leftMs / this.#share);
  }

  /** Pays for a run that has ended. */
  spend(nowMs: number, tookMs: number): void {
    this.#fill(nowMs);
    this.#leftMs -= tookMs;
  }

  #fill(nowMs: number): void {
    this.#leftMs = Math.min(BURST_MS, this.#leftMs + this.#share * Math.max(0, nowMs - this.#atMs));
    this.#atMs = nowMs;
  }
}
