/**
 * Captured windows: raw values that agents chose for people to label (a policy's `onAlert: capture`), each held once by
 * its result's id. What a person says of one makes it part of a dataset, which leaves through the API.
 */
import { SkerryError } from '@skerry/proto/errors';
import { isoFromUs } from '@skerry/proto/units';
import type { skerry } from '@skerry/proto/wire';
import type { SqlValue } from '../../ports.ts';
import { count, type ShardContext } from './context.ts';

/** Held per agent; labelled ones go last, then the oldest first. */
const KEEP_PER_AGENT = 1_000;
const MAX_VALUES_BYTES = 256 * 1024;
const MAX_CHANNELS = 256;

export interface SampleInfo {
  agent: string;
  id: string;
  pipeline: string;
  device: string;
  release: string;
  releaseDigest: string;
  from: string;
  to: string;
  /** Why it was taken: threshold | drift | novel | disagreement | random. */
  reason: string;
  /** Chance with which any window was taken, for those taken at random; else 0: weigh by one over it. */
  inclusion: number;
  score: number | null;
  threshold: number | null;
  policy: number;
  channels: string[];
  /** Of the window too, and never sent. */
  privateChannels: string[];
  label: string | null;
  labelledBy: string | null;
  labelledMs: number | null;
  receivedMs: number;
}

/** A sample with its values: one list per tick, in the order of `channels`; null where a value is none. */
export interface SampleWithValues extends SampleInfo {
  values: (number | null)[][];
}

/** Stores samples, each once; returns the ids that need not be sent again. */
export function storeSamples(
  context: ShardContext,
  agent: string,
  samples: readonly skerry.v1.ICapturedWindow[],
): string[] {
  for (const sample of samples) {
    if (isSound(sample)) insert(context, agent, sample);
    else count(context, 'samples_refused', 1);
  }
  if (samples.length > 0)
    context.sql.run(
      `DELETE FROM sample WHERE agent = ? AND id IN
         (SELECT id FROM sample WHERE agent = ? ORDER BY label IS NULL, received_ms DESC LIMIT -1 OFFSET ?)`,
      agent,
      agent,
      KEEP_PER_AGENT,
    );
  return samples.map(({ id }) => id ?? '');
}

// One that contradicts itself would be sent again for ever if it weren't passed over.
function isSound(sample: skerry.v1.ICapturedWindow): boolean {
  const bytes = sample.values?.length ?? 0;
  const channels = sample.channels?.length ?? 0;
  const texts = [
    sample.id,
    sample.pipeline,
    sample.device,
    sample.release,
    sample.releaseDigest,
    sample.reason,
  ];
  return (
    (sample.id ?? '') !== '' &&
    texts.every((text) => (text ?? '').length <= 256) &&
    [...(sample.channels ?? []), ...(sample.privateChannels ?? [])].every((name) => name.length <= 64) &&
    channels + (sample.privateChannels?.length ?? 0) <= MAX_CHANNELS &&
    bytes <= MAX_VALUES_BYTES &&
    (channels === 0 ? bytes === 0 : bytes % (4 * channels) === 0)
  );
}

function insert(context: ShardContext, agent: string, sample: skerry.v1.ICapturedWindow): void {
  const doc = {
    release: sample.release ?? '',
    releaseDigest: sample.releaseDigest ?? '',
    reason: sample.reason ?? '',
    inclusion: sample.inclusion ?? 0,
    score: finiteOrNull(sample.score ?? 0),
    threshold: finiteOrNull(sample.threshold ?? Number.NaN),
    policy: sample.policy ?? 0,
    channels: sample.channels ?? [],
    privateChannels: sample.privateChannels ?? [],
  };
  context.sql.run(
    `INSERT OR IGNORE INTO sample (agent, id, pipeline, device, from_us, to_us, doc, bytes, received_ms)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    agent,
    sample.id ?? '',
    sample.pipeline ?? '',
    sample.device ?? '',
    Number(sample.fromUs ?? 0),
    Number(sample.toUs ?? 0),
    JSON.stringify(doc),
    sample.values ?? new Uint8Array(),
    context.now(),
  );
}

function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

export interface SampleQuery {
  agent?: string | undefined;
  pipeline?: string | undefined;
  device?: string | undefined;
  reason?: string | undefined;
  /** Only those that a person has labelled, or has not. */
  labelled?: boolean | undefined;
  cursor?: { receivedMs: number; key: string } | undefined;
  limit: number;
}

/** Samples with their values, the newest first, after the cursor. */
export function listSamples(context: ShardContext, query: SampleQuery): SampleWithValues[] {
  return select(context, '*', query).map(toSample);
}

/** The same without their values, which are by far the most of them. */
export function listSampleInfos(context: ShardContext, query: SampleQuery): SampleInfo[] {
  return select(context, WITHOUT_VALUES, query).map(withoutValues);
}

/** One sample with its values. Throws SkerryError not-found. */
export function readSample(context: ShardContext, agent: string, id: string): SampleWithValues {
  const row = context.sql.all<SampleRow>('SELECT * FROM sample WHERE agent = ? AND id = ?', agent, id)[0];
  if (!row) throw new SkerryError('not-found', `agent ${agent} has no sample ${id}`);
  return toSample(row);
}

/** How many are held of a pipeline for a reason, and how many of them have a label. */
export interface SampleCount {
  pipeline: string;
  reason: string;
  samples: number;
  labelled: number;
}

export function countSamples(context: ShardContext): SampleCount[] {
  return context.sql.all<SampleCount & Record<string, SqlValue>>(
    `SELECT pipeline, json_extract(doc, '$.reason') AS reason, count(*) AS samples, count(label) AS labelled
     FROM sample GROUP BY 1, 2`,
  );
}

function select(context: ShardContext, columns: string, query: SampleQuery): SampleRow[] {
  const where = ['true'];
  const params: SqlValue[] = [];
  for (const [column, value] of [
    ['agent', query.agent],
    ['pipeline', query.pipeline],
    ['device', query.device],
    ["json_extract(doc, '$.reason')", query.reason],
  ] as const) {
    if (value === undefined) continue;
    where.push(`${column} = ?`);
    params.push(value);
  }
  if (query.labelled !== undefined) where.push(`label IS ${query.labelled ? 'NOT NULL' : 'NULL'}`);
  if (query.cursor) {
    where.push("(received_ms < ? OR (received_ms = ? AND agent || '/' || id > ?))");
    params.push(query.cursor.receivedMs, query.cursor.receivedMs, query.cursor.key);
  }
  return context.sql.all<SampleRow>(
    `SELECT ${columns} FROM sample WHERE ${where.join(' AND ')}
     ORDER BY received_ms DESC, agent || '/' || id LIMIT ?`,
    ...params,
    query.limit,
  );
}

/** What a person says that a window shows; null takes it back. Throws SkerryError not-found. */
export function labelSample(
  context: ShardContext,
  by: string,
  agent: string,
  id: string,
  label: string | null,
): SampleInfo {
  context.sql.run(
    'UPDATE sample SET label = ?, labelled_by = ?, labelled_ms = ? WHERE agent = ? AND id = ?',
    label,
    label === null ? null : by,
    label === null ? null : context.now(),
    agent,
    id,
  );
  const { values: _, ...info } = readSample(context, agent, id);
  return info;
}

const WITHOUT_VALUES =
  "agent, id, pipeline, device, from_us, to_us, doc, x'' AS bytes, received_ms, label, labelled_by, labelled_ms";

interface SampleRow extends Record<string, SqlValue> {
  agent: string;
  id: string;
  pipeline: string;
  device: string;
  from_us: number;
  to_us: number;
  doc: string;
  bytes: Uint8Array;
  received_ms: number;
  label: string | null;
  labelled_by: string | null;
  labelled_ms: number | null;
}

type SampleDoc = Omit<
  SampleInfo,
  | 'agent'
  | 'id'
  | 'pipeline'
  | 'device'
  | 'from'
  | 'to'
  | 'label'
  | 'labelledBy'
  | 'labelledMs'
  | 'receivedMs'
>;

function toSample(row: SampleRow): SampleWithValues {
  const doc = JSON.parse(row.doc) as SampleDoc;
  return {
    agent: row.agent,
    id: row.id,
    pipeline: row.pipeline,
    device: row.device,
    from: isoFromUs(row.from_us),
    to: isoFromUs(row.to_us),
    ...doc,
    label: row.label,
    labelledBy: row.labelled_by,
    labelledMs: row.labelled_ms,
    receivedMs: row.received_ms,
    values: valuesOf(row.bytes, doc.channels.length),
  };
}

function withoutValues(row: SampleRow): SampleInfo {
  const { values: _, ...info } = toSample(row);
  return info;
}

function valuesOf(bytes: Uint8Array, channels: number): (number | null)[][] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const ticks = channels === 0 ? 0 : bytes.length / (4 * channels);
  return Array.from({ length: ticks }, (_, tick) =>
    Array.from({ length: channels }, (_, channel) => {
      const value = view.getFloat32(4 * (tick * channels + channel), true);
      return Number.isFinite(value) ? value : null;
    }),
  );
}
