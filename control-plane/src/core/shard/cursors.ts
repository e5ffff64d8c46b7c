/** Where lanes stand: one row for each (agent, epoch, lane). */
import type { ShardContext } from './context.ts';
import type { LaneName } from './ingest.ts';

/** How far a lane is durable. */
export function readCursor(context: ShardContext, agent: string, epoch: string, lane: LaneName): number {
  return (
    context.sql.all<{ cursor: number }>(
      'SELECT cursor FROM cursor WHERE agent = ? AND epoch = ? AND lane = ?',
      agent,
      epoch,
      lane,
    )[0]?.cursor ?? 0
  );
}

/** Sets it. */
export function writeCursor(
  context: ShardContext,
  agent: string,
  epoch: string,
  lane: LaneName,
  cursor: number,
): void {
  context.sql.run(
    `INSERT INTO cursor (agent, epoch, lane, cursor) VALUES (?, ?, ?, ?)
     ON CONFLICT (agent, epoch, lane) DO UPDATE SET cursor = excluded.cursor`,
    agent,
    epoch,
    lane,
    cursor,
  );
}

/** Up to which number a lane's blocks were let go after their retention. */
export function readTrimmed(context: ShardContext, agent: string, epoch: string, lane: LaneName): number {
  const [row] = context.sql.all<{ trimmed: number }>(
    'SELECT trimmed FROM cursor WHERE agent = ? AND epoch = ? AND lane = ?',
    agent,
    epoch,
    lane,
  );
  return row?.trimmed ?? 0;
}

/** Results or alerts that are held of a lane behind a block number. */
export function recordsAfter(
  context: ShardContext,
  { agent, epoch, lane }: { agent: string; epoch: string; lane: LaneName },
  seq: number,
): number {
  return context.sql.all<{ records: number }>(
    `SELECT coalesce(sum(count), 0) AS records FROM block
     WHERE agent = ? AND epoch = ? AND lane = ? AND seq > ? AND kind IN ('results', 'alerts')`,
    agent,
    epoch,
    lane,
    seq,
  )[0]!.records;
}
