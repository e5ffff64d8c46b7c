import { nodeCrypto } from '@skerry/proto/node/crypto';
import { type EffectivePolicy, encodePolicy } from '@skerry/proto/policy';
import { beforeEach, expect, test } from 'vitest';
import { createOrtNodeBackend } from '../adapters/ort-node.ts';
import { TestAgent } from '../test-agent.ts';

let machine: TestAgent;

beforeEach(() => {
  machine = new TestAgent({ crypto: nodeCrypto, backend: createOrtNodeBackend() });
});

const policyOf = (change: Partial<EffectivePolicy>): string =>
  encodePolicy({
    windowMs: 60_000,
    minSamples: 20,
    input: { psi: { alert: 0.2 } },
    output: {},
    thresholds: {},
    onAlert: ['notify'],
    ...change,
  });

const push = (policy: string, policyGeneration: number) => () => ({
  desired: { generation: policyGeneration, pipelines: [{ name: 'press', policy, policyGeneration }] },
});

/** A reading a second from `from` to `to`, healthy ones or of a sensor that reads `shift` more. */
async function send(from: number, to: number, shift = 0): Promise<void> {
  const readings = Array.from({ length: to - from }, (_, i) => from + i);
  await Promise.all(readings.map((i) => machine.send('d7', i, 1 + (i % 7) / 7 + shift)));
  await machine.agent.idle();
}

const drift = () => machine.messages('/drift').map(({ state, policy }) => [state, policy]);
const serving = () => machine.agent.status().pipelines[0]!;

test('drift thresholds that are pushed act within seconds on an open window, and are kept offline', async () => {
  machine.answer = push(policyOf({ input: { psi: { alert: 99 } } }), 1);
  await machine.start();
  await machine.sync();
  await send(0, 150, 0.3);
  expect(drift()).toEqual([]);
  machine.answer = push(policyOf({}), 2);
  await machine.sync();
  await send(150, 152, 0.3);
  await machine.sync();
  expect(drift()).toEqual([['open', 2]]);

  await machine.agent.stop();
  machine.published.length = 0;
  machine.answer = () => undefined;
  await machine.start();
  await send(200, 400, 0.3);
  expect(drift()[0]).toEqual(['open', 2]);
});

test('a policy that asks for a fallback goes back to the previous release where the one that serves drifts', async () => {
  await machine.start();
  await machine.agent.stop();
  machine.release = machine.pack('1.1.0');
  machine.answer = push(policyOf({ onAlert: ['notify', 'fallback'] }), 3);
  await machine.start();
  expect(serving()).toMatchObject({ release: 'press@1.1.0' });
  await machine.sync();
  await send(0, 300, 0.3);
  await expect.poll(() => serving().release).toBe('press@1.0.0');
  expect(serving()).toMatchObject({
    state: 'failed',
    error: expect.stringMatching(/^policy 3: vibration of d7 has drifted/),
  });

  await machine.sync();
  expect(machine.requests.at(-1)!.reported!.evidence).toMatchObject([
    { reverted: null },
    { releaseDigest: machine.release.digest, reverted: { reason: serving().error } },
  ]);

  // It isn't taken again, though it is still what is wished for; and there is nothing further to fall back to.
  await machine.agent.stop();
  await machine.start();
  await send(400, 700, 0.3);
  expect(serving()).toMatchObject({ release: 'press@1.0.0' });
});

test('a policy that does not ask for it leaves the release alone', async () => {
  await machine.start();
  await machine.agent.stop();
  machine.release = machine.pack('1.1.0');
  machine.answer = push(policyOf({}), 3);
  await machine.start();
  await machine.sync();
  await send(0, 300, 0.3);
  await machine.sync();
  expect(drift()[0]).toEqual(['open', 3]);
  expect(serving()).toMatchObject({ release: 'press@1.1.0', state: 'active' });
});

test('a policy that asks for capture has windows sent within its budget, kept until the control plane has them', async () => {
  machine.config = { capture: { random: '100%' } };
  machine.answer = push(policyOf({ onAlert: ['capture'], capture: { bytesPerDay: 1024 ** 2 } }), 4);
  await machine.start();
  await machine.sync();
  await machine.world.pass(3_600_000);
  await send(0, 20);
  await machine.agent.stop();
  machine.requests.length = 0;
  await machine.start();
  await machine.sync();
  const { samples } = machine.requests.at(-1)!;
  expect(samples[0]).toMatchObject({
    pipeline: 'press',
    device: 'd7',
    release: 'press@1.0.0',
    channels: ['vibration', 'temperature'],
    reason: 'random',
    inclusion: 1,
    threshold: 5,
  });
  const sent = new Set(samples.map(({ id }) => id));
  expect(sent.size).toBe(samples.length);

  // What isn't said to be held comes again, and what is held doesn't.
  const held = samples.slice(1).map(({ id }) => id ?? '');
  machine.answer = () => ({ heldSamples: [...held, 'unheard-of'] });
  await machine.sync();
  await machine.sync();
  const again = machine.requests.at(-1)!.samples;
  expect(again.map(({ id }) => id)).toEqual([samples[0]!.id]);
});

test('a sensor whose readings the release rejects is named, though no reading of it is taken', async () => {
  machine.answer = push(policyOf({ input: {} }), 5);
  await machine.start();
  await machine.sync();
  await send(0, 70);
  await send(70, 200, 500);
  await send(200, 201);
  await machine.sync();
  const [opened] = machine.messages('/drift');
  expect(opened).toMatchObject({ state: 'open', output: 'vibration' });
  expect(String(opened!.message)).toMatch(/^vibration of d7 is out of range: \d+ % of its values$/);
  expect(machine.agent.status().pipelines[0]!.samples.rejected).toMatchObject({ range: 130 });
});
