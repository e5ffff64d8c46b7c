import type { skerry } from '@skerry/proto/wire';
import { beforeEach, expect, test } from 'vitest';
import type { SampleWithValues } from '../core/shard/samples.ts';
import { createTestApp, createWorld, type SimAgent, type World } from '../node/testing.ts';

let world: World;
let agent: SimAgent;
let app: ReturnType<typeof createTestApp>;

beforeEach(() => {
  world = createWorld({ shards: 2 });
  agent = world.agent('gw');
  app = createTestApp(world);
});

function sampleOf(id: string, change: Partial<skerry.v1.ICapturedWindow> = {}): skerry.v1.ICapturedWindow {
  return {
    id,
    pipeline: 'press',
    device: 'd7',
    release: 'press@1.0.0',
    releaseDigest: 'sha256:a',
    fromUs: 1_790_000_000_000_000,
    toUs: 1_790_000_002_000_000,
    channels: ['vibration', 'temperature'],
    privateChannels: ['operator'],
    values: new Uint8Array(Float32Array.of(1.5, 20, Number.NaN, 21).buffer),
    reason: 'random',
    inclusion: 0.1,
    score: 0.5,
    threshold: 0.75,
    policy: 3,
    ...change,
  };
}

function send(...samples: skerry.v1.ICapturedWindow[]): string[] {
  agent.samples = samples;
  return agent.exchange().heldSamples;
}

async function list(query = ''): Promise<{ items: SampleWithValues[]; cursor?: string }> {
  const response = await app.as('viewer')(`/api/v1/samples${query}`);
  expect(response.status).toBe(200);
  return (await response.json()) as { items: SampleWithValues[]; cursor?: string };
}

test('a captured window is held once, and read with its values', async () => {
  expect(send(sampleOf('a'))).toEqual(['a']);
  expect(send(sampleOf('a', { score: 9 }))).toEqual(['a']);
  const { items } = await list();
  expect(items).toEqual([
    {
      agent: 'gw',
      id: 'a',
      pipeline: 'press',
      device: 'd7',
      release: 'press@1.0.0',
      releaseDigest: 'sha256:a',
      from: '2026-09-21T14:13:20.000Z',
      to: '2026-09-21T14:13:22.000Z',
      reason: 'random',
      inclusion: expect.closeTo(0.1),
      score: 0.5,
      threshold: 0.75,
      policy: 3,
      channels: ['vibration', 'temperature'],
      privateChannels: ['operator'],
      label: null,
      labelledBy: null,
      labelledMs: null,
      receivedMs: world.clock.nowMs,
      values: [
        [1.5, 20],
        [null, 21],
      ],
    },
  ]);
});

test('a window of a release without a score has none', async () => {
  send(sampleOf('a', { score: Number.NaN, threshold: Number.NaN }));
  expect((await list()).items).toMatchObject([{ score: null, threshold: null }]);
});

test('a person labels it, who and when is known, and may take it back', async () => {
  send(sampleOf('a'), sampleOf('b'));
  const label = (text: string | null, role: 'operator' | 'viewer' = 'operator') =>
    app.as(role)('/api/v1/samples/gw/a/label', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ label: text }),
    });
  expect((await label('wear', 'viewer')).status).toBe(403);
  expect(await (await label('wear')).json()).toMatchObject({ label: 'wear', labelledMs: world.clock.nowMs });
  expect((await list('?labelled=yes')).items.map(({ id }) => id)).toEqual(['a']);
  expect((await list('?labelled=no')).items.map(({ id }) => id)).toEqual(['b']);
  const lines = world.fleet.audit({ limit: 10, order: 'desc' });
  expect(lines).toContainEqual(expect.objectContaining({ action: 'sample.label', subject: 'gw/a' }));
  await label(null);
  expect((await list('?labelled=yes')).items).toEqual([]);
});

test('two people label at once: the last one stands, and the log has both', async () => {
  send(sampleOf('a'));
  const label = (text: string) =>
    app.as('operator')('/api/v1/samples/gw/a/label', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ label: text }),
    });
  await Promise.all([label('wear'), label('normal')]);
  const told = world.fleet
    .audit({ limit: 10, order: 'asc' })
    .filter(({ action }) => action === 'sample.label');
  expect(told.map(({ details }) => details)).toEqual([{ label: 'wear' }, { label: 'normal' }]);
  expect((await list()).items[0]).toMatchObject({ label: 'normal' });
});

test('a list comes without values where they are not asked for, one window with them, and all are counted', async () => {
  send(sampleOf('a'), sampleOf('b', { reason: 'novel', inclusion: 0 }), sampleOf('c', { pipeline: 'mill' }));
  const other = world.agent('other-gateway');
  other.samples = [sampleOf('d', { reason: 'novel' })];
  other.exchange();
  world.shardFor('gw').labelSample('ada', 'gw', 'b', 'wear');
  const { items } = await list('?reason=novel&pipeline=press&values=no');
  expect(items.map(({ id }) => id).sort()).toEqual(['b', 'd']);
  expect(items[0]).not.toHaveProperty('values');
  const get = async (path: string) => (await app.as('viewer')(`/api/v1/samples/${path}`)).json();
  expect(await get('gw/b')).toMatchObject({
    id: 'b',
    label: 'wear',
    values: [
      [1.5, 20],
      [null, 21],
    ],
  });
  expect(await get('gw/none')).toMatchObject({ status: 404 });
  expect(await get('counts')).toEqual({
    items: [
      { pipeline: 'mill', reason: 'random', samples: 1, labelled: 0 },
      { pipeline: 'press', reason: 'novel', samples: 2, labelled: 1 },
      { pipeline: 'press', reason: 'random', samples: 1, labelled: 0 },
    ],
  });
});

test('a list is walked page by page, over all shards', async () => {
  const other = world.agent('other-gateway');
  for (let i = 0; i < 5; i++) {
    world.clock.nowMs++;
    send(sampleOf(`a${i}`));
    other.samples = [sampleOf(`b${i}`)];
    other.exchange();
  }
  const seen: string[] = [];
  let query = '?limit=3';
  for (;;) {
    const { items, cursor } = await list(query);
    seen.push(...items.map(({ id }) => id));
    if (cursor === undefined) break;
    query = `?limit=3&cursor=${encodeURIComponent(cursor)}`;
  }
  expect(seen.slice(0, 2).sort()).toEqual(['a4', 'b4']);
  expect(new Set(seen).size).toBe(10);
  expect((await list('?agent=gw')).items).toHaveLength(5);
});

test('one that contradicts itself is passed over and counted, and is not sent again', async () => {
  expect(
    send(sampleOf('odd', { values: new Uint8Array(13) }), sampleOf('huge', { device: 'd'.repeat(300) })),
  ).toEqual(['odd', 'huge']);
  expect((await list()).items).toEqual([]);
  expect(world.shardFor('gw').counts().counters.samples_refused).toBe(2);
});

test('a thousand are held per agent: the labelled ones stay, and the oldest others go', async () => {
  send(sampleOf('labelled'), sampleOf('oldest'));
  world.shardFor('gw').labelSample('ada', 'gw', 'labelled', 'wear');
  for (let i = 0; i < 10; i++) {
    world.clock.nowMs++;
    send(...Array.from({ length: 100 }, (_, j) => sampleOf(`s${i}-${j}`)));
  }
  const held = world.shardFor('gw').samples({ limit: 2_000 });
  expect(held).toHaveLength(1_000);
  const ids = held.map(({ id }) => id);
  expect(ids).toContain('labelled');
  expect(ids).not.toContain('oldest');
});
