// An agent with real pieces and no network gives a release back by itself, past each of its limits.
import { sameBytes } from '@skerry/proto/bytes';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import { reversionBytes } from '@skerry/proto/reversion';
import { decode, type skerry, v1 } from '@skerry/proto/wire';
import { beforeEach, expect, test } from 'vitest';
import { createOrtNodeBackend } from '../adapters/ort-node.ts';
import { gemmModel, summingModel } from '../inference/test-model.ts';
import type { InferenceBackend } from '../ports.ts';
import type { ReleaseTarget } from '../release/slots.ts';
import { TestAgent } from '../test-agent.ts';

let machine: TestAgent;
/** What a run of the defective model takes of the machine's time, and what becomes of it, or of loading it. */
let run: { tookMs: number; fails: boolean; kills: boolean; killsLoading: boolean };

beforeEach(() => {
  run = { tookMs: 1, fails: false, kills: false, killsLoading: false };
  machine = new TestAgent({ crypto: nodeCrypto, backend: asTold(createOrtNodeBackend()) });
});

const sum = { time: 2, channels: 2, weights: [0.25, 0.25, 0.25, 0.25] };
/** As good as any, until told otherwise. */
const defective = { 'fp32.onnx': gemmModel({ ...sum, bias: 0.001 }) };

function asTold(inner: InferenceBackend): InferenceBackend {
  return {
    name: inner.name,
    async create(model) {
      const session = await inner.create(model);
      if (!('bytes' in model) || !sameBytes(model.bytes, defective['fp32.onnx'])) return session;
      if (run.killsLoading) return new Promise(() => undefined);
      return {
        ...session,
        async run(feeds, outputs) {
          machine.world.monoMs += run.tookMs;
          if (run.kills) return new Promise(() => undefined);
          if (run.fails) throw new Error('the graph failed');
          return session.run(feeds, outputs);
        },
      };
    },
  };
}

/** press@1.0.0 has served, and press@1.1.0 with these limits serves in its place. */
async function update(
  limits: string,
  files = defective,
  edit?: (text: string) => string,
): Promise<ReleaseTarget> {
  await machine.start();
  await machine.agent.stop();
  machine.release = machine.pack('1.1.0', files, limits, edit);
  await machine.start();
  expect(serving()).toMatchObject({ release: 'press@1.1.0', state: 'active' });
  return machine.release;
}

const serving = () => machine.agent.status().pipelines[0]!;
/** Loading the release before takes a moment of real time. */
const wentBack = () => expect.poll(() => serving().release, { timeout: 20_000 }).toBe('press@1.0.0');
const alerts = () =>
  machine.agent
    .status()
    .alerts.map(({ message }) => message)
    .filter((message) => message.startsWith('press@'));

let second = 0;
beforeEach(() => {
  second = 0;
});

/** So many windows, one every two seconds. */
async function live(windows: number): Promise<void> {
  for (let i = 0; i < windows; i++) {
    await Promise.all([machine.send('d7', second, 1), machine.send('d7', second + 1, 1)]);
    second += 2;
    await machine.agent.idle();
    await machine.world.pass(2_000 - run.tookMs);
  }
}

async function evidence(): Promise<skerry.v1.IReleaseEvidence[]> {
  machine.answer = () => ({});
  machine.requests.length = 0;
  await machine.world.pass(600_000); // it had given up trying often
  return machine.requests.findLast(({ reported }) => !reported!.evidenceUnsaid)!.reported!.evidence!;
}

test('errors: some are borne, a release that goes on failing is given back within minutes', async () => {
  await update('{ errorRate: 10% }');
  await live(40);
  run.fails = true;
  await live(2);
  run.fails = false;
  await live(40);
  expect(serving().release).toBe('press@1.1.0');
  run.fails = true;
  await live(60);
  await wentBack();
  expect(serving()).toMatchObject({
    state: 'failed',
    error: expect.stringMatching(/^errorRate: [\d.]+% of the last \d+ windows, allowed 10%$/),
  });
  await machine.world.settle();
  expect(alerts()).toEqual([expect.stringMatching(/^press@1\.1\.0 was given back: errorRate/)]);
});

test('latency: runs that take longer than allowed', async () => {
  await update('{ latencyP95: 50ms }');
  await live(40);
  run.tookMs = 60;
  await live(1);
  expect(serving().release).toBe('press@1.1.0');
  await live(40);
  await wentBack();
  expect(serving().error).toMatch(/^latencyP95: /);
});

test('memory: what the model remembers of more and more devices', async () => {
  const remembering = summingModel();
  await update(`{ memory: ${remembering.length + 100}B }`, { 'fp32.onnx': remembering }, (text) =>
    text
      .replace(
        /^input: .*$/m,
        'input: [{ tensor: window, layout: [batch, feature] }, { tensor: sum_in, state: sum }]',
      )
      .replace(
        /threshold: 5.*$/m,
        'threshold: 5 }, { name: sum, tensor: sum_out, kind: state, batchAxis: 1 }]',
      ),
  );
  await live(2);
  await machine.world.pass(60_000);
  await live(2);
  expect(serving().release).toBe('press@1.1.0');
  for (let device = 0; device < 40; device++)
    await Promise.all([0, 1].map((tick) => machine.send(`more-${device}`, 1_000 + tick, 1)));
  await machine.agent.idle();
  await machine.world.pass(60_000);
  await live(2);
  await wentBack();
  expect(serving().error).toMatch(/^memory: .*, allowed/);
});

test('a release that ends the process whenever it is loaded is given back as well', async () => {
  const left = await update('{}');
  run.killsLoading = true;
  for (let crash = 0; crash < 4; crash++) {
    machine = await machine.crash();
    if (crash === 3) break;
    void machine.start();
    await expect
      .poll(() => machine.world.stored('r/press'), { timeout: 20_000 })
      .toContain(`"attempts":${crash + 1}`);
  }
  await machine.start();
  expect(serving()).toMatchObject({ release: 'press@1.0.0', state: 'failed' });
  const [now, back] = await evidence();
  expect(now).toMatchObject({ reverted: null });
  expect(back).toMatchObject({
    releaseDigest: left.digest,
    reverted: { reason: 'the agent ended 3 times while this release was loaded' },
  });
});

test('a first moment that is all bad is no verdict, nor are few windows', async () => {
  await update('{ errorRate: 1%, latencyP95: 50ms }');
  run.fails = true;
  run.tookMs = 60;
  await live(19);
  expect(serving().release).toBe('press@1.1.0');
  await live(15);
  await wentBack();
});

test('a crash loop: the third start goes back before it runs anything again', async () => {
  await update('{ crashLoop: 3/10m }');
  await live(3);
  for (let crash = 1; crash <= 3; crash++) {
    expect(serving().release).toBe('press@1.1.0');
    run.kills = true;
    void live(1);
    await machine.world.settle();
    machine = await machine.crash();
    run.kills = false;
    await machine.start();
  }
  expect(serving()).toMatchObject({
    release: 'press@1.0.0',
    error: 'crashLoop: the agent ended 3 times within 10m 0s',
  });
  const records = await evidence();
  expect(records.map(({ restarts, reverted }) => [restarts, reverted?.reason])).toEqual([
    [0, undefined],
    [3, 'crashLoop: the agent ended 3 times within 10m 0s'],
  ]);
});

test('crashes further apart than the limit says, and stops that were asked for, are no crash loop', async () => {
  await update('{ crashLoop: 3/10m }');
  for (let stop = 0; stop < 4; stop++) {
    await machine.agent.stop();
    await machine.start();
  }
  for (let crash = 0; crash < 4; crash++) {
    await machine.world.pass(360_000);
    machine = await machine.crash();
    await machine.start();
  }
  expect(serving()).toMatchObject({ release: 'press@1.1.0', state: 'active' });
});

test('without a release to go back to it goes on, and says so once', async () => {
  machine.release = machine.pack('1.0.0', defective, '{ errorRate: 1% }');
  await machine.start();
  run.fails = true;
  await live(80);
  expect(serving()).toMatchObject({ release: 'press@1.0.0', state: 'active' });
  expect(alerts()).toEqual([
    expect.stringMatching(
      /^press@1\.0\.0 goes on, for there is no previous release to go back to: errorRate/,
    ),
  ]);
  const [record, ...others] = await evidence();
  expect(others).toEqual([]);
  expect(record).toMatchObject({ errors: 80, reverted: null });
});

test('what was given back is told with a signature of the device, and not taken again', async () => {
  const left = await update('{ errorRate: 1% }');
  run.fails = true;
  await live(40);
  await wentBack();
  run.fails = false;
  await live(5);
  await machine.agent.stop();
  await machine.start();
  await live(5);
  expect(serving()).toMatchObject({ release: 'press@1.0.0', state: 'failed' });

  const records = await evidence();
  expect(records).toHaveLength(2);
  const [now, before] = records;
  expect(now).toMatchObject({ windows: 10, errors: 0, reverted: null });
  expect(before).toMatchObject({ releaseDigest: left.digest, role: v1.Role.ROLE_ACTIVE });
  const { reason, wallMs, signature } = before!.reverted!;
  const facts = {
    agent: 'gw',
    pipeline: 'press',
    releaseDigest: left.digest,
    reason: reason!,
    wallMs: wallMs!,
  };
  const publicKey = nodeCrypto.publicKey(machine.world.entries.get('i/key')!);
  expect(nodeCrypto.verify(publicKey, reversionBytes(facts), signature!)).toBe(true);
  expect(reason).toMatch(/^errorRate: /);
  expect(before!.windows).toBe(before!.errors);
  expect(before!.windows).toBeGreaterThanOrEqual(20);
  // It was told by an alert that reaches the control plane, too.
  const told = machine.requests
    .flatMap(({ blocks }) => blocks)
    .filter(({ lane }) => lane === v1.Lane.LANE_ALERT)
    .flatMap(({ columns }) => decode(v1.AlertList, columns!).alerts);
  expect(told).toContainEqual(
    expect.objectContaining({ kind: 'agent', pipeline: 'press', releaseDigest: left.digest }),
  );
});

test('a process that ends just after it went back has gone back, and knows why', async () => {
  const left = await update('{ errorRate: 1% }');
  run.fails = true;
  await live(40);
  await wentBack();
  machine = await machine.crash();
  run.fails = false;
  await machine.start();
  expect(serving().release).toBe('press@1.0.0');
  const back = (await evidence()).find(({ releaseDigest }) => releaseDigest === left.digest);
  expect(back!.reverted!.reason).toMatch(/^errorRate: /);
});

test('a release that was given back and is wished for anew, after another one, counts from 0', async () => {
  const left = await update('{ errorRate: 1% }');
  run.fails = true;
  await live(40);
  await wentBack();
  run.fails = false;
  for (const release of [machine.pack('1.2.0'), left]) {
    await machine.agent.stop();
    machine.release = release;
    await machine.start();
  }
  await live(3);
  const records = await evidence();
  expect(records).toHaveLength(1);
  expect(records[0]).toMatchObject({ releaseDigest: left.digest, windows: 3, errors: 0, reverted: null });
});
