import { SkerryError } from '@skerry/proto/errors';

export interface InFlightLimits {
  /** Bodies that are being read at one time, all together, by the lengths they announce. */
  maxBytes: number;
  /** Of one agent: the exchange that it waits for, and one that it has given up and the network has not. */
  maxPerAgent: number;
}

/**
 * Bounds the memory of requests under way: a fleet on slow links, or one agent that opens connection after connection,
 * can hold no more than this.
 */
export class InFlight {
  readonly #limits: InFlightLimits;
  readonly #perAgent = new Map<string, number>();
  #bytes = 0;

  constructor(limits: InFlightLimits) {
    this.#limits = limits;
  }

  /** Does `work`, which reads a body of at most `bytes`. Throws SkerryError unavailable where there is no room. */
  async run<T>(agent: string, bytes: number, work: () => Promise<T>): Promise<T> {
    const held = this.#perAgent.get(agent) ?? 0;
    if (held >= this.#limits.maxPerAgent)
      throw new SkerryError('unavailable', `agent ${agent} has ${held} requests under way already`);
    // One alone is always let in, or a limit below one body would let none in.
    if (this.#bytes > 0 && this.#bytes + bytes > this.#limits.maxBytes)
      throw new SkerryError('unavailable', 'as many bodies are under way as fit into memory');
    this.#perAgent.set(agent, held + 1);
    this.#bytes += bytes;
    try {
      return await work();
    } finally {
      this.#bytes -= bytes;
      const left = (this.#perAgent.get(agent) ?? 1) - 1;
      if (left > 0) this.#perAgent.set(agent, left);
      else this.#perAgent.delete(agent);
    }
  }
}
