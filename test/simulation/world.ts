/**
 * The world's clock and its one queue. An event is a function at a time; the loop takes the earliest (time, then the
 * order in which they were put in), performs it, lets every promise chain that it woke run to its end, and takes the
 * next. Nothing else moves time, so a run is a function of its seed.
 *
 *     pop → perform → one macrotask (all microtasks drain) → checks → pop …
 *
 * A quiet event moves data about and wakes no promise, so nothing is drained behind it.
 */
import { type Ambient, drained } from './ambient.ts';
import { createTrace, type Trace } from './trace.ts';

/** When every simulated history begins: milliseconds since the Unix epoch. */
export const START_MS: number = Date.UTC(2026, 0, 5, 6);

/** An invariant that doesn't hold, or a history that doesn't come to its end. */
export class InvariantBroken extends Error {
  readonly invariant: string;

  constructor(invariant: string, message: string, cause?: unknown) {
    super(`${invariant}: ${message}`, cause === undefined ? undefined : { cause });
    this.name = 'InvariantBroken';
    this.invariant = invariant;
  }
}

/** One start of one machine: what belongs to a life that has ended does nothing any more. */
export interface Life {
  alive: boolean;
}

export interface World {
  /** True time, milliseconds since the Unix epoch; machines believe something else. */
  readonly nowMs: number;
  readonly events: number;
  readonly trace: Trace;
  /** Performs `run` after `delayMs`; the returned function takes it back. */
  after(delayMs: number, run: () => void): () => void;
  /** The same for what calls into no agent and no control plane. */
  quietly(delayMs: number, run: () => void): void;
  /** The run is wrong: it ends after the present event. The first one counts. */
  fail(broken: InvariantBroken): void;
  /** Performs everything due up to `untilMs`. Throws what failed. */
  runUntil(untilMs: number): Promise<void>;
}

interface Entry {
  atMs: number;
  order: number;
  run: (() => void) | undefined;
  quiet: boolean;
}

/** A world at START_MS in which nothing is due. */
export function createWorld(ambient: Ambient): World {
  const heap: Entry[] = [];
  let nowMs = START_MS;
  let order = 0;
  let events = 0;
  let broken: InvariantBroken | undefined;
  const fail = (error: InvariantBroken): void => {
    broken ??= error;
  };

  function put(delayMs: number, run: () => void, quiet: boolean): Entry {
    const entry: Entry = { atMs: nowMs + Math.max(0, delayMs), order: order++, run, quiet };
    push(heap, entry);
    return entry;
  }

  async function perform(run: () => void, quiet: boolean): Promise<void> {
    events++;
    ambient.arm();
    try {
      run();
      if (!quiet) await drained();
    } catch (error) {
      fail(
        error instanceof InvariantBroken
          ? error
          : new InvariantBroken('crash', `an event threw: ${String(error)}`, error),
      );
    } finally {
      ambient.disarm();
    }
  }

  return {
    get nowMs() {
      return nowMs;
    },
    get events() {
      return events;
    },
    trace: createTrace(() => nowMs - START_MS),
    after(delayMs, run) {
      const entry = put(delayMs, run, false);
      return () => {
        entry.run = undefined;
      };
    },
    quietly(delayMs, run) {
      put(delayMs, run, true);
    },
    fail,
    async runUntil(untilMs) {
      while (!broken && heap.length > 0 && heap[0]!.atMs <= untilMs) {
        const { atMs, run, quiet } = pop(heap);
        if (!run) continue;
        nowMs = atMs;
        const performed = perform(run, quiet);
        if (!quiet) await performed;
      }
      if (broken) throw broken;
      nowMs = Math.max(nowMs, untilMs);
    },
  };
}

function before(a: Entry, b: Entry): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}

function push(heap: Entry[], entry: Entry): void {
  let i = heap.length;
  heap.push(entry);
  while (i > 0) {
    const parent = (i - 1) >> 1;
    if (!before(entry, heap[parent]!)) break;
    heap[i] = heap[parent]!;
    i = parent;
  }
  heap[i] = entry;
}

function pop(heap: Entry[]): Entry {
  const top = heap[0]!;
  const last = heap.pop()!;
  if (heap.length === 0) return top;
  let i = 0;
  for (;;) {
    let child = 2 * i + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++;
    if (!before(heap[child]!, last)) break;
    heap[i] = heap[child]!;
    i = child;
  }
  heap[i] = last;
  return top;
}
