import { gzipSync, zstdCompressSync } from 'node:zlib';
import { crc32c } from '@skerry/proto/crc32c';
import { encode, skerry, v1 } from '@skerry/proto/wire';
import { describe, expect, test } from 'vitest';
import { createWorld, START_MS, testRow, type World } from '../../node/testing.ts';

const ALERT = skerry.v1.BlockKind.BLOCK_KIND_ALERTS;

function held(world: World): number {
  return world.shards[0]!.counts().counters.results_ingested;
}

function ids(world: World): string[] {
  return world.shards[0]!.results({ order: 'asc', limit: 1000 }).map((r) => String(r.json.id));
}

describe('sync', () => {
  test('[SY1] a batch resent after a lost answer is accepted once', () => {
    const world = createWorld();
    const agent = world.agent('a');
    agent.produce([testRow(0), testRow(4)]);
    agent.exchange();
    agent.produce([testRow(8)]);
    const answer = agent.sync();
    expect(held(world)).toBe(3);
    expect(answer.acks.find((a) => a.lane === skerry.v1.Lane.LANE_RESULT)?.cursor).toBe(2);
    expect(agent.blocks).toEqual([]);
    expect(new Set(ids(world)).size).toBe(3);
  });

  test('[SY2] a block out of order waits; the cursor names only what is contiguous', () => {
    const world = createWorld();
    const agent = world.agent('a');
    for (let i = 0; i < 3; i++) agent.produce([testRow(4 * i)]);
    const second = agent.blocks.splice(1, 1)[0]!;
    const answer = agent.exchange();
    expect(answer.acks.find((a) => a.lane === skerry.v1.Lane.LANE_RESULT)?.cursor).toBe(1);
    agent.blocks.splice(1, 0, second);
    agent.sync();
    expect(held(world)).toBe(3);
  });

  test('[SY3] other bytes under a held number are an epoch conflict, and nothing of them is kept', () => {
    const world = createWorld();
    const agent = world.agent('a');
    agent.produce([testRow(0)]);
    agent.exchange();
    agent.blocks = [];
    const twin = world.agent('a');
    twin.produce([testRow(100)]);
    const answer = twin.sync();
    expect(answer.acks.find((a) => a.lane === skerry.v1.Lane.LANE_RESULT)).toMatchObject({
      epochConflict: true,
      cursor: 1,
    });
    expect(held(world)).toBe(1);
    expect(world.shards[0]!.alerts({ open: true, limit: 10 })[0]?.kind).toBe('server');
  });

  test('[SY4] a result id is held once, also when it comes again under a new epoch', () => {
    const world = createWorld();
    const agent = world.agent('a');
    agent.produce([testRow(0), testRow(4)]);
    agent.sync();
    const reborn = world.agent('a');
    reborn.epoch = new Uint8Array(16).fill(9);
    reborn.produce([testRow(4), testRow(8)]);
    reborn.sync();
    expect(held(world)).toBe(3);
    expect(world.shards[0]!.counts().counters.results_duplicate).toBe(1);
    expect(new Set(ids(world)).size).toBe(ids(world).length);
    expect(ids(world)).toHaveLength(3);
  });

  test('[SY4] a window below the newest that is not held yet is new, not a duplicate', () => {
    const world = createWorld();
    const agent = world.agent('a');
    agent.produce([testRow(1_000)]);
    agent.sync();
    agent.produce([testRow(0), testRow(4), testRow(0)]);
    agent.sync();
    expect(held(world)).toBe(3);
    const reborn = world.agent('a');
    reborn.epoch = new Uint8Array(16).fill(9);
    reborn.produce([testRow(4), testRow(8), testRow(1_000), testRow(1_004)]);
    reborn.sync();
    expect(world.shards[0]!.counts().counters).toMatchObject({ results_ingested: 5, results_duplicate: 3 });
    expect(new Set(ids(world)).size).toBe(5);
    expect(ids(world)).toHaveLength(5);
    expect(world.shards[0]!.devices({ limit: 10 })[0]?.lastFromUs).toBe(testRow(1_004).fromUs);
  });

  test('[SY5] columns that cannot be read are kept aside, counted, and do not hold up the lane', () => {
    const world = createWorld();
    const agent = world.agent('a');
    agent.append('result', skerry.v1.BlockKind.BLOCK_KIND_RESULTS, 2, new Uint8Array([255, 1, 2]));
    agent.produce([testRow(0)]);
    agent.sync();
    expect(agent.blocks).toEqual([]);
    expect(world.shards[0]!.counts().counters).toMatchObject({
      results_ingested: 1,
      results_quarantined: 2,
      blocks_quarantined: 1,
    });
    expect(world.shards[0]!.alerts({ open: true, limit: 10 })).toHaveLength(1);
  });

  test('[SY5] a small block that stands for millions of rows, or of outputs, is kept aside before they are made', () => {
    const world = createWorld();
    const agent = world.agent('a');
    const zeros = new Array<number>(21_000).fill(0);
    const many = encode(v1.ResultColumns, { fromDeltaUs: zeros });
    const wide = encode(v1.ResultColumns, { outputs: zeros.slice(0, 65).map(() => ({ name: 'x' })) });
    for (const columns of [many, wide])
      agent.append('result', skerry.v1.BlockKind.BLOCK_KIND_RESULTS, 1, columns);
    agent.append('alert', ALERT, 1, encode(v1.AlertList, { alerts: [{ episode: 'e'.repeat(10_000) }] }));
    agent.sync();
    expect(agent.blocks).toEqual([]);
    expect(world.shards[0]!.counts().counters).toMatchObject({ blocks_quarantined: 3, alerts_ingested: 0 });
    expect(JSON.stringify(world.shards[0]!.alerts({ open: true, limit: 10 }))).toContain('too many rows');
  });

  test('[SY12] an exchange with blocks of ever so many epochs is refused whole', () => {
    const world = createWorld();
    const agent = world.agent('a');
    for (let i = 0; i < 20; i++) {
      agent.epoch = new Uint8Array(16).fill(i);
      agent.produce([testRow(i)]);
    }
    expect(() => agent.exchange()).toThrow(/lanes/);
    expect(held(world)).toBe(0);
  });

  test('[SY6] a wrong checksum is refused once, and taken as bad where the same bytes come again', () => {
    const world = createWorld();
    const agent = world.agent('a');
    agent.produce([testRow(0)]);
    agent.blocks[0]!.crc32c = 1;
    expect(Number(agent.sync().acks.find((a) => a.lane === skerry.v1.Lane.LANE_RESULT)?.cursor)).toBe(0);
    expect(agent.blocks).toHaveLength(1);
    agent.sync();
    expect(agent.blocks).toEqual([]);
    expect(world.shards[0]!.counts().counters).toMatchObject({ results_ingested: 0, blocks_quarantined: 1 });
  });

  test('[SY7] a tombstone over blocks that are held is answered with the ranges held', () => {
    const world = createWorld();
    const agent = world.agent('a');
    for (let i = 0; i < 5; i++) agent.produce([testRow(4 * i)]);
    const [, , third] = agent.blocks;
    agent.blocks = agent.blocks.slice(0, 4);
    agent.exchange();
    const columns = encode(v1.Tombstone, { reason: 'space' });
    agent.blocks = [
      {
        ...third,
        seqLast: 5,
        kind: skerry.v1.BlockKind.BLOCK_KIND_TOMBSTONE,
        count: 3,
        columns,
        crc32c: 0,
      },
    ];
    agent.blocks[0]!.crc32c = crc32c(columns);
    const answer = agent.exchange();
    expect(answer.held.map((h) => [h.firstPending, h.last])).toEqual([[3, 4]]);
    expect(answer.acks.find((a) => a.lane === skerry.v1.Lane.LANE_RESULT)?.cursor).toBe(5);
    expect(agent.sync().held).toEqual(answer.held);
    expect(held(world)).toBe(4);
  });

  test('[SY8] compressed blocks are read and stored as they came', () => {
    const world = createWorld();
    const agent = world.agent('a');
    agent.produce([testRow(0)], (bytes) => ({ codec: skerry.v1.Codec.CODEC_GZIP, columns: gzipSync(bytes) }));
    agent.produce([testRow(4)], (bytes) => ({
      codec: skerry.v1.Codec.CODEC_ZSTD,
      columns: zstdCompressSync(bytes),
    }));
    agent.sync();
    expect(held(world)).toBe(2);
    expect(ids(world)).toHaveLength(2);
  });

  test('[SY9] where this server lost what it once acknowledged, the lane goes on and the hole is on record', () => {
    const world = createWorld();
    const agent = world.agent('a');
    for (let i = 0; i < 4; i++) agent.produce([testRow(4 * i)]);
    agent.blocks = agent.blocks.slice(2);
    agent.sync();
    expect(agent.blocks).toEqual([]);
    expect(held(world)).toBe(2);
    expect(world.shards[0]!.alerts({ open: true, limit: 10 })[0]?.episode).toMatch(/^hole:/);
  });

  test('[SY10] an alert event that comes twice stands once, and what was cleared stays cleared', () => {
    const world = createWorld();
    const agent = world.agent('a');
    const event = (state: skerry.v1.EpisodeState, wallMs: number) => ({
      episode: 'e1',
      state,
      kind: 'anomaly',
      pipeline: 'p',
      device: 'd',
      wallMs,
      value: 0.9,
      threshold: 0.5,
    });
    const open = encode(v1.AlertList, { alerts: [event(skerry.v1.EpisodeState.EPISODE_STATE_OPEN, 10)] });
    agent.append('alert', ALERT, 1, open);
    agent.append(
      'alert',
      ALERT,
      1,
      encode(v1.AlertList, { alerts: [event(skerry.v1.EpisodeState.EPISODE_STATE_CLEARED, 20)] }),
    );
    agent.sync();
    agent.epoch = new Uint8Array(16).fill(3);
    const again = world.agent('a');
    again.epoch = agent.epoch;
    again.append('alert', ALERT, 1, open);
    again.sync();
    const alerts = world.shards[0]!.alerts({ open: false, limit: 10 });
    expect(alerts).toHaveLength(1);
    expect(alerts[0]).toMatchObject({ state: 'cleared', openedMs: 10, updatedMs: 20 });
    expect(world.shards[0]!.counts().counters.alerts_ingested).toBe(2);
  });

  test('[SY11] a request that was delayed on its way does not undo a newer report', () => {
    const world = createWorld();
    const agent = world.agent('a');
    const old = agent.request();
    world.clock.nowMs += 60_000;
    agent.pipeline.release = 'press@2.0.0';
    agent.sync();
    world.shardFor('a').sync('a', old);
    expect(world.shardFor('a').agent('a').pipelines[0]?.release).toBe('press@2.0.0');
  });

  test('[SY12] a malformed request is refused by name and keeps nothing', () => {
    const world = createWorld();
    world.agent('a');
    expect(() => world.shardFor('a').sync('a', new Uint8Array([255, 255]))).toThrow(/malformed/);
    expect(() => world.shardFor('b').sync('b', world.agent('a').request())).toThrow(/not enrolled/);
  });

  test('[SY13] sketches are stored once and acknowledged', () => {
    const world = createWorld();
    const agent = world.agent('a');
    const sketch = (seq: number, counts: number[]) => ({
      pipeline: 'p',
      device: `d${seq}`,
      releaseDigest: 'x',
      signal: 'value',
      counts,
      n: 3,
      seq,
      toUs: seq,
      level: skerry.v1.DriftLevel.DRIFT_LEVEL_OK,
    });
    agent.sketches = [sketch(1, [1, 2]), sketch(2, [3, 0])];
    agent.exchange();
    agent.sync();
    expect(agent.sketches).toEqual([]);
    agent.sketches = [sketch(3, new Array<number>(2_000).fill(1))];
    agent.sync();
    expect(agent.sketches).toEqual([]);
    expect(world.shards[0]!.counts().counters.sketches_refused).toBe(1);
    expect(world.shards[0]!.drift({})).toMatchObject([{ signal: 'value', counts: [4, 2], n: 6 }]);
  });

  test('[SY14] when an epoch ends, what it had pending is unknown, never delivered', () => {
    const world = createWorld();
    const agent = world.agent('a');
    agent.ledger = {
      epoch: agent.epoch,
      results: { produced: 10, delivered: 6, pending: 4 },
      samples: [{ pipeline: 'p', received: 5, used: 5 }],
    };
    agent.sync();
    agent.epoch = new Uint8Array(16).fill(4);
    agent.ledger = { epoch: agent.epoch, results: { produced: 0 } };
    agent.sync();
    const ledgers = world.shards[0]!.ledgers({ limit: 10 });
    expect(ledgers.find((l) => !l.current)).toMatchObject({ unknown: 4, addsUp: true });
    expect(ledgers.find((l) => l.current)).toMatchObject({ unknown: 0 });
  });

  test('[SY14] a request of an ended epoch that arrives late ends the present one for no longer than until the next', () => {
    const world = createWorld();
    const agent = world.agent('a');
    agent.ledger = { epoch: agent.epoch, results: { produced: 10, delivered: 6, pending: 4 } };
    const late = agent.request();
    agent.sync();
    agent.epoch = new Uint8Array(16).fill(4);
    agent.ledger = { epoch: agent.epoch, results: { produced: 3, pending: 3 } };
    agent.sync();
    world.shardFor('a').sync('a', late);
    agent.sync();
    const ledgers = world.shards[0]!.ledgers({ limit: 10 });
    expect(ledgers.filter((l) => l.current)).toMatchObject([{ unknown: 0, results: { pending: 3 } }]);
    expect(ledgers.filter((l) => !l.current)).toMatchObject([{ unknown: 4 }]);
  });

  test('[SY14] an agent that begins ever new epochs has the ledgers of the newest', () => {
    const world = createWorld();
    const agent = world.agent('a');
    for (let i = 1; i <= 100; i++) {
      world.clock.nowMs += 1_000;
      agent.epoch = new Uint8Array(16).fill(i);
      agent.ledger = { epoch: agent.epoch, results: { produced: i, delivered: i } };
      agent.sync();
    }
    const ledgers = world.shards[0]!.ledgers({ limit: 1_000 });
    expect(ledgers).toHaveLength(64);
    expect(Math.min(...ledgers.map((l) => l.results.produced))).toBe(37);
  });
});

describe('results', () => {
  test('[RS1] pages join exactly, whatever the blocks and the order', () => {
    const world = createWorld();
    const agent = world.agent('a');
    // Two devices in blocks that overlap in time.
    for (let block = 0; block < 10; block++)
      agent.produce(
        [0, 1, 2].flatMap((i) => [
          testRow(30 * block + 10 * i, { device: 'd1' }),
          testRow(30 * block + 10 * i - 25, { device: 'd2' }),
        ]),
      );
    agent.sync();
    for (const order of ['asc', 'desc'] as const) {
      const all = world.shards[0]!.results({ order, limit: 1000 });
      expect(all).toHaveLength(60);
      const times = all.map((r) => r.fromUs);
      expect(times).toEqual([...times].sort((a, b) => (order === 'asc' ? a - b : b - a)));
      const paged: string[] = [];
      let cursor: { fromUs: number; key: string } | undefined;
      for (;;) {
        const page = world.shards[0]!.results({ order, limit: 7, ...(cursor && { cursor }) });
        if (page.length === 0) break;
        paged.push(...page.map((r) => String(r.json.id)));
        cursor = page.at(-1)!;
      }
      expect(paged).toEqual(all.map((r) => r.json.id));
    }
  });

  test('[RS2] a question narrows by device and time', () => {
    const world = createWorld();
    const agent = world.agent('a');
    agent.produce([testRow(0), testRow(4), testRow(4, { device: 'e' }), testRow(8)]);
    agent.sync();
    const found = world.shards[0]!.results({
      device: 'd',
      fromUs: START_MS * 1000 + 4_000_000,
      toUs: START_MS * 1000 + 8_000_000,
      order: 'desc',
      limit: 10,
    });
    expect(found.map((r) => [r.json.device, r.json.from])).toEqual([['d', '2026-11-20T09:00:04.000Z']]);
  });
});
