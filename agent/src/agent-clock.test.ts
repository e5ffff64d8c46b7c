// A gateway whose clock is wrong, with a control plane and without: what it stamps, and what people see.
import { nodeCrypto } from '@skerry/proto/node/crypto';
import { renderMetrics } from '@skerry/proto/prometheus';
import { beforeEach, expect, test } from 'vitest';
import { createOrtNodeBackend } from './adapters/ort-node.ts';
import { TestAgent } from './test-agent.ts';

const HOUR_MS = 3_600_000;

let machine: TestAgent;
let trueMs: () => number;

beforeEach(() => {
  machine = new TestAgent({ crypto: nodeCrypto, backend: createOrtNodeBackend() });
  const { world } = machine;
  const startMs = world.wallMs;
  trueMs = () => startMs + world.monoMs;
});

/** Readings of one device, one a second, after which its first window is a result. */
async function measure(device: string): Promise<void> {
  for (const second of [0, 1, 2]) await machine.send(device, second, 1);
  await machine.agent.idle();
}

const metrics = (): string[] => renderMetrics(machine.agent.metrics()).split('\n');

test("with a control plane, its time is taken where the machine's is hours off, and all of that is shown", async () => {
  machine.answer = () => ({ wallMs: trueMs() });
  machine.world.wallMs -= 3 * HOUR_MS;
  await machine.start();
  expect(machine.agent.status().clock).toMatchObject({ state: 'unconfirmed' });
  await machine.sync();
  await machine.sync();
  const { clock, notices } = machine.agent.status();
  expect(clock).toMatchObject({
    state: 'disputed',
    time: new Date(trueMs()).toISOString(),
    machine: new Date(trueMs() - 3 * HOUR_MS).toISOString(),
  });
  expect(clock.uncertaintyMs).toBeLessThan(50);
  expect(notices).toContain(
    "this machine's clock is 3h 0m behind the control plane's, which is taken instead",
  );
  expect(metrics()).toContain('skerry_agent_clock_offset_seconds{state="disputed"} -10800');
  const sent = machine.requests.at(-1)!.clock!;
  expect(Number(sent.wallMs) - Number(sent.monoMs)).toBe(trueMs() - machine.world.monoMs - 3 * HOUR_MS);
  expect(sent.uncertaintyMs).toBeGreaterThanOrEqual(3 * HOUR_MS);
  await measure('d7');
  const [result] = machine.agent.recent(1);
  expect(result).toMatchObject({ produced: new Date(trueMs()).toISOString() });
  expect(result!.uncertaintyMs).toBeGreaterThan(0);
  expect(result!.uncertaintyMs).toBeLessThan(50);
});

test('without one, results say what the machine says, and claim nothing about how right that is', async () => {
  machine.world.wallMs -= HOUR_MS / 2;
  await machine.start();
  await measure('d7');
  const [result] = machine.agent.recent(1);
  expect(result).toMatchObject({ produced: new Date(machine.world.wallMs).toISOString() });
  expect(result).not.toHaveProperty('uncertaintyMs');
  expect(metrics().filter((line) => line.startsWith('skerry_agent_clock_uncertainty_seconds{'))).toEqual([]);
});

test('after a restart in 1970 time goes on from the last commit, samples of right devices count, and a person is told', async () => {
  await machine.start();
  await measure('d7');
  await machine.agent.stop();
  const { world } = machine;
  const committed = new Date(world.wallMs).toISOString();
  world.wallMs = 60_000;
  await machine.start();
  const { clock, notices } = machine.agent.status();
  expect(clock).toMatchObject({ state: 'unknown', time: committed, machine: '1970-01-01T00:01:00.000Z' });
  expect(notices.find((notice) => notice.includes("doesn't know the time"))).toContain(committed);
  await measure('d8');
  expect(machine.agent.recent(1)[0]).toMatchObject({ device: 'd8', produced: committed });
  expect(machine.agent.status().pipelines[0]!.samples.rejected).toEqual({});
});

test("where the machine's clock is not to be trusted, nothing is from the future until the control plane has answered", async () => {
  machine.config = { clock: { trust: 'confirmed', maxOff: '30d' } };
  await machine.start();
  const rejected = () => machine.agent.status().pipelines[0]!.samples.rejected;
  const day = 24 * 3_600;
  await machine.send('ahead', 10 * day, 1);
  await machine.send('wild', 40 * day, 1);
  expect(rejected()).toEqual({ future: 1 });
  machine.answer = () => ({ wallMs: trueMs() });
  for (let i = 0; i < 10 && machine.agent.status().clock.state !== 'confirmed'; i++) await machine.sync();
  await machine.send('ahead', 10 * day + 1, 1);
  expect(rejected()).toEqual({ future: 2 });
  expect(machine.world.lines.filter((line) => line.includes('starts anew'))).toEqual([
    'warn processor: ahead gave times that are still to come; it starts anew',
  ]);
  await machine.send('ahead', 0, 1);
  await machine.agent.idle();
  expect(rejected()).toEqual({ future: 2 });
});

test('times of arrival that are ahead of a clock that was set back are reported', async () => {
  machine.pipeline = {
    source: { topics: ['plant/+/telemetry'], channels: { vibration: 'v', temperature: 't' } },
  };
  machine.answer = () => ({ wallMs: trueMs() });
  await machine.start();
  machine.world.wallMs += 2 * HOUR_MS;
  await measure('d7');
  machine.world.wallMs -= 2 * HOUR_MS;
  await machine.sync();
  await machine.sync();
  expect(machine.agent.status().clock).toMatchObject({
    state: 'confirmed',
    arrivalAheadMs: 2 * HOUR_MS,
  });
  expect(Number(machine.requests.at(-1)!.reported!.arrivalAheadMs)).toBe(2 * HOUR_MS);
  expect(machine.agent.status().notices).toContain(
    'times of arrival are 2h 0m ahead: the clock was set back, and they never go back',
  );
});
