// A crash at any commit changes nothing: results, alerts and counters are those of a run that was never interrupted.
import { resultId } from '@skerry/proto/ids';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import { expect, test } from 'vitest';
import type { Pipeline } from './pipeline.ts';
import { DIGEST, drain, rowsOf, seeded, testConfig, testPipeline, testRelease } from './test-pipeline.ts';
import type { Concluded, DeviceState, SampleBatch, SampleCounters } from './types.ts';

/** One journal entry: one or two batches, and whether silence follows it. */
interface Entry {
  batches: SampleBatch[];
  silent: boolean;
}

interface Commit {
  concluded: Concluded;
  states: DeviceState[];
  counters: SampleCounters;
  trimBelow: number;
}

const CHANNELS = ['a', 'b'];

function draw(seed: number) {
  const random = seeded(seed);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]!;
  const length = pick([1, 3, 5]);
  const release = testRelease(
    {
      channels: CHANNELS.map((name) => ({ name })),
      rate: pick(['1Hz', '3Hz', 'any']),
      length,
      hop: 1 + Math.floor(random() * length),
      missing: pick(['interpolate', 'previous']),
      maxGap: pick(['1s', '4s']),
      lateness: pick(['0s', '2s']),
    },
    {
      output: [
        { name: 'score', tensor: 'score', kind: 'anomaly-score', threshold: 60, sustain: 2 },
        { name: 'attribution', tensor: 'attribution', kind: 'attribution' },
      ],
      rules: [{ when: 'score > threshold for 2 windows', do: [{ publish: 'stop/{device}' }] }],
    },
  );
  const limits = { maxDevices: 3, maxOpenSamples: pick([5, 9, 1000]), maxBatch: pick([1, 3, 512]) };
  const clocks = [50, 50, 50, 50];
  const entries = Array.from({ length: 25 }, (): Entry => {
    const batches = Array.from({ length: random() < 0.1 ? 2 : 1 }, () => {
      const rows = Array.from({ length: 1 + Math.floor(random() * 8) }, () => row(random, clocks));
      return rowsOf(rows);
    });
    return { batches, silent: random() < 0.06 };
  });
  return { release, limits, entries };
}

function row(random: () => number, clocks: number[]): [string, number, number, number] {
  const device = Math.floor(random() * clocks.length); // one device more than there is room for
  clocks[device]! += random() < 0.05 ? 12 : random() * 1.5;
  const time = Math.round((clocks[device]! - (random() < 0.2 ? random() * 5 : 0)) * 3) / 3;
  const value = () => (random() < 0.2 ? Number.NaN : Math.floor(random() * 100));
  const [a, b] = [value(), value()];
  return [`d${device}`, time, Number.isNaN(a) && Number.isNaN(b) ? 3 : a, b];
}

type Drawn = ReturnType<typeof draw>;

function fresh({ release, limits }: Drawn): Pipeline {
  const channels = Object.fromEntries(CHANNELS.map((name) => [name, name]));
  const pipeline = testPipeline(nodeCrypto, testConfig({ channels }), { limits });
  pipeline.setRelease(release, DIGEST, 'test@1.0.0');
  return pipeline;
}

function step(pipeline: Pipeline, entry: Entry, seq: number): Commit {
  for (const batch of entry.batches) pipeline.feed(batch, seq, seq, 'live');
  const concluded = drain(pipeline);
  for (
    let next = entry.silent ? pipeline.tick(1e9) : undefined;
    next !== undefined;
    next = pipeline.tick(1e9)
  )
    addTo(concluded, drain(pipeline));
  addTo(concluded, drain(pipeline));
  // Which of several silent devices closes first is nobody's promise; the order within a device is.
  concluded.rows.sort((x, y) => x.device.localeCompare(y.device));
  concluded.alerts.sort((x, y) => x.device!.localeCompare(y.device!));
  concluded.actions.sort((x, y) => x.topic.localeCompare(y.topic));
  const trimBelow = pipeline.oldestOpenJournal() ?? seq + 1;
  return { concluded, states: pipeline.dirtyStates(), counters: pipeline.counters(), trimBelow };
}

function addTo(all: Concluded, more: Concluded): void {
  all.rows.push(...more.rows);
  all.alerts.push(...more.alerts);
  all.actions.push(...more.actions);
}

/** What the store holds after a commit, and a start from it. */
class Disk {
  readonly states = new Map<string, DeviceState>();
  readonly journal = new Map<number, readonly SampleBatch[]>();
  counters: SampleCounters | undefined;

  commit({ states, counters, trimBelow }: Commit, seq: number, { batches }: Entry): void {
    this.#put(states);
    this.counters = counters;
    this.journal.set(seq, batches);
    for (const entry of this.journal.keys()) if (entry < trimBelow) this.journal.delete(entry);
  }

  /** Entries first..last written anew as one, in one batch with the states that this changes. */
  carry(pipeline: Pipeline, first: number, last: number): void {
    const batch = pipeline.carry(first, last);
    for (let seq = first; seq <= last; seq++) this.journal.delete(seq);
    if (batch) this.journal.set(last, [batch]);
    this.#put(pipeline.dirtyStates());
  }

  start(drawn: Drawn): Pipeline {
    const pipeline = fresh(drawn);
    pipeline.restore([...this.states.values()], this.counters);
    for (const [seq, batches] of [...this.journal].sort(([a], [b]) => a - b))
      for (const batch of batches) pipeline.feed(batch, seq, 0, 'rebuild');
    return pipeline;
  }

  #put(states: readonly DeviceState[]): void {
    for (const state of states) this.states.set(state.device, { ...state, bytes: state.bytes.slice() });
  }
}

function uninterrupted(drawn: Drawn): Commit[] {
  const pipeline = fresh(drawn);
  return drawn.entries.map((entry, seq) => step(pipeline, entry, seq));
}

test('restarted after every single commit, 150 random streams come out as if nothing had happened', () => {
  let results = 0;
  const rejected = new Set<string>();
  for (let seed = 1; seed <= 150; seed++) {
    const drawn = draw(seed);
    const expected = uninterrupted(drawn);
    const disk = new Disk();
    drawn.entries.forEach((entry, seq) => {
      const pipeline = seq === 0 ? fresh(drawn) : disk.start(drawn);
      const commit = step(pipeline, entry, seq);
      const { states: _, ...rest } = expected[seq]!;
      expect(commit, `seed ${seed}, entry ${seq}`).toMatchObject(rest);
      disk.commit(commit, seq, entry);
      results += commit.concluded.rows.length;
      for (const reason of Object.keys(commit.counters.rejected)) rejected.add(reason);
    });
  }
  // The streams are worth something only if everything happens in them.
  expect(results).toBeGreaterThan(1000);
  expect([...rejected].sort()).toEqual(['conflict', 'devices', 'duplicate', 'late', 'overflow']);
});

test('after one crash at any commit the rest of the run is the same', () => {
  for (let seed = 200; seed < 215; seed++) {
    const drawn = draw(seed);
    const expected = uninterrupted(drawn);
    for (let crash = 1; crash < drawn.entries.length; crash++) {
      const disk = new Disk();
      for (const [seq, commit] of expected.slice(0, crash).entries())
        disk.commit(commit, seq, drawn.entries[seq]!);
      const pipeline = disk.start(drawn);
      for (let seq = crash; seq < drawn.entries.length; seq++) {
        const { states: _, ...rest } = expected[seq]!;
        expect(step(pipeline, drawn.entries[seq]!, seq), `seed ${seed}, crash ${crash}`).toMatchObject(rest);
      }
    }
  }
});

test('open samples written anew at any time, into any entry, and crashes at any commit change no result and no sum', () => {
  const seen = { results: 0, carried: 0, crashes: 0 };
  for (let seed = 400; seed < 600; seed++) {
    const drawn = draw(seed);
    const expected = uninterrupted(drawn);
    const random = seeded(seed * 7);
    const below = (n: number): number => Math.floor(random() * n);
    const disk = new Disk();
    let pipeline = fresh(drawn);
    for (const [seq, entry] of drawn.entries.entries()) {
      const commit = step(pipeline, entry, seq);
      const { states: _, trimBelow: __, ...rest } = expected[seq]!;
      expect(commit, `seed ${seed}, entry ${seq}`).toMatchObject(rest);
      disk.commit(commit, seq, entry);
      seen.results += commit.concluded.rows.length;
      for (let times = below(3); times > 0; times--) {
        const [a, b] = [below(seq + 1), below(seq + 1)];
        disk.carry(pipeline, Math.min(a, b), Math.max(a, b));
        const open = [...disk.journal.keys()].filter((n) => pipeline.openIn(n) > 0);
        expect(pipeline.oldestOpenJournal()).toBe(open.length > 0 ? Math.min(...open) : undefined);
        seen.carried++;
      }
      if (random() < 0.5) {
        pipeline = disk.start(drawn);
        seen.crashes++;
      }
    }
  }
  expect(Math.min(seen.results, seen.carried, seen.crashes)).toBeGreaterThan(1000);
});

test('every sample stands in exactly one term of the ledger, and no window has two results', () => {
  for (let seed = 300; seed < 330; seed++) {
    const drawn = draw(seed);
    const commits = uninterrupted(drawn);
    const fed = drawn.entries.reduce((sum, e) => sum + e.batches.reduce((n, batch) => n + batch.count, 0), 0);
    const { rejected, used, gap, skipped } = commits.at(-1)!.counters;
    const open = fed - used - gap - skipped - Object.values(rejected).reduce((sum, count) => sum + count, 0);
    expect(open).toBeGreaterThanOrEqual(0);
    const ids = commits.flatMap((c) =>
      c.concluded.rows.map((r) => resultId(nodeCrypto, { agent: 'agent-1', ...r })),
    );
    expect(new Set(ids).size).toBe(ids.length);
  }
});
