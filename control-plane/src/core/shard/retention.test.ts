import { encode, skerry, v1 } from '@skerry/proto/wire';
import { describe, expect, test } from 'vitest';
import { createWorld, testRow, type World } from '../../node/testing.ts';
import { DEFAULT_RETENTION_MS } from './retention.ts';

const DAY_MS = 86_400_000;

function rows(world: World, table: string): number {
  return world.files.get('shard-0')!.all<{ n: number }>(`SELECT count(*) AS n FROM ${table}`)[0]!.n;
}

function alert(episode: string, state: skerry.v1.EpisodeState, wallMs: number): Uint8Array {
  return encode(v1.AlertList, { alerts: [{ episode, state, wallMs, kind: 'anomaly' }] });
}

describe('retention', () => {
  test('[RT1] results past it are let go, with their index, and the counters go on telling what came', () => {
    const world = createWorld();
    const agent = world.agent('a');
    const shard = world.shardFor('a');
    agent.produce([testRow(0), testRow(4)]);
    agent.sync();
    world.clock.nowMs += DEFAULT_RETENTION_MS - DAY_MS;
    agent.produce([testRow(8)]);
    agent.sync();
    agent.sync();
    world.clock.nowMs += 2 * DAY_MS;
    shard.alarm();
    expect(shard.results({ order: 'asc', limit: 10 })).toHaveLength(1);
    expect(rows(world, 'block')).toBe(1);
    expect(rows(world, 'block_stream')).toBe(1);
    expect(shard.counts().counters).toMatchObject({
      results_ingested: 3,
      results_expired: 2,
      blocks_expired: 1,
    });
    expect(world.alarms.get('shard-0')).toBeGreaterThan(world.clock.nowMs);
  });

  test('[RT2] nothing is let go that its agent may send again', () => {
    const world = createWorld();
    const agent = world.agent('a');
    const shard = world.shardFor('a');
    agent.produce([testRow(0)]);
    agent.exchange();
    world.clock.nowMs += 2 * DEFAULT_RETENTION_MS;
    shard.alarm();
    expect(shard.counts().counters.blocks_expired).toBe(0);
    agent.sync();
    expect(shard.counts().counters).toMatchObject({ results_ingested: 1, epoch_conflicts: 0 });
    agent.sync();
    shard.alarm();
    expect(shard.counts().counters).toMatchObject({ results_expired: 1 });
  });

  test('[RT3] a block offered again after it was let go is one that was held, and no conflict', () => {
    const world = createWorld();
    const agent = world.agent('a');
    const shard = world.shardFor('a');
    agent.produce([testRow(0)]);
    const restored = agent.request();
    agent.sync();
    agent.sync();
    world.clock.nowMs += 2 * DEFAULT_RETENTION_MS;
    shard.alarm();
    expect(rows(world, 'block')).toBe(0);
    shard.sync('a', restored);
    expect(shard.counts().counters).toMatchObject({ results_ingested: 1, epoch_conflicts: 0 });
    expect(rows(world, 'block')).toBe(0);
  });

  test('[RT4] alerts go once they are over and old; open ones stay', () => {
    const world = createWorld();
    const agent = world.agent('a');
    const shard = world.shardFor('a');
    const { EPISODE_STATE_OPEN: OPEN, EPISODE_STATE_CLEARED: CLEARED } = skerry.v1.EpisodeState;
    const kind = skerry.v1.BlockKind.BLOCK_KIND_ALERTS;
    for (const bytes of [alert('e1', OPEN, 1), alert('e1', CLEARED, 2), alert('e2', OPEN, 3)])
      agent.append('alert', kind, 1, bytes);
    agent.sync();
    agent.sync();
    world.clock.nowMs += 2 * DEFAULT_RETENTION_MS;
    shard.alarm();
    expect(shard.alerts({ open: false, limit: 10 }).map((a) => a.episode)).toEqual(['e2']);
    expect(rows(world, 'alert_event')).toBe(1);
    expect(shard.counts().counters.alerts_expired).toBe(1);
    shard.acknowledgeAlert('ola', 'a', 'e2');
    shard.alarm();
    expect(rows(world, 'alert')).toBe(0);
  });

  test('[RT5] of ended epochs nothing stays behind', () => {
    const world = createWorld();
    const agent = world.agent('a');
    for (let i = 1; i <= 5; i++) {
      agent.epoch = new Uint8Array(16).fill(i);
      agent.blocks = [];
      agent.append('result', skerry.v1.BlockKind.BLOCK_KIND_RESULTS, 1, new Uint8Array([i]));
      agent.blocks[0]!.seq = agent.blocks[0]!.seqLast = 1;
      agent.blocks[0]!.crc32c = 1;
      agent.exchange();
    }
    world.clock.nowMs += 2 * DEFAULT_RETENTION_MS;
    for (let i = 0; i < 2; i++) world.shardFor('a').alarm();
    expect(rows(world, 'suspect')).toBeLessThanOrEqual(1);
    expect(rows(world, 'cursor')).toBeLessThanOrEqual(2);
  });

  test('[RT6] a restart neither forgets when it is due nor puts it off', () => {
    const world = createWorld();
    world.shards[0]!.alarm();
    const dueMs = world.alarms.get('shard-0');
    world.clock.nowMs += 1_000;
    world.restartShard(0);
    expect(world.alarms.get('shard-0')).toBe(dueMs);
  });
});
