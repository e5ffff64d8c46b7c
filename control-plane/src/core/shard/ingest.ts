/**
 * Blocks on their way in. Within (agent, epoch, lane) block numbers are contiguous from the cursor; what is durable
 * moves it, in the transaction of the sync:
 *
 *   cursor 4, offered 5 6 7          stored, cursor 7
 *   cursor 7, offered 6 7 8          6 and 7 are held with the same bytes (a lost answer), 8 stored, cursor 8
 *   cursor 8, offered 7 other bytes  epoch conflict: a restored image or a cloned disk; nothing is stored
 *   cursor 8, range record 7..12     7 and 8 are held: answered as held; the record stands for 9..12, cursor 12
 *   cursor 12, offered 15            out of order, left for the next exchange
 *
 * A block whose columns can't be read is stored all the same, marked `bad`, counted and alerted, and moves the cursor:
 * the lane goes on and nothing is lost silently. One whose checksum is wrong may have been hurt on its way: it is
 * refused once, and taken as bad where the very same bytes come again.
 */
import { fromHex, toHex } from '@skerry/proto/bytes';
import { crc32c } from '@skerry/proto/crc32c';
import { SkerryError } from '@skerry/proto/errors';
import { skerry, v1 } from '@skerry/proto/wire';
import { raiseAlert, storeAlerts } from './alerts.ts';
import { type BlockKind, readColumns } from './columns.ts';
import { count, type ShardContext } from './context.ts';
import { readCursor, readTrimmed, writeCursor } from './cursors.ts';
import { storeRows } from './streams.ts';

export type LaneName = 'alert' | 'result';

/** The largest block that is taken. */
export const MAX_BLOCK_BYTES = 1024 * 1024;

/** Two lanes, of this epoch and of some before it. */
const MAX_LANES = 16;

export interface LaneOutcome {
  epoch: string;
  lane: LaneName;
  cursor: number;
  conflict: boolean;
}

export interface IngestOutcome {
  lanes: LaneOutcome[];
  held: { lane: LaneName; first: number; last: number }[];
  results: number;
  alerts: number;
}

/** A block's parts with defaults filled in. */
interface Offered {
  epoch: string;
  lane: LaneName;
  seq: number;
  seqLast: number;
  kind: BlockKind;
  count: number;
  codec: 'none' | 'gzip' | 'zstd';
  crc: number;
  columns: Uint8Array;
}

const KINDS = {
  [skerry.v1.BlockKind.BLOCK_KIND_RESULTS]: 'results',
  [skerry.v1.BlockKind.BLOCK_KIND_ALERTS]: 'alerts',
  [skerry.v1.BlockKind.BLOCK_KIND_SUMMARY]: 'summary',
  [skerry.v1.BlockKind.BLOCK_KIND_TOMBSTONE]: 'tombstone',
} as Record<number, Offered['kind'] | undefined>;

/** Takes the blocks of one exchange, in the order they came. */
export function ingestBlocks(
  context: ShardContext,
  agent: string,
  blocks: readonly skerry.v1.IBlock[],
): IngestOutcome {
  const lanes = new Map<string, LaneOutcome>();
  const outcome: IngestOutcome = { lanes: [], held: [], results: 0, alerts: 0 };
  for (const block of blocks) {
    const offered = readBlock(block);
    const key = `${offered.epoch}/${offered.lane}`;
    let lane = lanes.get(key);
    if (!lane) {
      if (lanes.size >= MAX_LANES)
        throw new SkerryError('invalid', `the blocks of one exchange are of more than ${MAX_LANES} lanes`);
      lane = {
        epoch: offered.epoch,
        lane: offered.lane,
        cursor: readCursor(context, agent, offered.epoch, offered.lane),
        conflict: false,
      };
      lanes.set(key, lane);
    }
    if (!lane.conflict) takeBlock(context, agent, offered, lane, outcome);
  }
  for (const lane of lanes.values()) writeCursor(context, agent, lane.epoch, lane.lane, lane.cursor);
  outcome.lanes = [...lanes.values()];
  return outcome;
}

function readBlock(block: skerry.v1.IBlock): Offered {
  const kind = KINDS[block.kind ?? 0];
  const lane =
    block.lane === skerry.v1.Lane.LANE_ALERT
      ? 'alert'
      : block.lane === skerry.v1.Lane.LANE_RESULT
        ? 'result'
        : undefined;
  const seq = Number(block.seq ?? 0);
  const seqLast = Number(block.seqLast ?? 0) || seq;
  const isRange = kind === 'summary' || kind === 'tombstone';
  const columns = block.columns ?? new Uint8Array();
  const codec = (['none', 'gzip', 'zstd'] as const)[block.codec ?? 0];
  if (!kind || !lane || !codec || block.epoch?.length !== 16 || seq < 1 || seqLast < seq)
    throw new SkerryError(
      'invalid',
      `block ${seq} is malformed: epoch, lane, kind, codec or number is wrong`,
    );
  if (!isRange && seqLast !== seq) throw new SkerryError('invalid', `block ${seq} is no range record`);
  if (columns.length > MAX_BLOCK_BYTES)
    throw new SkerryError(
      'too-large',
      `block ${seq} has ${columns.length} bytes, ${MAX_BLOCK_BYTES} at most`,
    );
  return {
    epoch: toHex(block.epoch),
    lane,
    seq,
    seqLast,
    kind,
    count: block.count ?? 0,
    codec,
    crc: (block.crc32c ?? 0) >>> 0,
    columns,
  };
}

function takeBlock(
  context: ShardContext,
  agent: string,
  block: Offered,
  lane: LaneOutcome,
  outcome: IngestOutcome,
): void {
  const isRange = block.kind === 'summary' || block.kind === 'tombstone';
  if (isRange) outcome.held.push(...heldRanges(context, agent, block));
  if (block.seqLast <= lane.cursor) {
    if (isRange || holdsSame(context, agent, block)) return;
    lane.conflict = true;
    count(context, 'epoch_conflicts', 1);
    raiseAlert(context, agent, {
      episode: `epoch-conflict:${block.epoch}`,
      message: `agent ${agent} offered other bytes as block ${block.seq} of lane ${block.lane}: a restored image or a cloned disk`,
    });
    return;
  }
  if (block.seq > lane.cursor + 1) return;
  const crc = crc32c(block.columns);
  let bad: string | undefined;
  if (crc !== block.crc) {
    if (!seenBefore(context, agent, block, crc)) {
      count(context, 'blocks_refused', 1);
      return;
    }
    bad = 'checksum';
  }
  store(context, agent, isRange ? rest(context, agent, block, lane.cursor) : block, bad, outcome);
  lane.cursor = block.seqLast;
}

/** What a range record stands for behind the cursor: what is held of it is held as what it was. */
function rest(context: ShardContext, agent: string, block: Offered, cursor: number): Offered {
  const [{ records } = { records: 0 }] = context.sql.all<{ records: number }>(
    `SELECT coalesce(sum(count), 0) AS records FROM block
     WHERE agent = ? AND epoch = ? AND lane = ? AND seq BETWEEN ? AND ?`,
    agent,
    block.epoch,
    block.lane,
    block.seq,
    cursor,
  );
  return { ...block, seq: cursor + 1, count: Math.max(0, block.count - records) };
}

// The same wrong bytes twice weren't hurt on their way.
function seenBefore(context: ShardContext, agent: string, block: Offered, crc: number): boolean {
  const key = [agent, block.epoch, block.lane, block.seq] as const;
  const held = context.sql.all<{ crc: number }>(
    'SELECT crc FROM suspect WHERE agent = ? AND epoch = ? AND lane = ? AND seq = ?',
    ...key,
  )[0];
  context.sql.run(
    'INSERT OR REPLACE INTO suspect (agent, epoch, lane, seq, crc) VALUES (?, ?, ?, ?, ?)',
    ...key,
    crc,
  );
  return held?.crc === crc;
}

function holdsSame(context: ShardContext, agent: string, block: Offered): boolean {
  const held = context.sql.all<{ crc: number; size_bytes: number; kind: string }>(
    'SELECT crc, size_bytes, kind FROM block WHERE agent = ? AND epoch = ? AND lane = ? AND seq = ?',
    agent,
    block.epoch,
    block.lane,
    block.seq,
  )[0];
  // What was let go after its retention can't be compared any more.
  if (!held) return block.seqLast <= readTrimmed(context, agent, block.epoch, block.lane);
  return held.crc === block.crc && held.size_bytes === block.columns.length && held.kind === block.kind;
}

/** Which parts of a range record this server holds as the results or alerts they were, merged. */
function heldRanges(context: ShardContext, agent: string, block: Offered): IngestOutcome['held'] {
  const rows = context.sql.all<{ seq: number }>(
    `SELECT seq FROM block WHERE agent = ? AND epoch = ? AND lane = ? AND seq BETWEEN ? AND ?
       AND kind IN ('results', 'alerts') ORDER BY seq`,
    agent,
    block.epoch,
    block.lane,
    block.seq,
    block.seqLast,
  );
  const ranges: IngestOutcome['held'] = [];
  for (const { seq } of rows) {
    const last = ranges.at(-1);
    if (last && last.last === seq - 1) last.last = seq;
    else ranges.push({ lane: block.lane, first: seq, last: seq });
  }
  return ranges;
}

function store(
  context: ShardContext,
  agent: string,
  block: Offered,
  badAlready: string | undefined,
  outcome: IngestOutcome,
): void {
  const id = (context.sql.all<{ id: number }>('SELECT coalesce(max(id), 0) + 1 AS id FROM block')[0]?.id ??
    1) as number;
  let bad = badAlready;
  let duplicates: number[] = [];
  if (bad === undefined) {
    const read = readColumns(context, block);
    if (read.kind === 'bad') bad = read.why;
    else if (read.kind === 'results') {
      duplicates = storeRows(context, agent, id, read.rows);
      outcome.results += read.rows.length - duplicates.length;
      count(context, 'results_ingested', read.rows.length - duplicates.length);
      count(context, 'results_duplicate', duplicates.length);
    } else if (read.kind === 'alerts') {
      const fresh = storeAlerts(context, agent, read.alerts);
      outcome.alerts += fresh;
      count(context, 'alerts_ingested', fresh);
    }
  }
  if (bad !== undefined) quarantine(context, agent, block, bad);
  else count(context, 'blocks_ingested', 1);
  insertBlock(context, id, agent, block, bad, duplicates);
}

function insertBlock(
  context: ShardContext,
  id: number,
  agent: string,
  block: Offered,
  bad: string | undefined,
  duplicates: readonly number[],
): void {
  context.sql.run(
    `INSERT INTO block (id, agent, epoch, lane, seq, seq_last, kind, count, codec, crc, size_bytes, bytes, bad,
       duplicates, received_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    id,
    agent,
    block.epoch,
    block.lane,
    block.seq,
    block.seqLast,
    block.kind,
    block.count,
    block.codec,
    block.crc,
    block.columns.length,
    block.columns,
    bad ?? null,
    duplicates.length > 0 ? JSON.stringify(duplicates) : null,
    context.now(),
  );
}

function quarantine(context: ShardContext, agent: string, block: Offered, why: string): void {
  count(context, 'blocks_quarantined', 1);
  if (block.kind === 'results') count(context, 'results_quarantined', block.count);
  raiseAlert(context, agent, {
    episode: `quarantine:${block.epoch}:${block.lane}:${block.seq}`,
    message: `block ${block.seq} of lane ${block.lane} from ${agent} can't be read (${why}); its ${block.count} records are kept aside`,
  });
}

/**
 * Where the outbox no longer holds what this server would ask for next (this database was restored from a backup, or
 * began anew), the cursor moves over the hole, and a range record of reason `unknown` stands for it.
 */
export function closeHoles(
  context: ShardContext,
  agent: string,
  epoch: string,
  ranges: readonly skerry.v1.ILaneRange[],
): void {
  for (const range of ranges) {
    const lane = range.lane === skerry.v1.Lane.LANE_ALERT ? 'alert' : 'result';
    const [firstPending, last] = [Number(range.firstPending ?? 0), Number(range.last ?? 0)];
    const cursor = readCursor(context, agent, epoch, lane);
    const gone = firstPending > 0 ? firstPending - 1 : last;
    // The outbox begins after these: the agent holds their acknowledgement, and won't send them again.
    context.sql.run(
      'UPDATE cursor SET confirmed = max(confirmed, ?) WHERE agent = ? AND epoch = ? AND lane = ?',
      gone,
      agent,
      epoch,
      lane,
    );
    if (gone <= cursor) continue;
    const columns = v1.Tombstone.encode({ reason: 'unknown' }).finish();
    const hole: Offered = {
      epoch,
      lane,
      seq: cursor + 1,
      seqLast: gone,
      kind: 'tombstone',
      count: 0,
      codec: 'none',
      crc: crc32c(columns),
      columns,
    };
    store(context, agent, hole, undefined, { lanes: [], held: [], results: 0, alerts: 0 });
    writeCursor(context, agent, epoch, lane, gone);
    raiseAlert(context, agent, {
      episode: `hole:${epoch}:${lane}:${hole.seq}`,
      message: `blocks ${hole.seq} to ${gone} of lane ${lane} from ${agent} were delivered once and aren't held here`,
    });
  }
}

/** Acknowledgements for the answer: every lane that was touched, and both lanes of the current epoch. */
export function acknowledgements(
  context: ShardContext,
  agent: string,
  epoch: string,
  outcome: IngestOutcome,
): skerry.v1.ILaneAck[] {
  const lanes = [...outcome.lanes];
  for (const lane of ['alert', 'result'] as const)
    if (!lanes.some((l) => l.epoch === epoch && l.lane === lane))
      lanes.push({ epoch, lane, cursor: readCursor(context, agent, epoch, lane), conflict: false });
  return lanes.map((l) => ({
    epoch: fromHex(l.epoch),
    lane: laneNumber(l.lane),
    cursor: l.cursor,
    epochConflict: l.conflict,
  }));
}

/** A lane as the wire names it. */
export function laneNumber(lane: LaneName): skerry.v1.Lane {
  return lane === 'alert' ? skerry.v1.Lane.LANE_ALERT : skerry.v1.Lane.LANE_RESULT;
}
