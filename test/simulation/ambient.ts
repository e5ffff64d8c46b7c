/**
 * While a simulation runs, nothing may ask the real machine for time, randomness or timers: whatever does so throws,
 * with the name of what it called. Armed only while an event is being performed, so that the test runner around it
 * lives on undisturbed.
 */

/** What the guard replaces, to be used by the world's own loop. */
const realSetImmediate = setImmediate;

export interface Ambient {
  /** From now on ambient calls throw. */
  arm(): void;
  disarm(): void;
  /** Puts everything back as it was. */
  restore(): void;
}

/** Runs all promise chains that can run: what was queued before this one macrotask has run when it resolves. */
export function drained(): Promise<void> {
  return new Promise((resolve) => realSetImmediate(resolve));
}

/** Replaces the ambient functions of this process by guarded ones. Restore them before anything else guards them. */
export function guardAmbient(): Ambient {
  let armed = false;
  const undo: (() => void)[] = [];
  const refuse = (name: string): void => {
    if (armed) throw new Error(`${name} was called inside the simulation: take it from a port`);
  };
  function replace<T extends object, K extends keyof T>(object: T, key: K, name: string): void {
    const real = object[key] as (...args: unknown[]) => unknown;
    const guarded = function (this: unknown, ...args: unknown[]): unknown {
      refuse(name);
      return real.apply(this, args);
    };
    undo.push(() => {
      object[key] = real as T[K];
    });
    object[key] = Object.assign(guarded, real) as T[K];
  }
  replace(Math, 'random', 'Math.random');
  replace(globalThis, 'setTimeout', 'setTimeout');
  replace(globalThis, 'setInterval', 'setInterval');
  replace(globalThis, 'setImmediate', 'setImmediate');
  replace(globalThis, 'fetch', 'fetch');
  replace(performance, 'now', 'performance.now');
  replace(crypto, 'getRandomValues', 'crypto.getRandomValues');
  replace(crypto, 'randomUUID', 'crypto.randomUUID');
  const RealDate = Date;
  undo.push(() => {
    globalThis.Date = RealDate;
  });
  globalThis.Date = guardedDate(RealDate, refuse);
  return {
    arm() {
      armed = true;
    },
    disarm() {
      armed = false;
    },
    restore() {
      armed = false;
      for (const put of undo.splice(0).reverse()) put();
    },
  };
}

// A proxy, so that dates made elsewhere are still instances of it.
function guardedDate(real: DateConstructor, refuse: (name: string) => void): DateConstructor {
  const now = (): number => {
    refuse('Date.now');
    return real.now();
  };
  return new Proxy(real, {
    get: (target, key) => (key === 'now' ? now : Reflect.get(target, key)),
    construct(target, args, newTarget) {
      if (args.length === 0) refuse('new Date()');
      return Reflect.construct(target, args, newTarget) as object;
    },
    apply(target, self, args) {
      refuse('Date()');
      return Reflect.apply(target, self, args) as string;
    },
  });
}
