// From a message to the pending batch: what is taken, and the one reason for which anything isn't.
import { utf8 } from '@skerry/proto/bytes';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import { describe, expect, test } from 'vitest';
import { compileTemplate } from './template.ts';
import { DIGEST, testConfig, testPipeline, testRelease } from './test-pipeline.ts';
import { createTopicRouter, matchesFilter } from './topics.ts';

const NOW_US = 1_800_000_000e6;

function send(pipeline: ReturnType<typeof testPipeline>, payload: unknown, topic = 'plant/d1'): number {
  return pipeline.accept(
    topic,
    utf8(typeof payload === 'string' ? payload : JSON.stringify(payload)),
    NOW_US,
  );
}

describe('the contract', () => {
  test('a good message is one accepted row with its device, its time in microseconds and its values', () => {
    const pipeline = testPipeline(nodeCrypto, testConfig({ channels: { a: 'x.v', b: 'b' } }));
    expect(send(pipeline, { ts: 1_700_000_000.25, x: { v: 3 } })).toBe(1);
    const batch = pipeline.takePending()!;
    expect(batch).toMatchObject({ pipeline: 'p', channelCount: 2, count: 1, devices: ['d1'] });
    expect([...batch.timeUs, ...batch.values]).toEqual([1_700_000_000_250_000, 3, Number.NaN]);
    expect(pipeline.takePending()).toBeUndefined();
  });

  test.each([
    ['malformed', '{'],
    ['time', { a: 1 }],
    ['time', { a: 1, ts: 'soon' }],
    ['time', { a: 1, ts: -5 }],
    ['time', { a: 1, ts: 1e300 }],
    ['time', { a: 1, ts: null }],
    ['future', { a: 1, ts: 1_800_000_005.1 }],
    ['type', { a: '1', ts: 5 }],
    ['type', { a: true, ts: 5 }],
    ['type', '{"a":1e999,"ts":5}'],
    ['range', { a: 80.1, ts: 5 }],
    ['range', { a: -0.1, ts: 5 }],
    ['empty', { ts: 5 }],
    ['empty', { a: null, ts: 5 }],
  ])('%s: %j is received, rejected for that reason, and nothing of it is kept', (reason, payload) => {
    const pipeline = testPipeline(nodeCrypto);
    pipeline.setRelease(testRelease({ channels: [{ name: 'a', range: [0, 80] }] }), DIGEST, 'test@1.0.0');
    expect(send(pipeline, payload)).toBe(0);
    expect(pipeline.counters()).toMatchObject({ received: 1, rejected: { [reason]: 1 } });
    expect(pipeline.takePending()).toBeUndefined();
  });

  test('ranges are closed, and exactly maxFuture ahead is still taken', () => {
    const pipeline = testPipeline(nodeCrypto);
    pipeline.setRelease(testRelease({ channels: [{ name: 'a', range: [0, 80] }] }), DIGEST, 'test@1.0.0');
    expect(send(pipeline, { a: 80, ts: 1_800_000_005 })).toBe(1);
    expect(send(pipeline, { a: 0, ts: 1 })).toBe(1);
  });

  test('one bad channel rejects its row and not the other rows of the message', () => {
    const pipeline = testPipeline(nodeCrypto, testConfig({ channels: { a: 'a', b: 'b' } }));
    const rows = [
      { ts: 1, a: 1, b: 'x' },
      { ts: 2, a: 1, b: 2 },
    ];
    expect(send(pipeline, rows)).toBe(1);
    expect(pipeline.counters()).toMatchObject({ received: 2, rejected: { type: 1 } });
  });

  test.each([
    ['s', 1.5, 1_500_000],
    ['ms', 1500, 1_500_000],
    ['us', 1_500_000, 1_500_000],
    ['ns', '1500000400', 1_500_000],
    ['iso', '1970-01-01T00:00:01.5Z', 1_500_000],
    ['iso', '1970-01-01T01:00:01.5+01:00', 1_500_000],
  ])('time in %s: %j', (unit, ts, timeUs) => {
    const pipeline = testPipeline(nodeCrypto, testConfig({ time: { field: 'ts', unit } }));
    expect(send(pipeline, { ts, a: 1 })).toBe(1);
    expect(pipeline.takePending()!.timeUs[0]).toBe(timeUs);
  });

  test('without a time field samples of one clock tick keep their order and none passes for a conflict', () => {
    const pipeline = testPipeline(nodeCrypto, testConfig({ time: undefined }));
    send(pipeline, [{ a: 1 }, { a: 2 }]);
    send(pipeline, { a: 3 });
    expect([...pipeline.takePending()!.timeUs]).toEqual([NOW_US, NOW_US + 1, NOW_US + 2]);
  });
});

describe('the device', () => {
  const render = (template: string, topic: string, values: unknown[] = []) =>
    compileTemplate(template).render(topic.split('/'), values);

  test('is made of topic levels and payload fields', () => {
    expect(render('{topic[1]}-{topic[3]}', 'plant/oslo/press/7/telemetry')).toBe('oslo-7');
    expect(render('m{payload.id}', '', [7])).toBe('m7');
    expect(compileTemplate('{payload.id}{payload["a.b"].c}').fields).toEqual(['id', '["a.b"].c']);
  });

  test('a missing part, an empty id, one too long, control characters or half a surrogate name no device', () => {
    expect(render('{topic[9]}', 'a/b')).toBeUndefined();
    expect(render('{topic[1]}', 'a//b')).toBeUndefined();
    expect(render('{payload.id}', '', [{}])).toBeUndefined();
    expect(render('{payload.id}', '', ['x'.repeat(129)])).toBeUndefined();
    expect(render('{payload.id}', '', ['a\nb'])).toBeUndefined();
    expect(render('{payload.id}', '', ['\ud800'])).toBeUndefined();
  });

  test('a message without one is counted as device', () => {
    const pipeline = testPipeline(nodeCrypto, testConfig({ device: '{payload.id}' }));
    expect(send(pipeline, { ts: 1, a: 1 })).toBe(0);
    expect(pipeline.counters().rejected).toEqual({ device: 1 });
  });

  test.each(['{topic}', '{topic[x]}', '{id}', '{payload}', 'a}', '{'])(
    'template %j is refused',
    (template) => {
      expect(() => compileTemplate(template)).toThrow('device template');
    },
  );
});

describe('topics', () => {
  test.each([
    ['a/+/c', 'a/b/c', true],
    ['a/+', 'a', false],
    ['a/+', 'a/', true],
    ['a/#', 'a', true],
    ['a/#', 'a/b/c', true],
    ['#', 'a/b', true],
    ['#', '$SYS/x', false],
    ['+/x', '$SYS/x', false],
    ['$SYS/#', '$SYS/x', true],
    ['a/b', 'a/B', false],
    ['/a', 'a', false],
  ])('filter %s, topic %s: %s', (filter, topic, taken) => {
    expect(matchesFilter(filter, topic)).toBe(taken);
  });

  test('a topic concerns everyone whose filters take it, however few answers are remembered', () => {
    const router = createTopicRouter(
      [
        { filters: ['a/+', 'a/x'], target: 1 },
        { filters: ['#'], target: 2 },
      ],
      2,
    );
    for (let round = 0; round < 2; round++)
      for (const topic of ['a/x', 'a/y', 'b'])
        expect(router.match(topic)).toEqual(topic === 'b' ? [2] : [1, 2]);
    expect(router.match('b')).toBe(router.match('b'));
  });
});
