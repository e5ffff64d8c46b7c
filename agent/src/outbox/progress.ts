/** Plans the batches that add something: results, alerts, sketches, and all that becomes true with them. */

import type { ResultRow } from '@skerry/proto/results';
import { encode, type skerry, v1 } from '@skerry/proto/wire';
import type { StoreOp } from '../ports.ts';
import { encodeStored } from './block-codec.ts';
import { type Packed, packAlerts, packRows, partByNormal, partByPriority } from './blocks.ts';
import { addCounters, emptyCounters, feedPart } from './counters.ts';
import { type Head, withLane } from './head.ts';
import { liveEntry } from './journal.ts';
import { encodeJournal } from './journal-codec.ts';
import { blockKey, countersKey, deviceKey, journalKey, sketchKey } from './keys.ts';
import { type Entry, entryOf } from './lane-index.ts';
import { addCounts, produced } from './ledger.ts';
import { seal, sealJson } from './sealed.ts';
import type { Change, OutboxState } from './state.ts';
import type { LaneName, Progress } from './types.ts';

const SKETCH_KEY_BYTES = 18;

/** The batch of one step of progress. */
export function planProgress(state: OutboxState, progress: Progress): Change {
  const results = packResults(state, progress.rows);
  const alerts = packAllAlerts(state, progress.alerts);
  const withResults = addBlocks(state, state.head, 'result', results);
  const withAlerts = addBlocks(state, withResults.head, 'alert', alerts);
  const withSketches = addSketches(state, withAlerts.head, progress.sketches);
  const fedThrough = Math.max(state.head.fedThrough, progress.fedThrough);
  const fedNow = state.journal.rows(state.head.fedThrough + 1, fedThrough);
  const journal = planJournal(state, progress);
  const states = stateOps(progress);
  const counters = progress.counters.map((c) => ({ pipeline: c.pipeline, part: feedPart(c.counters) }));
  return {
    head: { ...withSketches.head, fedThrough, fedRows: addCounts(state.head.fedRows, fedNow) },
    ops: [
      ...withResults.ops,
      ...withAlerts.ops,
      ...withSketches.ops,
      ...states,
      ...counters.map(
        ({ pipeline, part }): StoreOp => ({
          type: 'put',
          key: countersKey('feed', pipeline),
          value: sealJson(part),
        }),
      ),
      ...journal.ops,
      ...(progress.evidence?.ops ?? []),
    ],
    apply() {
      withResults.apply();
      withAlerts.apply();
      withSketches.apply();
      for (const op of states)
        if (op.type === 'put') state.noteState(op.key, op.key.length + op.value.length);
      for (const { pipeline, part } of counters) state.feed.set(pipeline, addCounters(emptyCounters(), part));
      journal.apply();
      progress.evidence?.committed();
    },
  };
}

/** Trims what no window needs any more, and writes anew what was carried over. */
function planJournal(state: OutboxState, progress: Progress): { ops: StoreOp[]; apply: () => void } {
  const { journal } = state;
  const last = Math.min(progress.trimBelow - 1, progress.fedThrough);
  const gone = new Set(journal.within(0, last));
  const { carried } = progress;
  if (carried) for (const seq of journal.within(carried.first, carried.last)) gone.add(seq);
  const ops = [...gone].map((seq): StoreOp => ({ type: 'del', key: journalKey(seq) }));
  const value = carried && carried.batches.length > 0 ? encodeJournal(carried.batches) : undefined;
  if (carried && value) ops.push({ type: 'put', key: journalKey(carried.last), value });
  return {
    ops,
    apply() {
      journal.replace(0, last);
      if (!carried) return;
      const entry = value && liveEntry(carried.last, value, carried.batches);
      journal.replace(carried.first, carried.last, entry);
    },
  };
}

/** The batch that adds alert records alone, to `head`. */
export function planAlerts(
  state: OutboxState,
  head: Head,
  alerts: readonly skerry.v1.IAlertRecord[],
): Change {
  return addBlocks(state, head, 'alert', packAllAlerts(state, alerts));
}

function packLimits(state: OutboxState): { maxRecords: number; maxBytes: number } {
  return { maxRecords: state.limits.blockMaxRecords, maxBytes: state.limits.blockMaxBytes };
}

function packResults(state: OutboxState, rows: readonly ResultRow[]): Packed[] {
  const { compression, limits } = state;
  return partByPriority(rows, limits.priorityOf).flatMap(({ priority, records }) => {
    const { normal, other } = partByNormal(records);
    return [
      ...packRows(normal, { normal: true, priority }, packLimits(state), compression),
      ...packRows(other, { normal: false, priority }, packLimits(state), compression),
    ];
  });
}

function packAllAlerts(state: OutboxState, alerts: readonly skerry.v1.IAlertRecord[]): Packed[] {
  return partByPriority(alerts, state.limits.priorityOf).flatMap(({ priority, records }) =>
    packAlerts(records, priority, packLimits(state), state.compression),
  );
}

function addBlocks(state: OutboxState, head: Head, lane: LaneName, packed: readonly Packed[]): Change {
  const ops: StoreOp[] = [];
  const entries: Entry[] = [];
  let { last, ledger } = head.lanes[lane];
  const { base } = head.lanes[lane];
  for (const block of packed) {
    const seq = ++last;
    const stored = {
      ...block,
      seq,
      seqLast: seq,
      before: base + ledger.produced,
      bornMs: Math.round(state.poweredMs()),
      runs: [],
    };
    const value = encodeStored(stored);
    ops.push({ type: 'put', key: blockKey(lane, seq), value });
    entries.push(entryOf(stored, value.length, false));
    ledger = produced(ledger, block.count, block.decisions);
  }
  return {
    head: withLane(head, lane, { last, ledger }),
    ops,
    apply() {
      for (const entry of entries) state.lanes[lane].push(entry);
    },
  };
}

function addSketches(state: OutboxState, head: Head, sketches: readonly skerry.v1.IDriftSketch[]): Change {
  let { last, dropped } = head.sketch;
  const ops: StoreOp[] = [];
  const added: { seq: number; sizeBytes: number }[] = [];
  for (const sketch of sketches) {
    const seq = ++last;
    const value = seal(encode(v1.DriftSketch, { ...sketch, seq: 0 }));
    ops.push({ type: 'put', key: sketchKey(seq), value });
    added.push({ seq, sizeBytes: SKETCH_KEY_BYTES + value.length });
  }
  const excess = Math.max(0, state.sketches.length + added.length - state.limits.maxSketches);
  const gone = [...state.sketches, ...added].slice(0, excess);
  for (const { seq } of gone) ops.push({ type: 'del', key: sketchKey(seq) });
  dropped += gone.length;
  return {
    head: { ...head, sketch: { ...head.sketch, last, dropped } },
    ops,
    apply() {
      state.sketches.push(...added);
      state.sketches.splice(0, excess);
    },
  };
}

function stateOps(progress: Progress): StoreOp[] {
  return progress.deviceStates.flatMap(({ pipeline, states }) =>
    states.map(
      ({ device, bytes }): StoreOp => ({ type: 'put', key: deviceKey(pipeline, device), value: seal(bytes) }),
    ),
  );
}
