import { contentDigest } from '@skerry/proto/content-digest';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import { expect, test } from 'vitest';
import { joseTokens } from './adapters/jose-tokens.ts';
import { createTestApp, createWorld, json, testRow, type World } from './node/testing.ts';

/** `key-of-ID` is what worlds enrol agents with; the subject names it by its digest. */
async function accessToken(world: World, agent: string): Promise<string> {
  const digest = nodeCrypto.sha256(new TextEncoder().encode(`key-of-${agent}`)).subarray(0, 8);
  const subject = `${agent}:${Buffer.from(digest).toString('hex')}`;
  return joseTokens.issue(world.fleet.accessKey(), subject, world.clock.nowMs);
}

async function syncRequest(
  world: World,
  agent: string,
  body: Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>,
  headers: Record<string, string> = {},
): Promise<RequestInit & { duplex: 'half' }> {
  const authorization = `Bearer ${await accessToken(world, agent)}`;
  const type = { 'content-type': 'application/x-protobuf' };
  return { method: 'POST', body, headers: { ...type, authorization, ...headers }, duplex: 'half' };
}

/** A body of which nothing more comes until `end`. */
function openBody(): { body: ReadableStream<Uint8Array>; wasAsked: Promise<void>; end(): void } {
  let asked = (): void => undefined;
  const wasAsked = new Promise<void>((resolve) => {
    asked = resolve;
  });
  let end = (): void => undefined;
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      end = () => controller.close();
      asked();
      return new Promise(() => undefined);
    },
  });
  return { body, wasAsked, end: () => end() };
}

test('[SY15] an agent that finds the shard busy is told when to come back, before its body is read', async () => {
  const world = createWorld({ shard: { syncsPerSecond: 2 } });
  const app = createTestApp(world);
  const agents = ['a', 'b', 'c', 'd'].map((id) => world.agent(id));
  const ask = async (i: number): Promise<Response> =>
    app.call(
      '/agent/v1/sync',
      await syncRequest(world, agents[i]!.id, agents[i]!.request() as Uint8Array<ArrayBuffer>),
    );
  const answers = [await ask(0), await ask(1), await ask(2)];
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 503]);
  const unread = openBody();
  const last = await app.call('/agent/v1/sync', await syncRequest(world, 'd', unread.body));
  expect([answers[2]!, last].map((r) => r.headers.get('retry-after'))).toEqual(['1', '2']);
  expect(await json(last)).toMatchObject({
    code: 'unavailable',
    detail: 'the control plane is busy: come back in 2 s',
  });
  world.clock.nowMs += 1_000;
  expect((await ask(2)).status).toBe(200);
});

test('[SY16] an agent has two syncs under way and no third; when one has ended there is room again', async () => {
  const world = createWorld();
  const app = createTestApp(world);
  const agent = world.agent('a');
  const slow = [openBody(), openBody()];
  const underWay = slow.map(async ({ body }) =>
    app.call('/agent/v1/sync', await syncRequest(world, 'a', body)),
  );
  await Promise.all(slow.map(({ wasAsked }) => wasAsked));
  const ask = async (): Promise<Response> =>
    app.call('/agent/v1/sync', await syncRequest(world, 'a', agent.request() as Uint8Array<ArrayBuffer>));
  const third = await ask();
  expect([third.status, third.headers.get('retry-after')]).toEqual([503, '5']);
  slow[0]!.end();
  expect((await underWay[0]!).status).toBe(422); // an empty body is no request
  expect((await ask()).status).toBe(200);
  slow[1]!.end();
  await underWay[1];
});

test('[SY17] a body that was damaged on its way is refused and keeps nothing; sent again whole it is taken', async () => {
  const world = createWorld();
  const app = createTestApp(world);
  const agent = world.agent('a');
  agent.produce([testRow(0), testRow(4)]);
  const body = agent.request();
  const digest = { 'content-digest': contentDigest(nodeCrypto, body) };
  const send = async (bytes: Uint8Array): Promise<Response> =>
    app.call('/agent/v1/sync', await syncRequest(world, 'a', bytes as Uint8Array<ArrayBuffer>, digest));
  for (let at = 0; at < body.length; at += 7) {
    const damaged = new Uint8Array(body);
    damaged[at]! ^= 1;
    expect((await send(damaged)).status).toBe(422);
  }
  expect(world.shards[0]!.counts().counters).toMatchObject({ results_ingested: 0, blocks_refused: 0 });
  const whole = await send(body);
  expect(world.shards[0]!.counts().counters).toMatchObject({ results_ingested: 2 });
  const answer = new Uint8Array(await whole.arrayBuffer());
  expect(whole.headers.get('content-digest')).toBe(contentDigest(nodeCrypto, answer));
});
