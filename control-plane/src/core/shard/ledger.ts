/**
 * Agents' own ledgers, as they last reported them per epoch, beside what this server holds. When an epoch ends (new
 * outbox database, replaced key) what it still had pending can't arrive any more under it: it is marked unknown, never
 * counted as delivered.
 */
import { toHex } from '@skerry/proto/bytes';
import type { skerry } from '@skerry/proto/wire';
import type { ShardContext } from './context.ts';
import { recordsAfter } from './cursors.ts';

export interface ResultLedgerJson {
  produced: number;
  delivered: number;
  pending: number;
  summarized: number;
  evicted: number;
  decisions: Record<string, number>;
  /** Block number up to which the agent holds everything acknowledged; agents of earlier versions don't say. */
  cursor?: number;
  /** Records up to there, whatever became of them. */
  acknowledged?: number;
}

export interface SampleLedgerJson {
  pipeline: string;
  received: number;
  rejected: Record<string, number>;
  open: number;
  used: number;
  gap: number;
  skipped: number;
}

export interface LedgerJson {
  samples: SampleLedgerJson[];
  results: ResultLedgerJson;
  alerts: ResultLedgerJson;
}

export interface LedgerInfo extends LedgerJson {
  agent: string;
  epoch: string;
  current: boolean;
  /** Results that were pending when the epoch ended and weren't heard of since. */
  unknown: number;
  updatedMs: number;
  /** Whether both sums hold: received = Σ terms, produced = Σ terms. */
  addsUp: boolean;
}

/** A ledger's place in the list. */
export interface LedgerPosition {
  agent: string;
  epoch: string;
}

/** Ledgers in one exchange: an agent has one per epoch that it still knows of. */
const MAX_REPORTS = 16;
/** Epochs of an agent whose ledgers are kept; those heard of longest ago go first. */
const MAX_EPOCHS = 64;

/**
 * Stores what an agent reports. A report that knows less than what is held (a restored image, a copy of the disk, a
 * file that came late) leaves that standing: what was acknowledged once was acknowledged.
 */
export function storeLedgers(
  context: ShardContext,
  agent: string,
  currentEpoch: string,
  reports: readonly skerry.v1.ILedgerReport[],
): void {
  let isNew = false;
  for (const report of reports.slice(0, MAX_REPORTS)) {
    const epoch = toHex(report.epoch ?? new Uint8Array());
    const isCurrent = epoch === currentEpoch;
    const ledger = toJson(report);
    const [held] = context.sql.all<{ doc: string }>(
      'SELECT doc FROM ledger WHERE agent = ? AND epoch = ?',
      agent,
      epoch,
    );
    isNew ||= held === undefined;
    const knowsLess = held && isBehind(ledger, JSON.parse(held.doc) as LedgerJson);
    if (!knowsLess) writeLedger(context, agent, epoch, ledger, isCurrent);
    else if (isCurrent)
      context.sql.run(
        'UPDATE ledger SET current = 1, unknown = 0 WHERE agent = ? AND epoch = ?',
        agent,
        epoch,
      );
  }
  if (isNew)
    context.sql.run(
      `DELETE FROM ledger WHERE agent = ? AND current = 0 AND epoch NOT IN
         (SELECT epoch FROM ledger WHERE agent = ? ORDER BY updated_ms DESC, epoch LIMIT ?)`,
      agent,
      agent,
      MAX_EPOCHS,
    );
}

function isBehind(ledger: LedgerJson, held: LedgerJson): boolean {
  return (['results', 'alerts'] as const).some(
    (lane) => ledger[lane].cursor !== undefined && ledger[lane].cursor < (held[lane].cursor ?? 0),
  );
}

function writeLedger(
  context: ShardContext,
  agent: string,
  epoch: string,
  ledger: LedgerJson,
  isCurrent: boolean,
): void {
  context.sql.run(
    `INSERT INTO ledger (agent, epoch, doc, current, unknown, updated_ms) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (agent, epoch) DO UPDATE SET doc = excluded.doc, updated_ms = excluded.updated_ms,
       current = max(current, excluded.current), unknown = excluded.unknown`,
    agent,
    epoch,
    JSON.stringify(ledger),
    isCurrent ? 1 : 0,
    // What an ended epoch had pending lives on in the next one; an agent that knows of its end says so.
    isCurrent ? 0 : ledger.results.pending,
    context.now(),
  );
}

/** Whether an epoch of an agent is known to have ended. */
export function hasEnded(context: ShardContext, agent: string, epoch: string): boolean {
  return (
    context.sql.all('SELECT 1 AS one FROM ledger WHERE agent = ? AND epoch = ? AND current = 0', agent, epoch)
      .length > 0
  );
}

/** Ends every epoch of an agent but `except`. */
export function endEpochs(context: ShardContext, agent: string, except: string): void {
  const open = context.sql.all<{ epoch: string; doc: string }>(
    'SELECT epoch, doc FROM ledger WHERE agent = ? AND current = 1 AND epoch <> ?',
    agent,
    except,
  );
  for (const { epoch, doc } of open) {
    const { pending, cursor } = (JSON.parse(doc) as LedgerJson).results;
    // Some of it may have come without the agent hearing of it.
    const came = cursor === undefined ? 0 : recordsAfter(context, { agent, epoch, lane: 'result' }, cursor);
    context.sql.run(
      'UPDATE ledger SET current = 0, unknown = ? WHERE agent = ? AND epoch = ?',
      Math.max(0, pending - came),
      agent,
      epoch,
    );
  }
}

/** Ledgers in order of (agent, epoch) after the cursor: an agent's epochs may stand on two pages, none is left out. */
export function listLedgers(
  context: ShardContext,
  query: { agent?: string | undefined; cursor?: LedgerPosition | undefined; limit: number },
): LedgerInfo[] {
  const { agent: after = '', epoch = '' } = query.cursor ?? {};
  const rows = context.sql.all<LedgerRow>(
    `SELECT * FROM ledger WHERE (agent, epoch) > (?, ?) AND (? IS NULL OR agent = ?) ORDER BY agent, epoch LIMIT ?`,
    after,
    epoch,
    query.agent ?? null,
    query.agent ?? null,
    query.limit,
  );
  return rows.map((row) => {
    const doc = JSON.parse(row.doc) as LedgerJson;
    return {
      agent: row.agent,
      epoch: row.epoch,
      current: row.current === 1,
      unknown: row.unknown,
      updatedMs: row.updated_ms,
      addsUp: addsUp(doc),
      ...doc,
    };
  });
}

/** Whether both sums of a ledger hold. */
export function addsUp(ledger: LedgerJson): boolean {
  const sum = (values: Record<string, number>): number => Object.values(values).reduce((a, b) => a + b, 0);
  const results = [ledger.results, ledger.alerts].every(
    (r) => r.produced === r.delivered + r.pending + r.summarized + r.evicted,
  );
  const samples = ledger.samples.every(
    (s) => s.received === sum(s.rejected) + s.open + s.used + s.gap + s.skipped,
  );
  return results && samples;
}

interface LedgerRow extends Record<string, string | number | Uint8Array | null> {
  agent: string;
  epoch: string;
  doc: string;
  current: number;
  unknown: number;
  updated_ms: number;
}

function toJson(report: skerry.v1.ILedgerReport): LedgerJson {
  return {
    samples: (report.samples ?? []).map((s) => ({
      pipeline: s.pipeline ?? '',
      received: Number(s.received ?? 0),
      rejected: counts(s.rejected),
      open: Number(s.open ?? 0),
      used: Number(s.used ?? 0),
      gap: Number(s.gap ?? 0),
      skipped: Number(s.skipped ?? 0),
    })),
    results: resultLedger(report.results),
    alerts: resultLedger(report.alerts),
  };
}

function resultLedger(ledger: skerry.v1.IResultLedger | null | undefined): ResultLedgerJson {
  return {
    produced: Number(ledger?.produced ?? 0),
    delivered: Number(ledger?.delivered ?? 0),
    pending: Number(ledger?.pending ?? 0),
    summarized: Number(ledger?.summarized ?? 0),
    evicted: Number(ledger?.evicted ?? 0),
    decisions: counts(ledger?.decisions),
    ...endOf(ledger),
  };
}

// Cursors are positive wherever anything was delivered, so 0 beside a delivery is an agent that doesn't tell.
function endOf(
  ledger: skerry.v1.IResultLedger | null | undefined,
): { cursor: number; acknowledged: number } | undefined {
  const cursor = Number(ledger?.cursor ?? 0);
  if (cursor === 0 && Number(ledger?.delivered ?? 0) > 0) return undefined;
  return { cursor, acknowledged: Number(ledger?.acknowledged ?? 0) };
}

function counts(list: readonly skerry.v1.ICount[] | null | undefined): Record<string, number> {
  return Object.fromEntries((list ?? []).map((c) => [c.key ?? '', Number(c.value ?? 0)]));
}
