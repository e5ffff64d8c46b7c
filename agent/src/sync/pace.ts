/** How large the next exchange may be and when it comes, where nothing failed: plain values in, plain values out. */
import type { ByteBudget } from './byte-budget.ts';
import type { Interpretation, SyncLimits } from './session.ts';
import type { SyncSettings } from './settings.ts';

/** An answer with nothing new, and the headers of both ways, roughly. */
export const ANSWER_BYTES = 1_536;
/** Of what a metered link earns, exchanges with nothing but state may take so much. */
const STATE_SHARE = 0.1;

/** What the next request may hold. `requestBytes` is what the link carries; `alertsOnly` leaves the rest for later. */
export function limitsOf(
  settings: Pick<SyncSettings, 'maxSketches'>,
  requestBytes: number,
  budget: ByteBudget | undefined,
  alertsOnly: boolean,
): SyncLimits {
  const { maxSketches } = settings;
  if (alertsOnly)
    return { maxRequestBytes: requestBytes, maxSketches, bulk: { maxBytes: 0, mayExceed: false } };
  if (!budget) return { maxRequestBytes: requestBytes, maxSketches };
  // A block larger than the bucket goes when it is full, or it would never.
  const bulk = { maxBytes: budget.bulk, mayExceed: budget.bulk >= budget.maxBulk };
  return { maxRequestBytes: Math.min(requestBytes, budget.level), maxSketches, bulk };
}

/**
 * Milliseconds until the next exchange after one that went well: at once while there is a backlog that moves, else as
 * the server wishes, within bounds, and on a metered link never so often that state alone uses it up. `unit` is
 * uniform in [0, 1).
 */
export function paceMs(
  { effects, hasMore, progressed, nextSyncMs }: Interpretation,
  { intervalMs, minIntervalMs, maxIntervalMs }: SyncSettings,
  budget: ByteBudget | undefined,
  stateBytes: number,
  unit: number,
): number {
  // A server that sees a conflict every time must not turn this into a loop of new epochs: no haste after one.
  const isNewEpoch = effects.some((effect) => effect.kind === 'new-epoch');
  const mayHaste = !budget || budget.bulk >= budget.maxBulk / 4;
  if (hasMore && progressed && !isNewEpoch && mayHaste) return 0;
  const spreadMs = intervalMs * (0.9 + 0.2 * unit);
  const askedMs = isNewEpoch ? spreadMs : nextSyncMs || spreadMs;
  const leastMs = budget ? budget.earnMs(stateBytes) / STATE_SHARE : 0;
  return Math.max(leastMs, Math.min(Math.max(askedMs, minIntervalMs), maxIntervalMs));
}
