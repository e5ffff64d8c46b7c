import { toBase64Url } from '@skerry/proto/bytes';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import { reversionBytes } from '@skerry/proto/reversion';
import type { skerry } from '@skerry/proto/wire';
import { describe, expect, test } from 'vitest';
import { createWorld, pushTestReleases, type SimAgent, type World } from '../../node/testing.ts';
import { settle, start } from '../../node/testing-rollout.ts';

const SEED = new Uint8Array(32).fill(3);
const PUBLIC_KEY = toBase64Url(nodeCrypto.publicKey(SEED));
const REASON = 'errorRate 0.4 over its limit 0.05';

/** An agent that serves 1.0.0 and was given 2.0.0 in a rollout of one stage. */
async function upgraded(): Promise<{ world: World; agent: SimAgent; rollout: string; digest: string }> {
  const world = createWorld();
  pushTestReleases(world.fleet, ['press@1.0.0', 'press@2.0.0']);
  const agent = world.agent('gw', {}, {}, PUBLIC_KEY);
  agent.sync();
  start(world, '1.0.0', 'stages: [{ name: all, agents: 100% }]');
  await settle(world, [agent]);
  const rollout = start(world, '2.0.0', 'stages: [{ name: first, agents: 1, soak: 1h }]');
  await settle(world, [agent]);
  return { world, agent, rollout, digest: agent.pipeline.releaseDigest };
}

/** The agent goes back to 1.0.0 by itself and says so, signed by the seed where there is one. */
function giveBack(agent: SimAgent, digest: string, seed?: Uint8Array): void {
  const facts = { agent: agent.id, pipeline: 'p', releaseDigest: digest, reason: REASON, wallMs: 1_700_000 };
  const reverted: skerry.v1.IReversion = {
    reason: REASON,
    wallMs: facts.wallMs,
    ...(seed && { signature: nodeCrypto.sign(seed, reversionBytes(facts)) }),
  };
  agent.evidence = [{ pipeline: 'p', releaseDigest: digest, role: 1, windows: 100, reverted }];
  Object.assign(agent.pipeline, { release: 'press@1.0.0', releaseDigest: 'the one before' });
}

describe('a release that an agent gave back by itself', () => {
  for (const [proof, seed] of [
    ['verified', SEED],
    ['unsigned', undefined],
  ] as const)
    test(`[RO18] ${proof}: it counts as failed, and the agent is never given it again`, async () => {
      const { world, agent, rollout, digest } = await upgraded();
      giveBack(agent, digest, seed);
      agent.sync();
      await world.coordinator.drive();
      expect(world.fleet.rollout(rollout).status).toMatch(/^revert/);
      expect(world.fleet.rollout(rollout).evidence?.failures).toEqual([
        { agent: 'gw', error: `gave it back: ${REASON}` },
      ]);
      expect(world.shards[0]!.agent('gw').reversions).toEqual([
        { digest, pipeline: 'p', reason: REASON, wallMs: 1_700_000, heardMs: world.clock.nowMs, proof },
      ]);
      await settle(world, [agent]);
      start(world, '2.0.0', 'stages: [{ name: all, agents: 100% }]');
      await settle(world, [agent]);
      expect(agent.wanted()).toBe('press@1.0.0');
    });

  test('[RO24] signed by another key: no gate counts it, it is not given again, and an alert tells', async () => {
    const { world, agent, rollout, digest } = await upgraded();
    giveBack(agent, digest, new Uint8Array(32).fill(9));
    agent.sync();
    await world.pass(60_000);
    expect(world.fleet.rollout(rollout)).toMatchObject({
      state: { name: 'running' },
      evidence: { failed: 0 },
    });
    expect(agent.sync() && agent.wanted()).toBe('press@1.0.0');
    const [alert] = world.shards[0]!.alerts({ open: true, limit: 5 });
    expect(JSON.stringify(alert)).toMatch(/not by the key/);
    expect(world.shards[0]!.counts().counters.reversions_disbelieved).toBe(1);
  });

  test('[RO24] what was verified once stays so, whoever holds the id later; what was not may be signed yet', async () => {
    const { world, agent, digest } = await upgraded();
    const proof = () => world.shards[0]!.agent('gw').reversions?.[0]?.proof;
    giveBack(agent, digest);
    agent.sync();
    expect(proof()).toBe('unsigned');
    giveBack(agent, digest, SEED);
    agent.sync();
    expect(proof()).toBe('verified');
    giveBack(agent, digest, new Uint8Array(32).fill(9));
    agent.sync();
    expect(proof()).toBe('verified');
  });

  test('[RO24] it is told to the audit log until that has it, and again when its proof changes', async () => {
    const { world, agent, digest } = await upgraded();
    const [shard] = world.shards;
    const told = () => shard!.sync('gw', agent.request()).reversions;
    giveBack(agent, digest);
    expect(told()).toHaveLength(1);
    const [first] = told();
    shard!.reversionsRecorded('gw', [first!]);
    expect(told()).toEqual([]);
    giveBack(agent, digest, SEED);
    expect(told()).toMatchObject([{ proof: 'verified' }]);
    shard!.reversionsRecorded('gw', [first!]);
    expect(told()).toHaveLength(1);
  });
});
