/** Drift sketches: fixed-edge histograms that merge by addition, over devices and agents. */
import type { skerry } from '@skerry/proto/wire';
import type { SqlValue } from '../../ports.ts';
import { count, type ShardContext } from './context.ts';
import { type DriftPattern, patternOf } from './drift-pattern.ts';

export type DriftLevel = 'ok' | 'warn' | 'alert' | 'learning';
const LEVELS: readonly (DriftLevel | undefined)[] = [undefined, 'ok', 'warn', 'alert', 'learning'];

/** How many sketches of an agent's epoch are kept; the oldest go first. */
const KEEP_PER_AGENT = 5_000;
const MAX_BINS = 1_024;
const MAX_MEASURES = 32;

/** A device's latest sketch of one signal. */
export interface DeviceDrift {
  agent: string;
  device: string;
  fromUs: number;
  toUs: number;
  n: number;
  missing: number;
  level: DriftLevel;
  measures: Record<string, number>;
  counts: number[];
  /** What the agent's pipeline runs on, as it last reported; empty where it isn't known. */
  backend: string;
  /** Expected hours between two false alarms of this signal; left out where they aren't known. */
  hoursBetweenFalseAlarms?: number;
  /** How its drift lies in time, and since when: where it is at the alert level. */
  pattern?: DriftPattern;
  sinceUs?: number;
}

/** One signal of a release on a pipeline, merged over the devices' latest sketches. */
export interface SignalDrift {
  pipeline: string;
  releaseDigest: string;
  signal: string;
  isOutput: boolean;
  counts: number[];
  n: number;
  missing: number;
  devices: DeviceDrift[];
}

/** Stores sketches, each once; returns the cursor up to which everything that was sent is durable. */
export function storeSketches(
  context: ShardContext,
  agent: string,
  epoch: string,
  sketches: readonly skerry.v1.IDriftSketch[],
): number {
  let cursor =
    context.sql.all<{ cursor: number }>(
      'SELECT cursor FROM sketch_cursor WHERE agent = ? AND epoch = ?',
      agent,
      epoch,
    )[0]?.cursor ?? 0;
  if (sketches.length === 0) return cursor;
  for (const sketch of sketches) {
    const seq = Number(sketch.seq ?? 0);
    if (seq <= cursor) continue;
    if (isModest(sketch)) insert(context, agent, epoch, seq, sketch);
    else count(context, 'sketches_refused', 1);
    cursor = seq;
  }
  context.sql.run(
    'INSERT OR REPLACE INTO sketch_cursor (agent, epoch, cursor) VALUES (?, ?, ?)',
    agent,
    epoch,
    cursor,
  );
  context.sql.run(
    'DELETE FROM sketch WHERE agent = ? AND epoch = ? AND seq <= ?',
    agent,
    epoch,
    cursor - KEEP_PER_AGENT,
  );
  return cursor;
}

// One that is out of all proportion would be sent again for ever if it weren't passed over.
function isModest(sketch: skerry.v1.IDriftSketch): boolean {
  const names = [sketch.pipeline, sketch.device, sketch.releaseDigest, sketch.signal];
  return (
    names.every((name) => (name ?? '').length <= 256) &&
    (sketch.counts ?? []).length <= MAX_BINS &&
    (sketch.measures ?? []).length <= MAX_MEASURES &&
    (sketch.measures ?? []).every(({ name }) => (name ?? '').length <= 64)
  );
}

/** Lets go of the sketches of all epochs of an agent but two: the present one, and the one before until it is outgrown. */
export function endSketches(context: ShardContext, agent: string, epochs: readonly [string, string]): void {
  for (const table of ['sketch', 'sketch_cursor'])
    context.sql.run(`DELETE FROM ${table} WHERE agent = ? AND epoch NOT IN (?, ?)`, agent, ...epochs);
}

interface SketchJson {
  isOutput: boolean;
  counts: number[];
  n: number;
  missing: number;
  measures: Record<string, number>;
  hours?: number;
}

function insert(
  context: ShardContext,
  agent: string,
  epoch: string,
  seq: number,
  sketch: skerry.v1.IDriftSketch,
): void {
  const doc: SketchJson = {
    isOutput: sketch.isOutput ?? false,
    counts: (sketch.counts ?? []).map(Number),
    n: Number(sketch.n ?? 0),
    missing: Number(sketch.missing ?? 0),
    measures: Object.fromEntries((sketch.measures ?? []).map((m) => [m.name ?? '', m.value ?? 0])),
    ...(Number(sketch.falseAlarmHours) > 0 && { hours: Number(sketch.falseAlarmHours) }),
  };
  context.sql.run(
    `INSERT OR IGNORE INTO sketch (agent, epoch, seq, pipeline, device, release_digest, signal, from_us, to_us, level, doc)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    agent,
    epoch,
    seq,
    sketch.pipeline ?? '',
    sketch.device ?? '',
    sketch.releaseDigest ?? '',
    sketch.signal ?? '',
    Number(sketch.fromUs ?? 0),
    Number(sketch.toUs ?? 0),
    LEVELS[sketch.level ?? 0] ?? 'learning',
    JSON.stringify(doc),
  );
}

/** The latest sketch of every (agent, device, signal), merged per signal. */
export function readDrift(
  context: ShardContext,
  query: { pipeline?: string | undefined; agent?: string | undefined; device?: string | undefined },
): SignalDrift[] {
  const where: string[] = [];
  const params: SqlValue[] = [];
  for (const column of ['pipeline', 'agent', 'device'] as const) {
    const value = query[column];
    if (value === undefined) continue;
    where.push(`${column} = ?`);
    params.push(value);
  }
  const rows = context.sql.all<SketchRow>(
    `SELECT agent, device, pipeline, release_digest, signal, from_us, max(to_us) AS to_us, level, doc,
       (SELECT doc ->> 'backend' FROM pipeline AS p
        WHERE p.agent = sketch.agent AND p.name = sketch.pipeline AND p.release_digest = sketch.release_digest) AS backend
     FROM sketch
     ${where.length > 0 ? `WHERE ${where.join(' AND ')}` : ''}
     GROUP BY pipeline, release_digest, signal, agent, device ORDER BY pipeline, release_digest, signal`,
    ...params,
  );
  const signals = new Map<string, SignalDrift>();
  for (const row of rows) merge(signals, row, row.level === 'alert' ? patternIn(context, row) : undefined);
  return [...signals.values()];
}

/** Enough for two weeks of hours. */
const PATTERN_WINDOWS = 400;

function patternIn(context: ShardContext, row: SketchRow): ReturnType<typeof patternOf> {
  const spans = context.sql.all<{ from_us: number; to_us: number; level: DriftLevel }>(
    `SELECT from_us, max(to_us) AS to_us, level FROM sketch
     WHERE pipeline = ? AND release_digest = ? AND signal = ? AND agent = ? AND device = ?
     GROUP BY from_us ORDER BY from_us DESC LIMIT ?`,
    row.pipeline,
    row.release_digest,
    row.signal,
    row.agent,
    row.device,
    PATTERN_WINDOWS,
  );
  return patternOf(
    spans.map(({ from_us, to_us, level }) => ({ fromUs: from_us, toUs: to_us, level })).reverse(),
  );
}

interface SketchRow extends Record<string, SqlValue> {
  agent: string;
  device: string;
  pipeline: string;
  release_digest: string;
  signal: string;
  from_us: number;
  to_us: number;
  level: DriftLevel;
  doc: string;
  backend: string | null;
}

function merge(
  signals: Map<string, SignalDrift>,
  row: SketchRow,
  pattern: ReturnType<typeof patternOf>,
): void {
  const doc = JSON.parse(row.doc) as SketchJson;
  const key = `${row.pipeline}\0${row.release_digest}\0${row.signal}\0${doc.isOutput}`;
  let signal = signals.get(key);
  if (!signal) {
    signal = {
      pipeline: row.pipeline,
      releaseDigest: row.release_digest,
      signal: row.signal,
      isOutput: doc.isOutput,
      counts: [],
      n: 0,
      missing: 0,
      devices: [],
    };
    signals.set(key, signal);
  }
  addSketch(signal, doc);
  signal.devices.push({
    agent: row.agent,
    device: row.device,
    fromUs: row.from_us,
    toUs: row.to_us,
    n: doc.n,
    missing: doc.missing,
    level: row.level,
    measures: doc.measures,
    counts: doc.counts,
    backend: row.backend ?? '',
    ...(doc.hours !== undefined && { hoursBetweenFalseAlarms: doc.hours }),
    ...pattern,
  });
}

function addSketch(signal: SignalDrift, doc: Pick<SketchJson, 'counts' | 'n' | 'missing'>): void {
  doc.counts.forEach((value, bin) => {
    signal.counts[bin] = (signal.counts[bin] ?? 0) + value;
  });
  signal.n += doc.n;
  signal.missing += doc.missing;
}

/** Merges what several shards answered. */
export function mergeDrift(parts: readonly (readonly SignalDrift[])[]): SignalDrift[] {
  const signals = new Map<string, SignalDrift>();
  for (const part of parts.flat()) {
    const key = `${part.pipeline}\0${part.releaseDigest}\0${part.signal}\0${part.isOutput}`;
    const held = signals.get(key);
    if (!held) signals.set(key, { ...part, counts: [...part.counts], devices: [...part.devices] });
    else {
      addSketch(held, part);
      held.devices.push(...part.devices);
    }
  }
  return [...signals.values()];
}
