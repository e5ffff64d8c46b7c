/**
 * Agents' own ledgers, as they last reported them per epoch, beside what this server holds. When an epoch ends (new
 * outbox database, replaced key) what it still had pending can't arrive any more under it: it is marked unknown, never
 * counted as delivered.
 */
import { toHex } from '@skerry/proto/bytes';
import type { skerry } from '@skerry/proto/wire';
import type { ShardContext } from './context.ts';

export interface ResultLedgerJson {
  produced: number;
  delivered: number;
  pending: number;
  summarized: number;
  evicted: number;
  decisions: Record<string, number>;
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

/** Stores what an agent reports. */
export function storeLedgers(
  context: ShardContext,
  agent: string,
  currentEpoch: string,
  reports: readonly skerry.v1.ILedgerReport[],
): void {
  for (const report of reports.slice(0, MAX_REPORTS)) {
    const epoch = toHex(report.epoch ?? new Uint8Array());
    context.sql.run(
      `INSERT INTO ledger (agent, epoch, doc, current, updated_ms) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (agent, epoch) DO UPDATE SET doc = excluded.doc, updated_ms = excluded.updated_ms,
         current = max(current, excluded.current), unknown = CASE excluded.current WHEN 1 THEN 0 ELSE unknown END`,
      agent,
      epoch,
      JSON.stringify(toJson(report)),
      epoch === currentEpoch ? 1 : 0,
      context.now(),
    );
  }
  if (reports.length > 0)
    context.sql.run(
      `DELETE FROM ledger WHERE agent = ? AND current = 0 AND epoch NOT IN
         (SELECT epoch FROM ledger WHERE agent = ? ORDER BY updated_ms DESC, epoch LIMIT ?)`,
      agent,
      agent,
      MAX_EPOCHS,
    );
}

/** Ends every epoch of an agent but `except`. */
export function endEpochs(context: ShardContext, agent: string, except: string): void {
  const open = context.sql.all<{ epoch: string; doc: string }>(
    'SELECT epoch, doc FROM ledger WHERE agent = ? AND current = 1 AND epoch <> ?',
    agent,
    except,
  );
  for (const { epoch, doc } of open)
    context.sql.run(
      'UPDATE ledger SET current = 0, unknown = ? WHERE agent = ? AND epoch = ?',
      (JSON.parse(doc) as LedgerJson).results.pending,
      agent,
      epoch,
    );
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

function addsUp(ledger: LedgerJson): boolean {
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
  };
}

function counts(list: readonly skerry.v1.ICount[] | null | undefined): Record<string, number> {
  return Object.fromEntries((list ?? []).map((c) => [c.key ?? '', Number(c.value ?? 0)]));
}
