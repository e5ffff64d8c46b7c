// What an agent with real pieces says of its releases: every window once, whatever happens to the process.
import { buildSignalReference } from '@skerry/proto/drift/reference';
import { latencyQuantile } from '@skerry/proto/latency';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import { encode, type skerry, v1 } from '@skerry/proto/wire';
import { beforeEach, expect, test } from 'vitest';
import { createOrtNodeBackend } from '../adapters/ort-node.ts';
import { gemmModel } from '../inference/test-model.ts';
import type { InferenceBackend } from '../ports.ts';
import { TestAgent } from '../test-agent.ts';

let machine: TestAgent;
let runs: number;

beforeEach(() => {
  runs = 0;
  machine = new TestAgent({ crypto: nodeCrypto, backend: slowly(createOrtNodeBackend()) });
});

/** Every run takes 3 ms of the machine's time. */
function slowly(inner: InferenceBackend): InferenceBackend {
  return {
    name: inner.name,
    async create(model) {
      const session = await inner.create(model);
      return {
        ...session,
        async run(feeds, outputs) {
          runs++;
          machine.world.monoMs += 3;
          return session.run(feeds, outputs);
        },
      };
    },
  };
}

const healthy = Float64Array.from({ length: 400 }, (_, i) => 1 + (i % 7) / 7);
const reference = encode(v1.DriftReference, {
  signals: [
    buildSignalReference('vibration', false, healthy, { samplesPerHour: 3600 }),
    buildSignalReference('score', true, healthy, { samplesPerHour: 1800 }),
  ],
});

/** One window each: two readings whose sum over four is the score. */
async function windows(from: number, scores: readonly number[]): Promise<void> {
  for (const [i, score] of scores.entries()) {
    const at = from + 2 * i;
    await Promise.all([machine.send('d7', at, 0, 2 * score), machine.send('d7', at + 1, 0, 2 * score)]);
  }
  await machine.send('d7', from + 2 * scores.length, 0, 0);
  await machine.agent.idle();
}

async function told(): Promise<skerry.v1.IReleaseEvidence[]> {
  await machine.sync();
  return machine.requests.at(-1)!.reported!.evidence!;
}

test('counts are those of the results, each window once, over a stop and a crash in the middle', async () => {
  machine.answer = () => ({});
  machine.release = machine.pack('1.0.0', { 'reference.pb': reference });
  await machine.start();
  await windows(0, [1, 1.5, 7, 7]);
  await machine.agent.stop();
  await machine.start();
  await windows(20, [1e39, 1.2]);
  const before = machine;
  machine = await machine.crash();
  await machine.start();
  await windows(40, [9, 1.1, 1.1]);

  const results = [...before.messages('/result'), ...machine.messages('/result')];
  const [record, ...others] = await told();
  expect(others).toEqual([]);
  expect(results).toHaveLength(9);
  expect(new Set(results.map(({ id }) => id)).size).toBe(9);
  expect(record).toMatchObject({
    pipeline: 'press',
    releaseDigest: machine.release.digest,
    role: v1.Role.ROLE_ACTIVE,
    windows: 9,
    errors: 1,
    nonFinite: 1,
    alertWindows: results.filter(({ decision }) => decision === 'alert').length,
    alerts: 2,
    restarts: 2,
    confidences: 0,
    shadow: null,
    reverted: null,
  });
  expect(record!.golden).toMatchObject([{ variant: 'fp32', backend: 'native', passed: true }]);
  const model = gemmModel({ time: 2, channels: 2, weights: [0.25, 0.25, 0.25, 0.25], bias: 0 });
  expect(record!.memoryBytes).toBe(model.length);
  const [score] = record!.outputs!;
  expect(score!.name).toBe('score');
  expect(score!.counts!.reduce((a, b) => a + b)).toBe(8);
  expect(score!.counts!.at(-1)).toBe(3);
  const { gamma, offset, counts, zeros } = record!.latency!;
  const sketch = { gamma: gamma!, offset: offset!, counts: counts!, zeros: zeros! };
  expect(sketch.counts.reduce((a, b) => a + b, sketch.zeros)).toBe(9);
  expect(latencyQuantile(sketch, 1)).toBeCloseTo(3, 1);
});

test('what was not committed when the process died counts when it is done again, and not twice', async () => {
  machine.answer = () => ({});
  await machine.start();
  await windows(0, [1, 1]);
  const { store } = machine.world;
  // The disk takes the journal and nothing after it: the windows are run, and their progress never lands.
  const batch = store.batch.bind(store);
  store.batch = (ops, options) =>
    ops.some(({ key }) => key.startsWith('b/')) ? new Promise(() => undefined) : batch(ops, options);
  const runsBefore = runs;
  void windows(20, [1, 1, 7]);
  await machine.world.settle();
  expect(runs).toBeGreaterThan(runsBefore);
  machine = await machine.crash();
  await machine.start();
  await machine.agent.idle();
  const [record] = await told();
  expect(record).toMatchObject({ windows: 5, alertWindows: 1, alerts: 1, restarts: 1 });
  expect(machine.agent.metrics().find(({ name }) => name === 'skerry_agent_results_total')!.samples).toEqual(
    expect.arrayContaining([{ labels: { pipeline: 'press', decision: 'normal' }, value: 4 }]),
  );
});

test('a release that takes the place of another one counts from 0, and the other is told no more', async () => {
  machine.answer = () => ({});
  await machine.start();
  await windows(0, [1, 1, 1]);
  await machine.agent.stop();
  await machine.world.pass(60_000);
  machine.release = machine.pack('1.1.0');
  await machine.start();
  await windows(20, [7]);
  const records = await told();
  expect(records).toHaveLength(1);
  expect(records[0]).toMatchObject({ releaseDigest: machine.release.digest, windows: 1, restarts: 0 });
  expect(records[0]!.activeMs).toBeLessThan(60_000);
});

test('what was told and received is not told again for a while; a metered link waits longer', async () => {
  machine.config = {
    controlPlane: { url: 'https://control.test', enrollToken: 'secret', interval: '10s', metered: {} },
  };
  await machine.start();
  await windows(0, [1]);
  const evidenceOf = (): (number | true)[] =>
    machine.requests.splice(0).map(({ reported }) => reported!.evidenceUnsaid || reported!.evidence!.length);
  // Nobody has answered yet.
  await machine.sync();
  await machine.world.pass(60_000);
  expect(evidenceOf().every((told) => told === 1)).toBe(true);
  machine.answer = () => ({});
  await machine.world.pass(120_000);
  const said = evidenceOf();
  expect(said.filter((told) => told === true).length).toBeGreaterThan(said.length / 2);
  expect(said.filter((told) => told === 1).length).toBeGreaterThanOrEqual(2);
});
