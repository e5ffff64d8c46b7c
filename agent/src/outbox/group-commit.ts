/**
 * Adaptive group commit. Whoever comes while nothing is being written starts a commit at once; everyone who comes
 * while it runs shares the next one. So an idle agent waits for nothing and a busy one pays one fsync for many.
 */
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

/**
 * `commit` writes everything handed over so far; where it rejects, those who shared it get the error. No commit starts while `mayStart` says no.
 */
export function createGroupCommit(options: {
  commit: () => Promise<void>;
  mayStart: () => boolean;
}): GroupCommit {
  let next: Done[] = [];
  let running: Done[] = [];
  let busy = false;
  let abandoned: Error | undefined;
  let idlers: (() => void)[] = [];

  function start(): void {
    if (busy || next.length === 0 || !options.mayStart()) return;
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
    idle: () =>
      busy || next.length > 0 ? new Promise((resolve) => idlers.push(resolve)) : Promise.resolve(),
    abandon(error) {
      abandoned = error;
      const told = [...running, ...next];
      [running, next] = [[], []];
      for (const done of told) done(error);
      if (!busy) tellIdle();
    },
  };
}
