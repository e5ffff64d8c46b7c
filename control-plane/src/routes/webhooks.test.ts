import { createHmac } from 'node:crypto';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import { encode, skerry, v1 } from '@skerry/proto/wire';
import { beforeEach, expect, test } from 'vitest';
import { actorRef } from '../node/actors.ts';
import { createTestApp, createWorld, type SimAgent, type World } from '../node/testing.ts';
import { createWebhooks, type Webhooks } from './webhooks.ts';

const { EPISODE_STATE_OPEN, EPISODE_STATE_UPDATE, EPISODE_STATE_CLEARED } = skerry.v1.EpisodeState;
const HOUR_MS = 3_600_000;

let world: World;
let agent: SimAgent;
let webhooks: Webhooks;
let posted: Request[];
let answer: () => Promise<Response>;
/** Rounds that were asked for later, and in how many milliseconds. */
let planned: number[];

beforeEach(async () => {
  world = createWorld();
  await applyPolicy('[notify, { webhook: "https://train.example/hook?a=1" }]');
  agent = world.agent('gw', {}, { pinned: true, release: 'press@1.0.0', releaseDigest: 'sha256:a' });
  agent.sync();
  posted = [];
  planned = [];
  answer = async () => new Response(null, { status: 204 });
  webhooks = createWebhooks({
    fleet: actorRef(world.fleet),
    shards: world.shards.map((shard) => actorRef(shard)),
    crypto: nodeCrypto,
    timers: {
      after: (delayMs) => {
        planned.push(delayMs);
        return () => undefined;
      },
    },
    now: () => world.clock.nowMs,
    later: () => undefined,
    log: () => undefined,
    post: (request) => {
      posted.push(request);
      return answer();
    },
  });
});

async function applyPolicy(onAlert: string): Promise<void> {
  const head = 'apiVersion: skerry/v1\nkind: DriftPolicy\nname: press\nrelease: press';
  world.fleet.applyPolicy('ada', `${head}\nonAlert: ${onAlert}`);
  await world.coordinator.drive();
}

/** The agent tells of an episode. */
function tell(episode: string, state = EPISODE_STATE_OPEN, kind = 'drift'): void {
  const wallMs = world.clock.nowMs + state;
  const message = 'vibration of d7 has drifted: psi 0.5, alert at 0.2';
  const alert = {
    episode,
    state,
    kind,
    pipeline: 'p',
    device: 'd7',
    output: 'vibration',
    value: 0.5,
    wallMs,
    message,
  };
  const list = encode(v1.AlertList, { alerts: [alert] });
  agent.append('alert', skerry.v1.BlockKind.BLOCK_KIND_ALERTS, 1, list);
  agent.sync();
}

test('a drift episode that opens is posted once to the webhook of the policy, and its further course is not', async () => {
  tell('ep1');
  await webhooks.deliver();
  tell('ep1', EPISODE_STATE_UPDATE);
  tell('ep1', EPISODE_STATE_CLEARED);
  await webhooks.deliver();
  expect(posted.map(({ method, url }) => [method, url])).toEqual([
    ['POST', 'https://train.example/hook?a=1'],
  ]);
  expect(await posted[0]!.json()).toEqual({
    type: 'drift.opened',
    timestamp: new Date(world.clock.nowMs).toISOString(),
    data: expect.objectContaining({
      agent: 'gw',
      pipeline: 'p',
      device: 'd7',
      episode: 'ep1',
      output: 'vibration',
      value: 0.5,
      message: 'vibration of d7 has drifted: psi 0.5, alert at 0.2',
    }),
  });
  expect(world.shards[0]!.counts().counters).toMatchObject({ webhooks_delivered: 1, webhooks_failed: 0 });
});

test('it is signed so that any receiver with the key can check it (Standard Webhooks)', async () => {
  tell('ep1');
  await webhooks.deliver();
  const call = createTestApp(world);
  const { key } = (await (await call.as('admin')('/api/v1/webhook-key')).json()) as { key: string };
  expect((await call.as('operator')('/api/v1/webhook-key')).status).toBe(403);
  const [request] = posted;
  const header = (name: string): string => request!.headers.get(name)!;
  const content = `${header('webhook-id')}.${header('webhook-timestamp')}.${await request!.text()}`;
  const secret = Buffer.from(key.replace(/^whsec_/, ''), 'base64');
  const expected = createHmac('sha256', secret).update(content).digest('base64');
  expect(header('webhook-signature')).toBe(`v1,${expected}`);
  expect(Number(header('webhook-timestamp'))).toBe(Math.floor(world.clock.nowMs / 1_000));
});

test('what is refused or unreachable is tried again under the same id, ever more rarely, for a day; then an alert tells', async () => {
  let isDown = false;
  answer = async () => {
    isDown = !isDown;
    if (isDown) throw new TypeError('fetch failed');
    return new Response('busy', { status: 503 });
  };
  tell('ep1');
  const began = world.clock.nowMs;
  const times: number[] = [];
  while (world.shards[0]!.nextWebhookMs() !== undefined) {
    times.push(world.clock.nowMs - began);
    await webhooks.deliver();
    await webhooks.deliver();
    expect(posted).toHaveLength(times.length);
    world.clock.nowMs = world.shards[0]!.nextWebhookMs() ?? world.clock.nowMs;
  }
  expect(times.slice(0, 4)).toEqual([0, 30_000, 90_000, 210_000]);
  expect(times.at(-1)).toBeGreaterThan(22 * HOUR_MS);
  expect(times.at(-1)).toBeLessThanOrEqual(24 * HOUR_MS);
  expect(new Set(posted.map(({ headers }) => headers.get('webhook-id'))).size).toBe(1);
  const [alert] = world.shards[0]!.alerts({ open: true, limit: 1 });
  expect(String(alert?.result.message)).toMatch(
    /^webhook https:\/\/train\.example\/hook\?a=1 was not delivered in a day and \d+ attempts: (fetch failed|train\.example answered 503)$/,
  );
  expect(world.shards[0]!.counts().counters).toMatchObject({ webhooks_delivered: 0, webhooks_failed: 1 });
});

test('the next round comes when the next attempt is due', async () => {
  answer = async () => new Response(null, { status: 500 });
  tell('ep1');
  await webhooks.deliver();
  expect(planned).toEqual([30_000]);
});

test('an anomaly is no drift, a policy without a webhook posts nothing, and two addresses get one each', async () => {
  tell('ep0', EPISODE_STATE_OPEN, 'anomaly');
  await applyPolicy('[notify]');
  agent.sync();
  tell('ep1');
  await applyPolicy('[{ webhook: "https://a.example" }, { webhook: "https://b.example" }]');
  agent.sync();
  tell('ep2');
  await webhooks.deliver();
  expect(posted.map(({ url }) => url).sort()).toEqual(['https://a.example/', 'https://b.example/']);
});

test('a thousand wait at most, and the oldest give way', async () => {
  for (let i = 0; i < 1_003; i++) {
    world.clock.nowMs++;
    tell(`ep${i}`);
  }
  expect(world.shards[0]!.counts().counters.webhooks_failed).toBe(3);
  expect(world.shards[0]!.dueWebhooks(2_000)).toHaveLength(1_000);
});
