/** Opening an outbox over a store: everything that a start finds, checked. */
import { toHex } from '@skerry/proto/bytes';
import type { SampleCounters } from '../pipeline/types.ts';
import type { Clock, CrashPoint, Log, Random, Store, StoreOp } from '../ports.ts';
import { type Compression, NO_COMPRESSION } from './blocks.ts';
import { addCounters, emptyCounters } from './counters.ts';
import { epochBytes, type Head } from './head.ts';
import { Journal } from './journal.ts';
import { type CountersPart, countersKey, numberOfKey, underPrefix } from './keys.ts';
import { addCounts } from './ledger.ts';
import { Outbox } from './outbox.ts';
import { planAlerts } from './progress.ts';
import { type Damage, openLanes } from './recover.ts';
import { Repeats } from './repeats.ts';
import { sealJson, unseal, unsealJson } from './sealed.ts';
import { type OutboxLimits, OutboxState } from './state.ts';
import type { Recovered } from './types.ts';

export interface OpenOptions {
  random: Random;
  clock: Clock;
  /** Told what the time was at the last commit, before anything else is stamped with the clock. */
  onLastKnown?: (wallMs: number) => void;
  log: Log;
  crashPoint: CrashPoint;
  /** Bounds of agent.yaml's `buffer`; the others have defaults. */
  limits: Pick<OutboxLimits, 'maxBytes' | 'maxAgeMs' | 'whenFull' | 'durability'> & Partial<OutboxLimits>;
  compression?: Compression;
  /** Where the corrupt database was put that this one takes the place of. */
  setAside?: string;
}

const DEFAULTS = {
  priorityOf: () => 0,
  blockMaxRecords: 500,
  blockMaxBytes: 256 * 1024,
  maxSketches: 10_000,
  repeatsKeptMs: 600_000,
  maxRepeats: 65_536,
  tailRows: 500,
};
const SCAN = 256;

/**
 * Opens the outbox that lies in the store, or begins one. What is damaged is counted, logged and told by one alert;
 * it never keeps the agent from starting. Rejects only where the store itself fails.
 */
export async function openOutbox(
  store: Store,
  options: OpenOptions,
): Promise<{ outbox: Outbox; recovered: Recovered; damage: Damage }> {
  const limits: OutboxLimits = { ...DEFAULTS, ...options.limits };
  const opened = await openLanes(store, () => options.random.bytes(16));
  if (opened.head.wallMs !== undefined) options.onLastKnown?.(opened.head.wallMs);
  const journal = new Journal(store, {
    sync: limits.durability === 'fsync',
    crashPoint: options.crashPoint,
  });
  await journal.scan(opened.head.fedThrough);
  const { damage } = opened;
  const repeats = new Repeats({
    keepMs: limits.repeatsKeptMs,
    maxCount: limits.maxRepeats,
    maxBytes: limits.maxBytes / 16,
  });
  const small = await readSmall(store, repeats, damage);
  const recounted = damage.headLost ? await recountArrival(journal, small, damage) : [];
  const head = damage.headLost ? withSketches(opened.head, small.sketches) : opened.head;
  recounted.push(...countLost(journal, head, small, damage));
  const state = new OutboxState({
    ...options,
    store,
    limits,
    compression: options.compression ?? NO_COMPRESSION,
    head,
    lanes: opened.lanes,
    journal,
    repeats,
    ...small,
  });
  await firstCommit(state, opened.fresh, [...opened.ops, ...recounted], damage, options.setAside);
  const through = journal.last;
  const recovered: Recovered = {
    epoch: epochBytes(state.head),
    fresh: opened.fresh,
    counters: state.counters(),
    deviceStates: small.deviceStates,
    fedThrough: state.head.fedThrough,
    journal: () =>
      journal.read(through, (key) =>
        options.log('error', 'outbox', `journal entry ${numberOfKey(key)} is damaged and left out`),
      ),
  };
  return { outbox: new Outbox(state), recovered, damage };
}

interface Small {
  sketches: { seq: number; sizeBytes: number }[];
  stateBytes: Map<string, number>;
  deviceStates: Map<string, { device: string; bytes: Uint8Array }[]>;
  arrival: Map<string, SampleCounters>;
  feed: Map<string, SampleCounters>;
}

/** Sketches, device states and counters; what doesn't hold its checksum is named in `damage` and left out. */
async function readSmall(store: Store, repeats: Repeats, damage: Damage): Promise<Small> {
  const small: Small = {
    sketches: [],
    stateBytes: new Map(),
    deviceStates: new Map(),
    arrival: new Map(),
    feed: new Map(),
  };
  for await (const [key, value] of scan(store, 's/')) {
    if (unseal(value)) small.sketches.push({ seq: numberOfKey(key), sizeBytes: key.length + value.length });
    else damage.records.push(key);
  }
  for await (const [key, value] of scan(store, 'p/'))
    if (!repeats.load(numberOfKey(key), value)) damage.records.push(key);
  for await (const [key, value] of scan(store, 'd/')) {
    const bytes = unseal(value);
    const [pipeline, device] = splitOnce(key.slice(2));
    if (bytes) {
      const states = small.deviceStates.get(pipeline);
      if (states) states.push({ device, bytes });
      else small.deviceStates.set(pipeline, [{ device, bytes }]);
      small.stateBytes.set(key, key.length + value.length);
    } else damage.records.push(key);
  }
  for await (const [key, value] of scan(store, 'c/')) {
    const [part, pipeline] = splitOnce(key.slice(2)) as [CountersPart, string];
    const counters = unsealJson(value) as SampleCounters | undefined;
    if (counters) small[part].set(pipeline, addCounters(emptyCounters(), counters));
    else damage.records.push(key);
  }
  return small;
}

async function* scan(store: Store, prefix: string): AsyncGenerator<[string, Uint8Array]> {
  let { gte, lt } = underPrefix(prefix);
  for (;;) {
    const page = await store.range({ gte, lt, limit: SCAN });
    yield* page;
    const end = page.at(-1)?.[0];
    if (end === undefined || page.length < SCAN) return;
    gte = `${end}\0`;
  }
}

function splitOnce(text: string): [string, string] {
  const at = text.indexOf('/');
  return [text.slice(0, at), text.slice(at + 1)];
}

/**
 * Without a head nobody knows what was counted or fed: the ledgers begin anew with what the journal still holds.
 * Returns what has to be written.
 */
async function recountArrival(journal: Journal, small: Small, damage: Damage): Promise<StoreOp[]> {
  const forgotten = [...small.feed.keys()].map(
    (pipeline): StoreOp => ({ type: 'del', key: countersKey('feed', pipeline) }),
  );
  small.arrival.clear();
  small.feed.clear();
  for await (const { batches } of journal.read(journal.last, (key) => damage.records.push(key)))
    for (const { pipeline, count } of batches) {
      const before = small.arrival.get(pipeline) ?? emptyCounters();
      small.arrival.set(pipeline, { ...before, received: before.received + count });
    }
  const counted = [...small.arrival].map(
    ([pipeline, counters]): StoreOp => ({
      type: 'put',
      key: countersKey('arrival', pipeline),
      value: sealJson(counters),
    }),
  );
  return [...forgotten, ...counted];
}

/**
 * What was journaled, and neither fed nor is there any more, was lost to damage: rejected{corrupt}. Where arrival's own
 * counters are gone, what is known to have been journaled takes their place. Returns what has to be written.
 */
function countLost(journal: Journal, head: Head, small: Small, damage: Damage): StoreOp[] {
  const waiting = journal.rows(head.fedThrough + 1, journal.last);
  const ops: StoreOp[] = [];
  const known = addCounts(head.fedRows, waiting);
  for (const pipeline of new Set([...small.arrival.keys(), ...Object.keys(known)])) {
    const arrival = small.arrival.get(pipeline) ?? { ...emptyCounters(), received: known[pipeline] ?? 0 };
    const rejected = Object.values(arrival.rejected).reduce((sum, n) => sum + n, 0);
    const lost = arrival.received - rejected - (known[pipeline] ?? 0);
    if (lost <= 0 && small.arrival.has(pipeline)) continue;
    if (lost > 0) damage.samples += lost;
    const counted = { ...arrival, rejected: addCounts(arrival.rejected, { corrupt: Math.max(0, lost) }) };
    small.arrival.set(pipeline, counted);
    ops.push({ type: 'put', key: countersKey('arrival', pipeline), value: sealJson(counted) });
  }
  return ops;
}

/** A lost head's sketches keep their numbers in the store and count from 1 in the new epoch. */
function withSketches(head: Head, sketches: Small['sketches']): Head {
  const [first, last] = [sketches[0], sketches.at(-1)];
  if (!first || !last) return head;
  const before = first.seq - 1;
  return { ...head, sketch: { last: last.seq, cursor: before, offset: before, dropped: 0 } };
}

/** Makes durable what opening decided, with one alert where anything was damaged. */
async function firstCommit(
  state: OutboxState,
  fresh: boolean,
  ops: readonly StoreOp[],
  damage: Damage,
  setAside: string | undefined,
): Promise<void> {
  const { headLost, holes, records, samples } = damage;
  const damaged = headLost || holes.length > 0 || records.length > 0 || samples > 0 || setAside !== undefined;
  if (!fresh && !damaged && ops.length === 0) return;
  const message = describe(damage, setAside);
  const episode = `damage-${toHex(state.random.bytes(8))}`;
  if (damaged) state.log('error', 'outbox', message, { holes, records: records.slice(0, 20) });
  const plan = planAlerts(state, state.head, damaged ? [state.agentAlert(episode, message)] : []);
  const deletions = records.map((key): StoreOp => ({ type: 'del', key }));
  await state.commit('outbox.open', { ...plan, ops: [...deletions, ...ops, ...plan.ops] });
}

function describe({ headLost, holes, records, samples }: Damage, setAside: string | undefined): string {
  const lost = holes.reduce((sum, hole) => sum + hole.records, 0);
  return [
    'outbox: damage found at start',
    ...(setAside === undefined
      ? []
      : [
          `the database was corrupt and lies in ${setAside} with what no control plane had yet, a new epoch began`,
        ]),
    ...(headLost ? ['its head was lost, a new epoch began'] : []),
    ...(holes.length > 0
      ? [`${lost} records in ${holes.length} ranges of sequence numbers are counted as evicted`]
      : []),
    ...(samples > 0 ? [`${samples} samples of the journal are counted as rejected{corrupt}`] : []),
    ...(records.length > 0 ? [`${records.length} other records could not be read`] : []),
  ].join('; ');
}
