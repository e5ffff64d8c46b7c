// The numbers behind a rollout's verdicts, as operators read them.
import { encode, type skerry, v1 } from '@skerry/proto/wire';
import { beforeEach, describe, expect, test } from 'vitest';
import {
  createTestApp,
  createWorld,
  packTestRelease,
  pushTestReleases,
  type SimAgent,
} from '../node/testing.ts';
import { settle, start } from '../node/testing-rollout.ts';
import type { RolloutEvidence } from './evidence.ts';

const GAMMA = 1.01 / 0.99;
const REFERENCE = encode(v1.DriftReference, {
  signals: [{ name: 'score', isOutput: true, edges: [0.1, 0.2], counts: [10, 10, 10], n: 30 }],
});

/** What an agent counted: `errors` of `windows`, each taking about `latencyUs`. */
function said(
  agent: SimAgent,
  windows: number,
  more: skerry.v1.IReleaseEvidence & { latencyUs?: number },
): skerry.v1.IReleaseEvidence {
  const { latencyUs = 1_000, ...fields } = more;
  const offset = Math.ceil(Math.log(latencyUs) / Math.log(GAMMA));
  return {
    pipeline: 'p',
    releaseDigest: agent.pipeline.releaseDigest,
    role: 1,
    windows,
    activeMs: 86_400_000,
    latency: { gamma: GAMMA, offset, counts: [windows] },
    ...fields,
  };
}

/** Six agents of two shards serve 1.0.0; half of them were given 2.0.0 and have been told apart since. */
async function canary() {
  const world = createWorld({ shards: 2 });
  pushTestReleases(world.fleet, ['press@1.0.0', 'press@2.0.0'], world.clock.nowMs, REFERENCE);
  const app = createTestApp(world);
  const { blobs } = packTestRelease('press', '2.0.0', REFERENCE);
  for (const [digest, bytes] of blobs) app.blobs.set(digest, bytes);
  const agents = Array.from({ length: 6 }, (_, i) => world.agent(`agent-${i}`));
  for (const agent of agents) agent.sync();
  start(world, '1.0.0', 'stages: [{ name: all, agents: 100% }]');
  await settle(world, agents);
  // Windows from before the stage was entered are no evidence about it.
  for (const agent of agents) agent.evidence = [said(agent, 1_000, { errors: 500 })];
  for (const agent of agents) agent.sync();
  const id = start(
    world,
    '2.0.0',
    'stages: [{ name: half, agents: 50%, soak: 1h }, { name: all, agents: 100% }]',
  );
  await settle(world, agents);
  const members = agents.filter((agent) => agent.pipeline.release === 'press@2.0.0');
  const others = agents.filter((agent) => agent.pipeline.release === 'press@1.0.0');
  return { world, app, id, members, others };
}

let fleet: Awaited<ReturnType<typeof canary>>;
beforeEach(async () => {
  fleet = await canary();
});

async function evidence(): Promise<RolloutEvidence> {
  const answer = await fleet.app.as('viewer')(`/api/v1/rollouts/${fleet.id}/evidence`);
  expect(answer.status).toBe(200);
  return (await answer.json()) as RolloutEvidence;
}

describe('the evidence of a rollout', () => {
  test('the agent is the unit: a mean over agents and how many, since the stage was entered, over all shards', async () => {
    const { members, others } = fleet;
    members.forEach((agent, i) => {
      agent.evidence = [
        said(agent, 100 * (i + 1), {
          errors: 10 * (i + 1) * i,
          alerts: 2,
          confidences: 10,
          confidenceSum: 9,
          memoryBytes: (i + 1) * 2 ** 20,
          restarts: i,
          golden: [{ variant: 'fp32', backend: 'native', passed: true }],
          latencyUs: 5_000,
        }),
      ];
      agent.sync();
    });
    for (const agent of others) {
      agent.evidence = [said(agent, 1_100, { errors: 501, activeMs: 2 * 86_400_000 })];
      agent.sync();
    }
    const { stage, arms } = await evidence();
    expect(stage).toBe('half');
    expect(arms.map((a) => [a.arm, a.release, a.agents])).toEqual([
      ['stage', 'press@2.0.0', 3],
      ['control', 'press@1.0.0', 3],
    ]);
    const [ours, theirs] = arms;
    // Error rates of the three: 0, 10 % and 20 %, whatever their windows.
    expect(ours!.metrics.errorRate).toEqual({ agents: 3, mean: expect.closeTo(0.1, 12) });
    expect(theirs!.metrics.errorRate).toEqual({ agents: 3, mean: expect.closeTo(0.01, 12) });
    expect(ours!.metrics).toMatchObject({
      alertsPerDay: { agents: 3, mean: 2 },
      confidence: { agents: 3, mean: 0.9 },
      memoryBytes: { agents: 3, mean: 2 * 2 ** 20 },
      restartsPerDay: { agents: 3, mean: 1 },
    });
    expect(theirs!.metrics.confidence).toBeUndefined();
    expect(ours!.totals).toMatchObject({
      windows: 600,
      errors: 80,
      goldenPassed: 3,
      memoryBytes: 3 * 2 ** 20,
    });
    expect(theirs!.totals).toMatchObject({ windows: 300, errors: 3, activeMs: 3 * 86_400_000 });
    expect(ours!.latency.p95Ms).toBeCloseTo(5, 1);
    expect(theirs!.latency.p95Ms).toBeCloseTo(1, 1);
  });

  test('outputs of the stage are held against the others’ where both count in the same bins', async () => {
    const { members, others, app, world } = fleet;
    const counted = (agent: SimAgent, counts: number[]): void => {
      agent.evidence = [said(agent, 100, { outputs: [{ name: 'score', counts }] })];
      agent.sync();
    };
    for (const agent of members) counted(agent, [10, 10, 80]);
    for (const agent of others) counted(agent, [40, 30, 30]);
    const [shift] = (await evidence()).outputs;
    expect(shift).toMatchObject({
      output: 'score',
      against: 'press@1.0.0',
      windows: 300,
      againstWindows: 300,
    });
    expect(shift!.psi).toBeGreaterThan(0.9);
    expect(shift!.psiExcess).toBeLessThan(shift!.psi!);
    const file = world.fleet.release('press', '2.0.0').files.find((f) => f.path === 'reference.pb');
    app.blobs.delete(file!.digest);
    expect((await evidence()).outputs).toMatchObject([
      { psi: null, note: 'a release has no drift reference of this output' },
    ]);
  });

  test('before a stage was entered there is none; a release that agents gave back is counted by its proof', async () => {
    const { world, app, members } = fleet;
    const draft = world.fleet.createRollout(
      'ola',
      'apiVersion: skerry/v1\nkind: Rollout\nrelease: press@1.0.0\nstages: [{ name: all, agents: 100% }]',
    );
    const none = await app.as('viewer')(`/api/v1/rollouts/${draft.id}/evidence`);
    expect(await none.json()).toMatchObject({ stage: null, arms: [], outputs: [] });
    const [agent] = members;
    agent!.evidence = [said(agent!, 50, { reverted: { reason: 'memory over its limit' } })];
    agent!.sync();
    expect((await evidence()).arms[0]).toMatchObject({
      arm: 'stage',
      agents: 1,
      reversions: { verified: 0, unsigned: 1, bad: 0 },
    });
    const whole = await app.as('viewer')('/api/v1/releases/press/2.0.0/evidence');
    expect(await whole.json()).toMatchObject({
      arms: [{ arm: 'fleet', release: 'press@2.0.0', totals: { windows: 50 }, reversions: { unsigned: 1 } }],
    });
  });

  test('in a shadow stage the release is shown beside what serves on the same agents', async () => {
    const world = createWorld({ shards: 2 });
    pushTestReleases(world.fleet, ['press@1.0.0', 'press@2.0.0']);
    const agents = Array.from({ length: 4 }, (_, i) => world.agent(`agent-${i}`));
    for (const agent of agents) agent.facts = { shadow: '1' };
    for (const agent of agents) agent.sync();
    start(world, '1.0.0', 'stages: [{ name: all, agents: 100% }]');
    await settle(world, agents);
    const id = start(
      world,
      '2.0.0',
      'stages: [{ name: beside, mode: shadow, agents: 3, soak: 1h }, { name: all, agents: 100% }]',
    );
    await settle(world, agents);
    for (const agent of agents) {
      agent.sync();
      agent.applyShadow();
      const shadow = agent.pipeline.shadow?.releaseDigest;
      const compared = { matched: 80, flips: 8, sumDistance: 4, shedWindows: 20 };
      agent.evidence = [
        said(agent, 100, {}),
        ...(shadow ? [said(agent, 80, { releaseDigest: shadow, role: 2, shadow: compared })] : []),
      ];
      agent.sync();
    }
    const answer = await createTestApp(world).as('viewer')(`/api/v1/rollouts/${id}/evidence`);
    const { arms } = (await answer.json()) as RolloutEvidence;
    expect(arms).toMatchObject([
      {
        arm: 'stage',
        release: 'press@2.0.0',
        agents: 3,
        metrics: {
          disagreement: { mean: expect.closeTo(0.1, 9) },
          shadowDistance: { mean: expect.closeTo(0.05, 9) },
          shedRate: { mean: expect.closeTo(0.2, 9) },
        },
      },
      { arm: 'control', release: 'press@1.0.0', agents: 3, totals: { windows: 300 } },
    ]);
  });

  test('what an agent of before said has nothing of what was not counted then', async () => {
    const { world, members } = fleet;
    const [agent] = members;
    const index = world.shards.findIndex((shard) =>
      shard.agents({ limit: 10 }).some((a) => a.id === agent!.id),
    );
    const doc = JSON.stringify({
      windows: 10,
      errors: 1,
      nonFinite: 0,
      alertWindows: 0,
      matched: 0,
      flips: 0,
    });
    world.files
      .get(`shard-${index}`)!
      .run(
        "INSERT INTO release_evidence (agent, pipeline, release_digest, role, trouble, doc) VALUES (?, 'p', ?, 'active', '', ?)",
        agent!.id,
        agent!.pipeline.releaseDigest,
        doc,
      );
    expect((await evidence()).arms[0]).toMatchObject({ totals: { windows: 10, restarts: 0 }, outputs: {} });
  });
});
