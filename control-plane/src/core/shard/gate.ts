/**
 * How many exchanges a shard takes in a second, and when those that find it busy come back. After an outage a whole
 * fleet asks at once; each agent that can't be taken gets a slot of its own, so that they come one after the other:
 *
 *   200 a second, 10,000 agents at once   the first 200 are taken, the others get slots of 1.0 s, 1.00625 s … 62 s
 *
 * Taking is the virtual scheduling of GCRA (ITU-T I.371, annex A): each exchange moves `busyUntilMs` on by its share of
 * a second, and what would move it past the window is refused. Fairness: whoever comes at its slot finds a window
 * twice as long, so newcomers don't push it back; while the shard is half busy, an agent that was taken within the
 * last second (a backlog) gives way; and asking again before its slot gains an agent nothing, it is told the same slot.
 *
 * In memory: a restart forgets slots, and the rate holds all the same.
 */
export interface GateOptions {
  perSecond: number;
  /** No slot is later than this; beyond it agents are spread at random over the second half. */
  maxWaitMs?: number;
}

export const DEFAULT_SYNCS_PER_SECOND = 200;

const WINDOW_MS = 1_000;
const FAIR_MS = 1_000;
const FIRST_SLOT_MS = 1_000;
/** Of the rate, what slots are handed out for; the rest is for those who come for the first time. */
const SLOT_SHARE = 0.8;
/** How long a slot is kept for an agent that comes late: Retry-After has whole seconds, and agents add jitter. */
const SLOT_KEPT_MS = 10_000;
const DEFAULT_MAX_WAIT_MS = 10 * 60_000;

export class Gate {
  readonly #stepMs: number;
  readonly #maxWaitMs: number;
  readonly #unit: () => number;
  #busyUntilMs = 0;
  #lastSlotMs = 0;
  /** Slots that are still to come, in their order. */
  readonly #slots = new Map<string, number>();
  /** Who was taken within the last second or two. */
  #taken = new Set<string>();
  #takenBefore = new Set<string>();
  #turnedMs = 0;

  /** `unit` draws uniformly from [0, 1). */
  constructor({ perSecond, maxWaitMs = DEFAULT_MAX_WAIT_MS }: GateOptions, unit: () => number) {
    this.#stepMs = 1_000 / perSecond;
    this.#maxWaitMs = maxWaitMs;
    this.#unit = unit;
  }

  /** 0 where this agent's exchange is taken now, else in how many milliseconds it is to come back. */
  enter(agent: string, nowMs: number): number {
    this.#tidy(nowMs);
    const slotMs = this.#slots.get(agent);
    const isDue = slotMs !== undefined && slotMs <= nowMs;
    const busyMs = Math.max(0, this.#busyUntilMs - nowMs);
    const windowMs = isDue ? 2 * WINDOW_MS : WINDOW_MS;
    const givesWay = !isDue && busyMs > WINDOW_MS / 2 && this.#wasTaken(agent);
    if (busyMs + this.#stepMs > windowMs || givesWay) return this.#slotFor(agent, slotMs, nowMs) - nowMs;
    this.#busyUntilMs = nowMs + busyMs + this.#stepMs;
    this.#slots.delete(agent);
    this.#taken.add(agent);
    return 0;
  }

  #slotFor(agent: string, heldMs: number | undefined, nowMs: number): number {
    if (heldMs !== undefined && heldMs > nowMs) return heldMs;
    const slotMs = Math.max(this.#lastSlotMs + this.#stepMs / SLOT_SHARE, nowMs + FIRST_SLOT_MS);
    if (slotMs > nowMs + this.#maxWaitMs) return nowMs + this.#maxWaitMs * (0.5 + 0.5 * this.#unit());
    this.#lastSlotMs = slotMs;
    this.#slots.delete(agent); // so that the map stays in the order of slots
    this.#slots.set(agent, slotMs);
    return slotMs;
  }

  #wasTaken(agent: string): boolean {
    return this.#taken.has(agent) || this.#takenBefore.has(agent);
  }

  #tidy(nowMs: number): void {
    // The clock may have been set back: nothing handed out before it may hold agents off for as long as the jump.
    this.#busyUntilMs = Math.min(this.#busyUntilMs, nowMs + 2 * WINDOW_MS);
    if (this.#lastSlotMs > nowMs + this.#maxWaitMs || this.#turnedMs > nowMs) {
      this.#slots.clear();
      this.#lastSlotMs = 0;
      this.#turnedMs = nowMs;
    }
    for (const [agent, slotMs] of this.#slots) {
      if (slotMs + SLOT_KEPT_MS > nowMs) break;
      this.#slots.delete(agent);
    }
    if (nowMs - this.#turnedMs < FAIR_MS) return;
    this.#takenBefore = nowMs - this.#turnedMs < 2 * FAIR_MS ? this.#taken : new Set();
    this.#taken = new Set();
    this.#turnedMs = nowMs;
  }
}
