import type { Clock, Random, Timers } from '../ports.ts';

/** The longest delay that setTimeout keeps; a longer one would fire at once. */
const MAX_DELAY_MS = 2 ** 31 - 1;

/** The machine's own time. */
export const systemClock: Clock = {
  wallMs: () => Date.now(),
  monoMs: () => performance.now(),
};

/** The event loop's timers; they never keep a process alive that has nothing else to do. */
export const systemTimers: Timers = {
  after(delayMs, fn) {
    let handle: ReturnType<typeof setTimeout>;
    const arm = (leftMs: number): void => {
      const stepMs = Math.min(Math.max(leftMs, 0), MAX_DELAY_MS);
      handle = setTimeout(() => (leftMs > stepMs ? arm(leftMs - stepMs) : fn()), stepMs);
      if (typeof handle === 'object') handle.unref(); // a number in browsers
    };
    arm(delayMs);
    return () => clearTimeout(handle);
  },
};

/** The operating system's randomness. */
export const systemRandom: Random = {
  bytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
  unit() {
    const [high, low] = crypto.getRandomValues(new Uint32Array(2));
    // 53 bits, as many as a double tells apart in [0, 1).
    return ((high! >>> 5) * 2 ** 26 + (low! >>> 6)) / 2 ** 53;
  },
};
