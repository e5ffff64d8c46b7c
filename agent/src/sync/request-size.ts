/**
 * How large the next request may be: as much as the link lately carried in `targetMs`, so that whatever comes up
 * meanwhile (an alert) waits no longer than that. Begins small and doubles, as TCP's slow start does; a request that
 * failed halves it, down to `minBytes`, so that a link which carries little gets its acknowledgements all the same.
 */
export interface RequestSizePolicy {
  minBytes: number;
  startBytes: number;
  maxBytes: number;
  targetMs: number;
}

export class RequestSize {
  readonly #policy: RequestSizePolicy;
  #bytes: number;

  constructor(policy: RequestSizePolicy) {
    this.#policy = policy;
    this.#bytes = this.#clamp(policy.startBytes);
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** A request of `sentBytes` was answered after `tookMs`. A short one says little about the link. */
  answered(sentBytes: number, tookMs: number): void {
    const { targetMs } = this.#policy;
    if (tookMs > targetMs) this.#bytes = this.#clamp(Math.min(this.#bytes, (sentBytes * targetMs) / tookMs));
    else if (sentBytes > this.#bytes / 2 && tookMs < targetMs / 2) this.#bytes = this.#clamp(this.#bytes * 2);
  }

  /** It was lost, took too long, or was too large for the server. */
  failed(): void {
    this.#bytes = this.#clamp(this.#bytes / 2);
  }

  #clamp(bytes: number): number {
    const { minBytes, maxBytes } = this.#policy;
    return Math.min(Math.max(Math.floor(bytes), minBytes), maxBytes);
  }
}
