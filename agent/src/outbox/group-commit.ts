/**
 * Adaptive group commit. Whoever comes while nothing is being written starts a commit at once; everyone who comes
 * while it runs shares the next one. So an idle agent waits for nothing and a busy one pays one fsync for many.
 *
 * Each commit writes whole pages, however little it holds, and flash wears out by pages. With `lingerMs` a commit begins
 * that long after the one before it began: whoever comes seldom still waits for nothing, a steady stream shares more.
 */
import type { Clock, Timers } from '../ports.ts';

/** Called once: without an error when what was added is durable. */
export type Done = (error?: Error) => void;

export interface GroupCommit {
  /** Waits for the next commit. What is to be committed must have been handed over before. */
  add(done: Done): void;
  /** Those who wait, in the commit that runs or for the next. */
  readonly waiting: number;
  /** To be called when `mayStart` may have changed. */
  kick(): void;
  /** Resolves when nobody waits. */
  idle(): Promise<void>;
  /** Nobody waits any longer: all who do get this error, and those who come later too. */
  abandon(error: Error): void;
}

export interface GroupCommitOptions {
  /** Writes everything handed over so far; where it rejects, those who shared it get the error. */
  commit: () => Promise<void>;
  /** No commit starts while this says no. */
  mayStart: () => boolean;
  lingerMs: number;
  /** So many don't linger. */
  fullAt: number;
  clock: Pick<Clock, 'monoMs'>;
  timers: Timers;
}

/** A group commit with nobody waiting. */
export function createGroupCommit(options: GroupCommitOptions): GroupCommit {
  const { lingerMs, fullAt, clock, timers } = options;
  let next: Done[] = [];
  let running: Done[] = [];
  let busy = false;
  let abandoned: Error | undefined;
  let idlers: (() => void)[] = [];
  let startedMs = Number.NEGATIVE_INFINITY;
  let cancelLinger: (() => void) | undefined;

  function start(): void {
    if (busy || next.length === 0 || !options.mayStart()) return;
    const isDue = idlers.length > 0 || next.length >= fullAt;
    const waitMs = isDue ? 0 : startedMs + lingerMs - clock.monoMs();
    if (waitMs > 0) {
      cancelLinger ??= timers.after(waitMs, () => {
        cancelLinger = undefined;
        startedMs = Number.NEGATIVE_INFINITY; // a timer may fire a hair early
        start();
      });
      return;
    }
    cancelLinger?.();
    cancelLinger = undefined;
    startedMs = clock.monoMs();
    busy = true;
    [running, next] = [next, []];
    options.commit().then(
      () => finish(),
      (error: Error) => finish(error),
    );
  }

  function finish(error?: Error): void {
    const done = running;
    running = [];
    busy = false;
    for (const each of done) each(error);
    start();
    if (!busy && next.length === 0) tellIdle();
  }

  function tellIdle(): void {
    const told = idlers;
    idlers = [];
    for (const resolve of told) resolve();
  }

  return {
    add(done) {
      if (abandoned) return done(abandoned);
      next.push(done);
      start();
    },
    get waiting() {
      return running.length + next.length;
    },
    kick: start,
    async idle() {
      if (!busy && next.length === 0) return;
      const idle = new Promise<void>((resolve) => idlers.push(resolve));
      start();
      await idle;
    },
    abandon(error) {
      abandoned = error;
      cancelLinger?.();
      const told = [...running, ...next];
      [running, next] = [[], []];
      for (const done of told) done(error);
      if (!busy) tellIdle();
    },
  };
}
