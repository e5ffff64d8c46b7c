import { createHash } from 'node:crypto';

/** What happened, line by line: hashed whole, remembered at its end. Two runs with one hash did the very same. */
export interface Trace {
  /** `who` is a machine, `what` says what happened to it; bytes are hashed and not kept. */
  note(who: string, what: string, bytes?: Uint8Array): void;
  /** The last lines, oldest first. */
  tail(): string[];
  /** Of everything so far, hexadecimal. */
  digest(): string;
}

const TAIL_LINES = 400;

/** An empty trace over a clock (milliseconds since the run's start). */
export function createTrace(elapsedMs: () => number): Trace {
  const hash = createHash('sha256');
  const lines: string[] = [];
  let next = 0;
  return {
    note(who, what, bytes) {
      const line = `${(elapsedMs() / 1000).toFixed(3)} ${who}: ${what}`;
      hash.update(line);
      if (bytes) hash.update(bytes);
      lines[next] = line;
      next = (next + 1) % TAIL_LINES;
    },
    tail: () => [...lines.slice(next), ...lines.slice(0, next)],
    digest: () => hash.copy().digest('hex'),
  };
}
