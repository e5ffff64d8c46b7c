// The agent as a whole, over ports in memory and the real inference backend.
import { resultId } from '@skerry/proto/ids';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import { encodePolicy, mergePolicies } from '@skerry/proto/policy';
import { renderMetrics } from '@skerry/proto/prometheus';
import { decodeResults } from '@skerry/proto/results';
import { decode, v1 } from '@skerry/proto/wire';
import { beforeEach, expect, test } from 'vitest';
import { createOrtNodeBackend } from './adapters/ort-node.ts';
import { TestAgent } from './test-agent.ts';

let machine: TestAgent;

beforeEach(() => {
  machine = new TestAgent({ crypto: nodeCrypto, backend: createOrtNodeBackend() });
});

/** Readings of one device, one a second from `from` on. */
async function sendAll(device: string, from: number, values: readonly number[]): Promise<void> {
  await Promise.all(values.map((value, i) => machine.send(device, from + i, value)));
  await machine.agent.idle();
}

const policyOf = (score: number): string =>
  encodePolicy(
    mergePolicies([
      {
        apiVersion: 'skerry/v1',
        kind: 'DriftPolicy',
        name: 'p',
        release: 'press',
        window: { duration: 60_000, minSamples: 20 },
        input: {},
        output: {},
        thresholds: { score },
        onAlert: ['notify'],
      },
    ])!,
  );

const metric = (line: string): number => {
  const found = renderMetrics(machine.agent.metrics())
    .split('\n')
    .find((l) => l.startsWith(`${line} `));
  return Number(found?.slice(line.length + 1));
};

test('a result goes out on MQTT as documented, after it is committed', async () => {
  await machine.start();
  await sendAll('d7', 0, [1, 2, 3]);
  const [message] = machine.published.filter(({ topic }) => topic.endsWith('/result'));
  expect(message).toMatchObject({ topic: 'skerry/v1/gw/press/d7/result', qos: 0, retain: false });
  const fromUs = machine.startS * 1e6;
  const [result] = machine.messages('/result');
  expect(result).toEqual({
    id: resultId(nodeCrypto, {
      agent: 'gw',
      pipeline: 'press',
      device: 'd7',
      releaseDigest: machine.release.digest,
      fromUs,
      toUs: fromUs + 2e6,
    }),
    agent: 'gw',
    device: 'd7',
    pipeline: 'press',
    release: 'press@1.0.0',
    variant: 'fp32',
    backend: 'native',
    from: new Date(fromUs / 1000).toISOString(),
    to: new Date(fromUs / 1000 + 2000).toISOString(),
    outputs: { score: 0.75 },
    decision: 'normal',
    attribution: [],
    quality: { missing: 0, interpolated: 0, late: 0 },
    inputDigest: expect.stringMatching(/^sha256:[0-9a-f]{32}$/),
    policy: 0,
    inferUs: expect.any(Number),
    produced: new Date(machine.world.wallMs).toISOString(),
  });
});

test('an alert is an episode with the result behind it', async () => {
  await machine.start();
  await sendAll('d7', 0, [20, 20, 1, 1, 1]);
  const alerts = machine.messages('/alert');
  const results = machine.messages('/result');
  expect(alerts.map(({ state }) => state)).toEqual(['open', 'cleared']);
  expect(alerts[0]!.episode).toBe(alerts[1]!.episode);
  expect(alerts.map(({ result }) => result)).toEqual(results.slice(0, 2));
  expect(machine.published.find(({ topic }) => topic.endsWith('/alert'))?.topic).toBe(
    'skerry/v1/gw/press/d7/alert',
  );
});

test('publish: results false keeps results from MQTT and leaves alerts with the result behind them', async () => {
  machine.pipeline = { publish: { results: false } };
  await machine.start();
  await sendAll('d7', 0, [20, 20, 1]);
  expect(machine.messages('/result')).toEqual([]);
  expect(machine.messages('/alert')[0]).toMatchObject({ state: 'open', result: { outputs: { score: 10 } } });
});

test('the status is retained, and says offline as the last word of a stop', async () => {
  await machine.start();
  machine.agent.announce();
  await machine.send('d7', 0, 1);
  await machine.send('d7', 1, 1);
  await machine.send('d7', 2, 1);
  await machine.agent.stop();
  const status = machine.published.filter(({ topic }) => topic === 'skerry/v1/gw/status');
  expect(status.every(({ retain, qos }) => retain && qos === 1)).toBe(true);
  expect(machine.messages('gw/status')).toEqual([
    { agent: 'gw', status: 'online', version: '1.2.3' },
    { agent: 'gw', status: 'offline' },
  ]);
  expect(machine.published.at(-1)?.topic).toBe('skerry/v1/gw/status');
});

test('topics that no pipeline takes are acknowledged, counted and shown', async () => {
  await machine.start();
  await new Promise<void>((resolve) => machine.agent.ingest('other/x', new Uint8Array(), () => resolve()));
  const { unclaimed, unclaimedMessages } = machine.agent.status();
  expect([unclaimed, unclaimedMessages]).toEqual([[{ topic: 'other/x', messages: 1 }], 1]);
  expect(metric('skerry_agent_messages_unclaimed_total')).toBe(1);
});

test('the metrics carry the documented names and labels', async () => {
  machine.answer = () => ({});
  await machine.start();
  await sendAll('d7', 0, [1, 2, 3, 1000]);
  await machine.sync();
  const text = renderMetrics(machine.agent.metrics());
  for (const line of [
    'skerry_agent_messages_received_total{pipeline="press",codec="json"} 4',
    'skerry_agent_samples_rejected_total{pipeline="press",reason="range"} 1',
    'skerry_agent_windows_total{pipeline="press"} 1',
    'skerry_agent_inference_duration_seconds_count{pipeline="press",release="press@1.0.0",variant="fp32",backend="native"} 1',
    'skerry_agent_results_total{pipeline="press",decision="normal"} 1',
    'skerry_agent_outbox_records{state="pending"} 1',
    'skerry_agent_outbox_records{state="delivered"} 0',
    'skerry_agent_outbox_records{state="summarized"} 0',
    'skerry_agent_outbox_records{state="evicted"} 0',
  ])
    expect(text).toContain(`${line}\n`);
  expect(text).toMatch(/^skerry_agent_outbox_bytes \d+$/m);
  expect(text).toMatch(/^skerry_agent_sync_total\{outcome="ok"\} [1-9]/m);
});

test('counters survive a kill, and are there before the agent is ready', async () => {
  await machine.start();
  await sendAll('d7', 0, [1, 2, 3]);
  expect(metric('skerry_agent_results_total{pipeline="press",decision="normal"}')).toBe(1);
  await machine.create();
  expect(machine.agent.ready().ok).toBe(false);
  expect(metric('skerry_agent_results_total{pipeline="press",decision="normal"}')).toBe(1);
  expect(machine.agent.status().pipelines[0]!.samples).toMatchObject({ received: 3, used: 1, open: 2 });
  await machine.agent.start();
  expect(metric('skerry_agent_results_total{pipeline="press",decision="normal"}')).toBe(1);
  expect(machine.agent.status().pipelines[0]!.samples).toMatchObject({ received: 3, used: 1, open: 2 });
});

test('a policy that arrives acts on the running agent within the range that the release allows, and is kept offline', async () => {
  machine.answer = () => ({
    desired: { generation: 1, pipelines: [{ name: 'press', policy: policyOf(1), policyGeneration: 7 }] },
  });
  await machine.start();
  await sendAll('d7', 0, [8, 8, 1]);
  await machine.sync();
  await sendAll('d7', 4, [8, 8]);
  await machine.agent.stop();
  machine.answer = () => undefined;
  await machine.start();
  await sendAll('d7', 6, [6, 6, 3, 3, 3]);
  const seen = machine.messages('/result').map(({ outputs, decision, policy }) => ({
    ...(outputs as object),
    decision,
    policy,
  }));
  // 1 lies below the range [2, 9]: 2 is what applies.
  expect(seen).toEqual([
    { score: 4, decision: 'normal', policy: 0 },
    { score: 4, decision: 'alert', policy: 7 },
    { score: 3, decision: 'alert', policy: 7 },
    { score: 1.5, decision: 'normal', policy: 7 },
  ]);
});

test('a restored control plane may give another policy under the same number', async () => {
  const answerWith = (instance: string, score: number) => () => ({
    instance,
    desired: { generation: 1, pipelines: [{ name: 'press', policy: policyOf(score), policyGeneration: 7 }] },
  });
  machine.answer = answerWith('one', 9);
  await machine.start();
  await machine.sync();
  machine.answer = answerWith('two', 2);
  await machine.sync();
  await sendAll('d7', 0, [8, 8, 1]);
  expect(machine.messages('/result')[0]).toMatchObject({ decision: 'alert', policy: 7 });
});

test('results, alerts and sketches reach the control plane in blocks that say what MQTT said', async () => {
  machine.answer = () => ({});
  await machine.start();
  await sendAll(
    'd7',
    0,
    Array.from({ length: 130 }, () => 20),
  );
  await machine.sync();
  const { blocks, sketches } = machine.requests.at(-1)!;
  const rows = blocks
    .filter(({ lane }) => lane === v1.Lane.LANE_RESULT)
    .map(({ columns }) => decodeResults(columns!));
  const ids = rows.flat().map((row) => resultId(nodeCrypto, { agent: 'gw', ...row }));
  expect(ids).toEqual(machine.messages('/result').map(({ id }) => id));
  const alerts = blocks.filter(({ lane }) => lane === v1.Lane.LANE_ALERT);
  const [first] = alerts.flatMap(({ columns }) => decode(v1.AlertList, columns!).alerts);
  expect(first).toMatchObject({ kind: 'anomaly', resultId: ids[0], output: 'score' });
  expect(sketches[0]).toMatchObject({ pipeline: 'press', device: 'd7', signal: 'vibration' });
});

test('what drift has seen when the agent stops is kept for the next exchange', async () => {
  await machine.start();
  await sendAll(
    'd7',
    0,
    Array.from({ length: 30 }, () => 1.5),
  );
  await machine.agent.stop();
  machine.answer = () => ({});
  await machine.start();
  await machine.sync();
  expect(machine.requests.at(-1)!.sketches[0]).toMatchObject({ signal: 'vibration', n: 30 });
});

test('a stop ends exchanges that are under way, and nothing of it holds the process', async () => {
  machine.silent = true;
  await machine.start();
  await machine.world.settle();
  await machine.agent.stop();
  expect(machine.aborted).toEqual(['/agent/v1/enroll']);
});

test('what comes while the agent stops is neither acknowledged nor lost sight of', async () => {
  await machine.start();
  const stopped = machine.agent.stop();
  let answered = false;
  void machine.send('d7', 0, 1).then(
    () => (answered = true),
    () => (answered = true),
  );
  await stopped;
  expect(answered).toBe(false);
});

test('a release whose drift reference is no reference leaves everything as it was', async () => {
  await machine.start();
  const damaged = machine.pack('1.1.0', { 'reference.pb': new Uint8Array([255, 255, 255]) });
  const good = machine.release;
  machine.release = damaged;
  await machine.agent.stop();
  await machine.start();
  await sendAll('d7', 0, [1, 2, 3]);
  expect(machine.messages('/result').at(-1)).toMatchObject({ release: 'press@1.0.0' });
  const [pipeline] = machine.agent.status().pipelines;
  expect(pipeline).toMatchObject({ release: `press@${good.version}`, state: 'failed' });
});

test('a database that was set aside is told by an alert and shown, and a new epoch begins', async () => {
  machine.answer = () => ({});
  machine.setAside = '/data/db.corrupt-1';
  await machine.start();
  await machine.sync();
  const alerts = machine.requests
    .at(-1)!
    .blocks.flatMap(({ columns }) => decode(v1.AlertList, columns!).alerts);
  expect(alerts).toHaveLength(1);
  expect(alerts[0]).toMatchObject({ kind: 'agent', message: expect.stringContaining('/data/db.corrupt-1') });
  expect(machine.agent.status().notices.join()).toContain('/data/db.corrupt-1');
});

/** More than a buffer of 32 KiB holds; resolves with the seconds that were acknowledged. */
async function overflow(seconds: number): Promise<number> {
  let acknowledged = 0;
  for (let i = 0; i < seconds; i++) {
    void machine.send('d7', i, i % 90).then(() => acknowledged++);
    if (i % 20 === 19) await machine.agent.idle();
  }
  await machine.agent.idle();
  return acknowledged;
}

/** Both sums of the ledger. */
function balance(): { samples: Record<string, number>; results: Record<string, number> } {
  const { pipelines, outbox } = machine.agent.status();
  const { received, rejected, open, used, gap, skipped } = pipelines[0]!.samples;
  const sum = Object.values(rejected).reduce((a, b) => a + b, 0) + open + used + gap + skipped;
  expect(sum).toBe(received);
  const { lane: _, numbers, ...results } = outbox[0]!;
  expect(numbers.problems).toEqual([]);
  const { produced, delivered, pending, summarized, evicted } = results;
  expect(delivered + pending + summarized + evicted).toBe(produced);
  return { samples: { received, ...rejected }, results };
}

test.each(['degrade', 'drop-oldest'] as const)(
  'whenFull %s takes everything, and what gave way is counted',
  async (whenFull) => {
    machine.config = { buffer: { maxBytes: '32KiB', whenFull, durability: 'os' } };
    await machine.start();
    expect(await overflow(1200)).toBe(1200);
    const { samples, results } = balance();
    expect(samples.received).toBe(1200);
    expect(results.summarized! + results.evicted!).toBeGreaterThan(0);
    expect(machine.agent.status().outboxBytes).toBeLessThanOrEqual(40 * 1024);
  },
);

test('whenFull reject-new acknowledges and counts; what the control plane took makes room', async () => {
  machine.config = { buffer: { maxBytes: '32KiB', whenFull: 'reject-new' } };
  await machine.start();
  expect(await overflow(1200)).toBe(1200);
  const { samples, results } = balance();
  expect(samples.full).toBeGreaterThan(0);
  expect(results.pending).toBe(results.produced);
  expect(machine.agent.status().notices).toContain('the buffer is full');
  await takeEverything();
  const before = machine.agent.status().pipelines[0]!.samples.rejected.full;
  await sendAll('d8', 0, [1, 2, 3]);
  expect(machine.agent.status().pipelines[0]!.samples.rejected.full).toBe(before);
});

test('whenFull block holds acknowledgements until the control plane made room', async () => {
  machine.config = { buffer: { maxBytes: '32KiB', whenFull: 'block' } };
  await machine.start();
  expect(await overflow(1200)).toBeLessThan(1200);
  await takeEverything();
  await takeEverything();
  await machine.agent.idle();
  expect(balance().samples.received).toBe(1200);
});

/** The control plane is there and holds everything that it is sent. */
async function takeEverything(): Promise<void> {
  machine.answer = ({ epoch, blocks }) => ({
    acks: [v1.Lane.LANE_ALERT, v1.Lane.LANE_RESULT].map((lane) => ({
      lane,
      epoch,
      cursor: Math.max(
        0,
        ...blocks.filter((b) => b.lane === lane).map((b) => Math.max(b.seq ?? 0, b.seqLast ?? 0)),
      ),
    })),
  });
  for (let i = 0; i < 5; i++) await machine.sync();
}

test('counters of a pipeline that agent.yaml no longer has still count', async () => {
  await machine.start();
  await sendAll('d7', 0, [1, 2, 3]);
  await machine.agent.stop();
  machine.pipeline = { name: 'other' };
  await machine.start();
  expect(metric('skerry_agent_results_total{pipeline="press",decision="normal"}')).toBe(1);
});
