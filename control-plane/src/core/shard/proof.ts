/**
 * An agent's ledger proven against what this server holds, per epoch and lane. The agent says up to which block number
 * it holds everything acknowledged (`cursor`) and how many records those blocks had (`acknowledged`). All of this must be
 * so up to there:
 *
 *   acknowledged = stored + duplicates + quarantined + summarized + evicted     counted here, from the blocks themselves
 *   delivered    = stored + duplicates + quarantined                            delivered as the agent counts it
 *   every number 1 … cursor is covered by a block or a range record             what retention let go was counted then
 *
 * What lies behind the agent's cursor proves nothing and refutes nothing: it is pending there, or here already and its
 * acknowledgement under way (`ahead`). What an ended epoch had pending and never sent is `unknown`.
 */
import type { ShardContext } from './context.ts';
import { recordsAfter } from './cursors.ts';
import { type Gap, type LaneKey, listGaps } from './gaps.ts';
import type { LaneName } from './ingest.ts';
import { judgeLane } from './judge-lane.ts';
import {
  addsUp,
  type LedgerInfo,
  type LedgerPosition,
  listLedgers,
  type ResultLedgerJson,
} from './ledger.ts';

/** What the agent says of a lane. */
export type LaneClaim = Omit<ResultLedgerJson, 'decisions'>;

/** What this server holds of a lane up to the agent's cursor, in records. */
export interface LaneHeld {
  /** How far the lane is durable here. */
  cursor: number;
  /** First writes: results that are in answers, alert events as they came. */
  stored: number;
  /** Results that were held already, from another epoch. */
  duplicates: number;
  /** Of blocks that couldn't be read and are kept aside. */
  quarantined: number;
  summarized: number;
  evicted: number;
}

export interface LaneProof {
  lane: LaneName;
  claim: LaneClaim;
  held: LaneHeld;
  /** Records held here behind the agent's cursor. */
  ahead: number;
  /** Records that were pending when the epoch ended and never came. */
  unknown: number;
  gaps: Gap[];
  /** Gaps beyond those that are listed. */
  gapsOmitted: number;
  proven: boolean;
  /** What differs, in plain words. */
  problems: string[];
}

export interface LedgerProof {
  agent: string;
  epoch: string;
  current: boolean;
  updatedMs: number;
  proven: boolean;
  problems: string[];
  lanes: LaneProof[];
}

/** What the tables say about a lane, before it is judged. */
export interface LaneFacts {
  held: LaneHeld;
  ahead: number;
  gaps: Gap[];
  /** Numbers up to the smaller of both cursors that nothing covers. */
  holes: { first: number; last: number }[];
  /** Blocks up to this number were let go by a version that didn't count them. */
  uncounted: number;
}

/** Proofs in order of (agent, epoch) after the cursor. */
export function proveLedgers(
  context: ShardContext,
  query: { agent?: string | undefined; cursor?: LedgerPosition | undefined; limit: number },
): LedgerProof[] {
  return listLedgers(context, query).map((ledger) => proveLedger(context, ledger));
}

function proveLedger(context: ShardContext, ledger: LedgerInfo): LedgerProof {
  const { agent, epoch, current, updatedMs } = ledger;
  const lanes = (['result', 'alert'] as const).map((lane) => {
    const { decisions: _, ...claim } = lane === 'result' ? ledger.results : ledger.alerts;
    const facts = readFacts(context, { agent, epoch, lane }, claim.cursor ?? 0);
    return judgeLane(lane, claim, facts, current);
  });
  const sums = addsUp(ledger) ? [] : ["the agent's own ledger doesn't add up (skerry ledger show)"];
  const problems = [...sums, ...lanes.flatMap((lane) => lane.problems)];
  return { agent, epoch, current, updatedMs, proven: problems.length === 0, problems, lanes };
}

function readFacts(context: ShardContext, key: LaneKey, upTo: number): LaneFacts {
  const where = [key.agent, key.epoch, key.lane] as const;
  const [cursor] = context.sql.all<{
    cursor: number;
    trimmed: number;
    uncounted: number;
    gone_stored: number;
    gone_duplicates: number;
    gone_quarantined: number;
  }>('SELECT * FROM cursor WHERE agent = ? AND epoch = ? AND lane = ?', ...where);
  const [sums] = context.sql.all<Record<'stored' | 'duplicates' | 'quarantined', number>>(
    `SELECT
       coalesce(sum(CASE WHEN bad IS NULL THEN count - dup END), 0) AS stored,
       coalesce(sum(CASE WHEN bad IS NULL THEN dup END), 0) AS duplicates,
       coalesce(sum(CASE WHEN bad IS NOT NULL THEN count END), 0) AS quarantined
     FROM (SELECT count, bad, coalesce(json_array_length(duplicates), 0) AS dup FROM block
           WHERE agent = ? AND epoch = ? AND lane = ? AND seq <= ? AND kind IN ('results', 'alerts'))`,
    ...where,
    upTo,
  );
  const gaps = listGaps(context, key, upTo);
  const records = (isSummary: boolean): number =>
    gaps
      .filter(({ reason }) => (reason === 'summarized') === isSummary)
      .reduce((sum, gap) => sum + (gap.records ?? 0), 0);
  return {
    held: {
      cursor: cursor?.cursor ?? 0,
      stored: (cursor?.gone_stored ?? 0) + sums!.stored,
      duplicates: (cursor?.gone_duplicates ?? 0) + sums!.duplicates,
      quarantined: (cursor?.gone_quarantined ?? 0) + sums!.quarantined,
      summarized: records(true),
      evicted: records(false),
    },
    ahead: recordsAfter(context, key, upTo),
    gaps,
    holes: findHoles(context, key, cursor?.trimmed ?? 0, Math.min(upTo, cursor?.cursor ?? 0)),
    uncounted: cursor?.uncounted ?? 0,
  };
}

/** Numbers in (after, upTo] that no row covers. */
function findHoles(
  context: ShardContext,
  { agent, epoch, lane }: LaneKey,
  after: number,
  upTo: number,
): LaneFacts['holes'] {
  if (after >= upTo) return [];
  const rows = context.sql.all<{ before: number; seq: number }>(
    `SELECT before, seq FROM (
       SELECT seq, lag(seq_last, 1, ?) OVER (ORDER BY seq) AS before FROM block
       WHERE agent = ? AND epoch = ? AND lane = ? AND seq_last > ? AND seq <= ?
       UNION ALL SELECT ?, coalesce(max(seq_last), ?) FROM block
       WHERE agent = ? AND epoch = ? AND lane = ? AND seq_last > ? AND seq <= ?)
     WHERE seq > before + 1 ORDER BY seq`,
    after,
    agent,
    epoch,
    lane,
    after,
    upTo,
    upTo + 1,
    after,
    agent,
    epoch,
    lane,
    after,
    upTo,
  );
  return rows.map(({ before, seq }) => ({ first: before + 1, last: seq - 1 }));
}
