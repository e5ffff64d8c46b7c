import { concat } from '@skerry/proto/bytes';
import { encode, onnx, skerry } from '@skerry/proto/wire';
import { describe, expect, test } from 'vitest';
import { createTestApp, createWorld, json, pushTestReleases } from '../node/testing.ts';

const ROLLOUT = `
apiVersion: skerry/v1
kind: Rollout
release: press@1.0.0
stages: [{ name: all, agents: 100% }]
`;

/** Four agents: one without the channel, one that refused the release before, one on a metered link, one fit. */
function mixedFleet() {
  const world = createWorld({ shards: 2 });
  const [release] = pushTestReleases(world.fleet, ['press@1.0.0']);
  world.agent('blind', {}, { channels: ['other'] }).sync();
  world
    .agent(
      'burnt',
      {},
      {
        tryingDigest: release!.digest,
        state: skerry.v1.SlotState.SLOT_STATE_FAILED,
        error: 'golden case 3 failed',
      },
    )
    .sync();
  const metered = world.agent('metered', { site: 'oslo' }, { channels: ['value'] });
  metered.facts = { metered: 'true', memoryMiB: '512' };
  metered.sync();
  world.agent('fit', { site: 'oslo' }, { channels: ['value', 'other'] }).sync();
  return { world, app: createTestApp(world) };
}

describe('pre-flight', () => {
  test('names the agents that a release would fail on, and why', async () => {
    const { app } = mixedFleet();
    const found = await json(await app.as('viewer')('/api/v1/releases/press/1.0.0/preflight'));
    expect(found).toEqual({
      eligible: 4,
      failing: 2,
      warned: 1,
      offline: 0,
      findings: [
        { agent: 'blind', pipeline: 'p', verdict: 'fails', reason: 'its pipeline has no channel value' },
        {
          agent: 'burnt',
          pipeline: 'p',
          verdict: 'fails',
          reason: 'it refused this release: golden case 3 failed',
        },
        { agent: 'metered', pipeline: 'p', verdict: 'warns', reason: 'its link is metered' },
      ],
    });
    const oslo = await json(
      await app.as('viewer')('/api/v1/releases/press/1.0.0/preflight?selector=site==oslo'),
    );
    expect(oslo).toMatchObject({ eligible: 2, failing: 0, warned: 1 });
  });

  test('reads from the model itself which operator sets it asks for', async () => {
    const { world, app } = mixedFleet();
    const old = world.agent('old', { site: 'bergen' }, { channels: ['value'] });
    old.facts = { opset: '15' };
    old.sync();
    const file = world.fleet.release('press', '1.0.0').files.find(({ path }) => path === 'model.onnx')!;
    const model = encode(onnx.ModelProto, { opsetImport: [{ domain: '', version: 17 }] });
    const rest = encode(onnx.ModelProto, { producerName: 'x'.repeat(file.sizeBytes - model.length - 2) });
    app.blobs.set(file.digest, concat([model, rest]));
    const found = await json(
      await app.as('viewer')('/api/v1/releases/press/1.0.0/preflight?selector=site==bergen'),
    );
    expect(found.findings).toMatchObject([
      {
        agent: 'old',
        verdict: 'fails',
        reason: 'its runtime knows operator set 15, the release asks for 17',
      },
    ]);
  });

  test('a rollout past its limit starts only where it is forced, and nothing happens until then', async () => {
    const { world, app } = mixedFleet();
    const operator = app.as('operator');
    const { id } = world.fleet.createRollout('ola', ROLLOUT);
    const refused = await operator(`/api/v1/rollouts/${id}/start`, { method: 'POST' });
    expect(refused.status).toBe(412);
    expect(await json(refused)).toMatchObject({
      detail: expect.stringMatching(/would fail on 2 of 4 agents.*no channel value/),
      hint: expect.stringMatching(/--force/),
    });
    expect(world.fleet.rollout(id).status).toBe('draft');
    const forced = await operator(`/api/v1/rollouts/${id}/start?force=true`, { method: 'POST' });
    expect(forced.status).toBe(200);
    // The one that refused it before says so still: the kill check takes the release back, as forced as it was.
    expect(world.fleet.decisions(id).map((d) => d.rule)).toEqual([
      'start',
      'frozen',
      'breach: activation',
      'reverted',
    ]);
  });

  test('a rollout file sets its own limit', async () => {
    const { world, app } = mixedFleet();
    const { id } = world.fleet.createRollout('ola', `${ROLLOUT}preflight: { maxFailing: 50% }\n`);
    const started = await app.as('operator')(`/api/v1/rollouts/${id}/start`, { method: 'POST' });
    expect(started.status).toBe(200);
  });
});
