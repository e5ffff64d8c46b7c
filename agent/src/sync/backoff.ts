/**
 * When to try again. Waits grow exponentially with full jitter (Brooker, "Exponential Backoff And Jitter", AWS
 * Architecture Blog, 2015), so that a fleet which lost its server together doesn't come back together. A circuit
 * breaker (Nygard, "Release It!") goes further: after `openAfter` failures in a row nothing, not even a wake, makes
 * the agent try before the wait is over; then one probe decides. Retry-After is kept whatever the state.
 *
 *   closed ──openAfter failures──▶ open ──wait over──▶ half-open ──ok──▶ closed
 *                                   ▲──────────failed──────┘
 *
 * Pure: time and randomness are arguments, states are plain values.
 */
export interface BackoffPolicy {
  /** Upper end of the first wait; doubles with each failure. */
  baseMs: number;
  /** Upper end of any wait. */
  maxMs: number;
  /** Failures in a row that open the circuit. */
  openAfter: number;
  /** The most that a server may hold us off by Retry-After. */
  maxRetryAfterMs: number;
}

export const DEFAULT_BACKOFF: BackoffPolicy = {
  baseMs: 1_000,
  maxMs: 300_000,
  openAfter: 8,
  maxRetryAfterMs: 3_600_000,
};

/** `retryAtMs`: when to try by oneself; `notBeforeMs`: before it nothing tries. Both monotonic. */
export type Circuit =
  | { state: 'closed'; failures: number; retryAtMs: number; notBeforeMs: number }
  | { state: 'open'; failures: number; retryAtMs: number; notBeforeMs: number }
  | { state: 'half-open'; failures: number; retryAtMs: number; notBeforeMs: number };

/** A circuit that has seen no failure. */
export function closedCircuit(): Circuit {
  return { state: 'closed', failures: 0, retryAtMs: 0, notBeforeMs: 0 };
}

/** The circuit after a failure. `unit` is uniform in [0, 1); `retryAfterMs` is the server's wish, where it gave one. */
export function afterFailure(
  circuit: Circuit,
  policy: BackoffPolicy,
  nowMonoMs: number,
  unit: number,
  retryAfterMs?: number,
): Circuit {
  const failures = circuit.failures + 1;
  const askedMs = Math.min(retryAfterMs ?? 0, policy.maxRetryAfterMs);
  const waitMs = fullJitterMs(failures - 1, policy, unit);
  const retryAtMs = nowMonoMs + askedMs + waitMs;
  if (circuit.state === 'half-open' || failures >= policy.openAfter)
    return { state: 'open', failures, retryAtMs, notBeforeMs: retryAtMs };
  return { state: 'closed', failures, retryAtMs, notBeforeMs: nowMonoMs + askedMs };
}

/** The circuit at an attempt: an open one becomes half-open, and its result decides. */
export function atAttempt(circuit: Circuit): Circuit {
  return circuit.state === 'open' ? { ...circuit, state: 'half-open' } : circuit;
}

/** Uniform between 0 and min(maxMs, baseMs · 2^attempt); the first attempt is 0. */
export function fullJitterMs(
  attempt: number,
  policy: Pick<BackoffPolicy, 'baseMs' | 'maxMs'>,
  unit: number,
): number {
  return unit * Math.min(policy.maxMs, policy.baseMs * 2 ** Math.min(attempt, 40));
}

/**
 * Retry-After (RFC 9110, 10.2.3), seconds or a date, as milliseconds from now; undefined where it says nothing. A date
 * is read by the clock of whoever wrote it (its Date header), and by ours only where there is none.
 */
export function retryAfterMs(headers: Headers, nowWallMs: number): number | undefined {
  const text = headers.get('retry-after')?.trim() ?? '';
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  const atMs = httpDateMs(text);
  if (atMs === undefined) return undefined;
  return Math.max(0, atMs - (httpDateMs(headers.get('date') ?? '') ?? nowWallMs));
}

// Date.parse takes much that is no date of HTTP, "-5" among it; those all begin with a day's name.
function httpDateMs(text: string): number | undefined {
  const ms = /^[A-Z][a-z]+,? /.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isFinite(ms) ? ms : undefined;
}
