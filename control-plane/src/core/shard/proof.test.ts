import { crc32c } from '@skerry/proto/crc32c';
import { encode, skerry, v1 } from '@skerry/proto/wire';
import { describe, expect, test } from 'vitest';
import { createWorld, type SimAgent, testRow, type World } from '../../node/testing.ts';
import type { LedgerProof } from './proof.ts';
import { DEFAULT_RETENTION_MS } from './retention.ts';

const { BLOCK_KIND_TOMBSTONE: TOMBSTONE, BLOCK_KIND_RESULTS: RESULTS } = skerry.v1.BlockKind;

/** What the agent says of its result lane, in the next exchange. */
function claim(agent: SimAgent, results: skerry.v1.IResultLedger): void {
  agent.ledger = { epoch: agent.epoch, results };
}

/** What an agent says whose blocks up to `cursor` had `records`, all delivered. */
function delivered(agent: SimAgent, cursor: number, records: number, pending = 0): void {
  claim(agent, {
    produced: records + pending,
    delivered: records,
    pending,
    cursor,
    acknowledged: records,
  });
}

function proofs(world: World, agent = 'a'): LedgerProof[] {
  return world.shardFor(agent).ledgerProofs({ agent, limit: 100 });
}

function resultLane(world: World) {
  return proofs(world)[0]!.lanes.find(({ lane }) => lane === 'result')!;
}

/** Three blocks of two results each, acknowledged, and a last exchange in which the agent says so. */
function threeBlocks(): { world: World; agent: SimAgent } {
  const world = createWorld();
  const agent = world.agent('a');
  for (const at of [0, 8, 16]) agent.produce([testRow(at), testRow(at + 4)]);
  agent.sync();
  delivered(agent, 3, 6);
  agent.sync();
  return { world, agent };
}

describe('a ledger is proven against the blocks that are held', () => {
  test('[LG1] delivered is what is stored, and every number up to the cursor is covered', () => {
    const { world } = threeBlocks();
    expect(proofs(world)).toMatchObject([{ agent: 'a', current: true, proven: true, problems: [] }]);
    expect(resultLane(world)).toMatchObject({
      held: { cursor: 3, stored: 6, duplicates: 0, quarantined: 0 },
      ahead: 0,
      gaps: [],
    });
  });

  test('[LG2] what the agent doesn’t know yet to be held is ahead, and no difference', () => {
    const { world, agent } = threeBlocks();
    agent.produce([testRow(24)]);
    delivered(agent, 3, 6, 1);
    agent.exchange();
    expect(proofs(world)[0]).toMatchObject({ proven: true });
    expect(resultLane(world)).toMatchObject({ ahead: 1, claim: { pending: 1 }, held: { cursor: 4 } });
  });

  test('[LG1] duplicates and blocks kept aside were delivered, and are told apart', () => {
    const { world, agent } = threeBlocks();
    agent.produce([testRow(16), testRow(24)]);
    agent.append('result', RESULTS, 5, new Uint8Array([1, 2, 3]));
    agent.sync();
    delivered(agent, 5, 13);
    agent.sync();
    expect(proofs(world)[0]).toMatchObject({ proven: true });
    expect(resultLane(world).held).toMatchObject({ stored: 7, duplicates: 1, quarantined: 5 });
  });

  test('[LG3] what the agent gave up is a gap by its numbers; what was held of it counts as delivered', () => {
    const { world, agent } = threeBlocks();
    agent.produce([testRow(24), testRow(28)]);
    agent.exchange();
    // Block 4 was taken, its answer lost; meanwhile 4 to 6 became one tombstone for 2 + 30 results.
    agent.append('result', RESULTS, 1, new Uint8Array());
    agent.append('result', RESULTS, 1, new Uint8Array());
    agent.blocks = [{ ...tombstone(agent, 4, 6, 32, 'space') }];
    agent.sync();
    claim(agent, { produced: 38, delivered: 8, evicted: 30, cursor: 6, acknowledged: 38 });
    agent.sync();
    expect(proofs(world)[0]).toMatchObject({ proven: true });
    expect(resultLane(world)).toMatchObject({
      held: { stored: 8, evicted: 30 },
      gaps: [{ first: 5, last: 6, records: 30, reason: 'space' }],
    });
  });

  test('[LG4] it stays proven once retention let the blocks go, and gaps keep their names', () => {
    const { world, agent } = threeBlocks();
    agent.append('result', RESULTS, 1, new Uint8Array());
    agent.blocks = [tombstone(agent, 4, 4, 30, 'age')];
    agent.sync();
    claim(agent, { produced: 36, delivered: 6, evicted: 30, cursor: 4, acknowledged: 36 });
    agent.sync();
    world.clock.nowMs += 2 * DEFAULT_RETENTION_MS;
    world.shardFor('a').alarm();
    expect(world.files.get('shard-0')!.all('SELECT id FROM block')).toEqual([]);
    expect(proofs(world)[0]).toMatchObject({ proven: true });
    expect(resultLane(world)).toMatchObject({
      held: { stored: 6, evicted: 30 },
      gaps: [{ first: 4, last: 4, records: 30, reason: 'age' }],
    });
    agent.epoch = new Uint8Array(16).fill(9);
    claim(agent, {});
    agent.sync();
    for (let i = 0; i < 2; i++) world.shardFor('a').alarm();
    expect(proofs(world).map(({ proven }) => proven)).toEqual([true, true]);
  });

  test('[LG3] a gap that retention writes down is one with its neighbours', () => {
    const world = createWorld();
    const agent = world.agent('a');
    for (let seq = 1; seq <= 300; seq++) {
      agent.append('result', RESULTS, 1, new Uint8Array());
      agent.blocks = [tombstone(agent, seq, seq, 2, 'space')];
      agent.sync();
    }
    claim(agent, { produced: 600, evicted: 600, cursor: 300, acknowledged: 600 });
    agent.sync();
    world.clock.nowMs += 2 * DEFAULT_RETENTION_MS;
    world.shardFor('a').alarm();
    expect(resultLane(world)).toMatchObject({
      proven: true,
      gaps: [{ first: 1, last: 300, records: 600, reason: 'space' }],
    });
  });
});

describe('what differs is named', () => {
  test('[LG5] a block that is gone from the database, by its number and how many records it had', () => {
    const { world } = threeBlocks();
    world.files.get('shard-0')!.run('DELETE FROM block WHERE seq = 2');
    expect(proofs(world)[0]).toMatchObject({
      proven: false,
      problems: [
        'result lane: nothing here covers block 2',
        'result lane: 2 records that were delivered once are not held here, in block 2',
      ],
    });
    expect(resultLane(world).gaps).toEqual([{ first: 2, last: 2, records: 2, reason: 'missing' }]);
  });

  test('[LG5] the end of a lane that is gone', () => {
    const { world } = threeBlocks();
    world.files.get('shard-0')!.run('DELETE FROM block WHERE seq > 1');
    expect(proofs(world)[0]!.problems).toContain('result lane: nothing here covers blocks 2 to 3');
    world.files.get('shard-0')!.run('UPDATE cursor SET cursor = 1');
    expect(proofs(world)[0]!.problems).toEqual([
      "result lane: blocks 2 to 3 were acknowledged to the agent and aren't held here",
      'result lane: 4 records that were delivered once are not held here, in blocks 2 to 3',
    ]);
  });

  test('[LG5] a control plane that was restored from a backup lacks what was delivered since', () => {
    const before = threeBlocks();
    const world = createWorld();
    // The same agent meets a database in which nothing of it is.
    const again = world.agent('a');
    Object.assign(again, { epoch: before.agent.epoch, ledger: before.agent.ledger });
    for (let i = 0; i < 3; i++) again.append('result', RESULTS, 1, new Uint8Array());
    again.blocks = [];
    again.sync();
    expect(proofs(world)[0]!.problems).toEqual([
      'result lane: 6 records that were delivered once are not held here, in blocks 1 to 3',
    ]);
    expect(resultLane(world).gaps).toEqual([{ first: 1, last: 3, records: 6, reason: 'unknown' }]);
  });

  test('[LG5] an agent that counts other results as delivered than came', () => {
    const { world, agent } = threeBlocks();
    claim(agent, { produced: 9, delivered: 6, evicted: 3, cursor: 3, acknowledged: 9 });
    agent.sync();
    expect(proofs(world)[0]!.problems[0]).toMatch(/3 records that were delivered once are not held here/);
    claim(agent, { produced: 6, delivered: 5, evicted: 1, cursor: 3, acknowledged: 6 });
    agent.sync();
    expect(proofs(world)[0]!.problems[0]).toMatch(/the agent counts 5 delivered, here are 6/);
    claim(agent, { produced: 5, delivered: 5, cursor: 3, acknowledged: 5 });
    agent.sync();
    expect(proofs(world)[0]!.problems).toEqual([
      'result lane: 1 record more is held here than the agent ever numbered up to block 3',
    ]);
  });

  test('[LG5] an agent whose own sums don’t hold, and one that doesn’t say how far it is acknowledged', () => {
    const { world, agent } = threeBlocks();
    claim(agent, { produced: 7, delivered: 6, cursor: 3, acknowledged: 6 });
    agent.sync();
    expect(proofs(world)[0]!.problems[0]).toMatch(/own ledger doesn't add up/);
    claim(agent, { produced: 6, delivered: 6 });
    agent.sync();
    expect(proofs(world)[0]!.problems[0]).toMatch(/doesn't say how far it is acknowledged/);
  });
});

describe('epochs that ended', () => {
  test('[LG6] what a replaced gateway had pending is unknown, less what had come all the same', () => {
    const { world, agent } = threeBlocks();
    agent.produce([testRow(24)]);
    delivered(agent, 3, 6, 5);
    agent.exchange();
    const shard = world.shardFor('a');
    shard.enrol({
      agent: 'a',
      publicKey: 'another',
      labels: {},
      facts: {},
      tokenLabels: {},
      autoApprove: true,
    });
    shard.replaceAgent('a');
    expect(proofs(world)).toMatchObject([{ current: false, proven: true }]);
    expect(resultLane(world)).toMatchObject({ unknown: 4, ahead: 1 });
    expect(shard.ledgers({ limit: 10 })).toMatchObject([{ unknown: 4 }]);
  });

  test('[LG6] an agent that moved on says where the epoch ended, and nothing of it is unknown', () => {
    const { world, agent } = threeBlocks();
    const past = agent.epoch;
    delivered(agent, 3, 6, 2);
    agent.sync();
    agent.epoch = new Uint8Array(16).fill(9);
    agent.produce([testRow(24), testRow(28)]);
    const exchange = agent.request.bind(agent);
    agent.request = () => {
      const request = v1.SyncRequest.decode(exchange());
      request.ledgers = [
        { epoch: past, results: { produced: 6, delivered: 6, cursor: 3, acknowledged: 6 } },
        { epoch: agent.epoch, results: { produced: 2, pending: 2 } },
      ];
      return encode(v1.SyncRequest, request);
    };
    agent.blocks[0]!.seq = agent.blocks[0]!.seqLast = 1;
    agent.blocks[0]!.epoch = agent.epoch;
    agent.exchange();
    expect(proofs(world).map(({ proven }) => proven)).toEqual([true, true]);
    expect(
      world
        .shardFor('a')
        .ledgers({ limit: 10 })
        .map((l) => l.unknown),
    ).toEqual([0, 0]);
  });

  test('[LG6] a restored image that knows less of an epoch than was proven leaves that standing', () => {
    const { world, agent } = threeBlocks();
    delivered(agent, 1, 2);
    agent.exchange();
    expect(resultLane(world)).toMatchObject({ claim: { delivered: 6, cursor: 3 }, proven: true });
  });
});

function tombstone(
  agent: SimAgent,
  seq: number,
  seqLast: number,
  count: number,
  reason: string,
): skerry.v1.IBlock {
  const columns = encode(v1.Tombstone, { reason });
  const lane = skerry.v1.Lane.LANE_RESULT;
  return { epoch: agent.epoch, lane, seq, seqLast, kind: TOMBSTONE, count, columns, crc32c: crc32c(columns) };
}
