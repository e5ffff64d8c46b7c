// What becomes of the model's answers: decisions, episodes, attribution, rules.
import { fromUtf8 } from '@skerry/proto/bytes';
import { resultId } from '@skerry/proto/ids';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import { v1 } from '@skerry/proto/wire';
import { describe, expect, test } from 'vitest';
import { attributionShares } from './attribution.ts';
import { modelInput, modelInputDims } from './model-input.ts';
import type { Pipeline } from './pipeline.ts';
import { DIGEST, meanModel, rowsOf, testConfig, testPipeline, testRelease } from './test-pipeline.ts';
import type { Concluded, Inferred } from './types.ts';

const SCORE = { name: 'score', tensor: 'score', kind: 'anomaly-score', threshold: 1, sustain: 2 };
const ATTRIBUTION = { name: 'attribution', tensor: 'attribution', kind: 'attribution' };
const { EPISODE_STATE_OPEN, EPISODE_STATE_UPDATE, EPISODE_STATE_CLEARED } = v1.EpisodeState;

function piped(rest: object = {}, config: object = {}): Pipeline {
  const channels = [{ name: 'a' }, { name: 'b' }];
  const pipeline = testPipeline(nodeCrypto, testConfig({ channels: { a: 'a', b: 'b' } }, config));
  pipeline.setRelease(
    testRelease({ channels, length: 1, rate: 'any' }, { output: [SCORE, ATTRIBUTION], ...rest }),
    DIGEST,
    'test@1.0.0',
  );
  return pipeline;
}

let entry = 0;

/** One window a second (or at the given step), whose score is the given number. */
function scores(
  pipeline: Pipeline,
  values: readonly number[],
  stepS = 1,
  change = (i: Inferred) => i,
): Concluded {
  const from = ++entry * 10_000;
  const rows = values.map((value, i) => ['oslo/7', from + i * stepS, value * 0.5, value * 1.5] as const);
  pipeline.feed(rowsOf(rows), entry, 0, 'live');
  const windows = pipeline.takeReady(512)!;
  return pipeline.conclude(windows, change(meanModel(pipeline.manifest!, windows)), { producedMs: 99 });
}

describe('a decision', () => {
  test('is pending past the threshold, an alert after sustain windows in a row, normal otherwise', () => {
    const { rows } = scores(piped(), [0.4, 1.2, 1.3, 1.4, 0.2, 1.5, 1]);
    expect(rows.map((row) => row.decision)).toEqual([
      'normal',
      'pending',
      'alert',
      'alert',
      'normal',
      'pending',
      'normal',
    ]);
  });

  test('carries what a result carries', () => {
    const [row] = scores(piped(), [0.5]).rows;
    expect(row).toMatchObject({
      pipeline: 'p',
      device: 'oslo/7',
      release: 'test@1.0.0',
      releaseDigest: DIGEST,
      variant: 'fp32',
      backend: 'native',
      outputs: { score: 0.5 },
      attribution: [
        { channel: 'b', share: 0.75 },
        { channel: 'a', share: 0.25 },
      ],
      quality: { missing: 0, interpolated: 0, late: 0 },
      inputDigest: new Uint8Array(16).fill(7),
      policy: 0,
      inferUs: 12,
      producedMs: 99,
    });
  });

  test.each([
    ['the run failed', (i: Inferred) => ({ ...i, error: 'out of memory' })],
    [
      'an output is NaN',
      (i: Inferred) => ({
        ...i,
        outputs: { ...i.outputs, score: { width: 1, values: Float32Array.of(Number.NaN) } },
      }),
    ],
    ['an output is missing', (i: Inferred) => ({ ...i, outputs: { attribution: i.outputs.attribution! } })],
    [
      'there is no attribution where the release has one',
      (i: Inferred) => ({ ...i, outputs: { score: i.outputs.score! } }),
    ],
  ])('is an error where %s, without outputs, and leaves the counts as they were', (_, change) => {
    const pipeline = piped();
    scores(pipeline, [1.2]);
    const { rows, alerts } = scores(pipeline, [1.2], 1, change);
    expect(rows).toMatchObject([{ decision: 'error', outputs: {}, attribution: [] }]);
    expect(alerts).toEqual([]);
    expect(scores(pipeline, [1.2]).rows[0]!.decision).toBe('alert');
  });

  test('follows a policy’s threshold and sustain, within the range that the release allows', () => {
    const pipeline = piped({ output: [{ ...SCORE, thresholdRange: [0.5, 2] }, ATTRIBUTION] });
    const policy = { windowMs: 1, minSamples: 1, input: {}, output: {}, onAlert: [] };
    pipeline.setPolicy({ ...policy, thresholds: { score: 0.1, sustain: 1 } }, 7);
    expect(scores(pipeline, [0.4, 0.6]).rows).toMatchObject([
      { decision: 'normal', policy: 7 },
      { decision: 'alert', policy: 7 },
    ]);
    pipeline.setPolicy(undefined, 8);
    expect(scores(pipeline, [0.6]).rows).toMatchObject([{ decision: 'normal', policy: 8 }]);
  });
});

describe('an episode', () => {
  test('opens after sustain, is updated at most once a minute, clears after sustain below', () => {
    const { alerts } = scores(piped(), [1.2, 1.3, 1.4, 1.5, 1.6, 1.7, 0.1, 1.2, 0.1, 0.2, 0.3], 25);
    expect(alerts.map((alert) => [alert.state, Math.round(100 * alert.value!) / 100])).toEqual([
      [EPISODE_STATE_OPEN, 1.3],
      [EPISODE_STATE_UPDATE, 1.6],
      [EPISODE_STATE_CLEARED, 0.2],
    ]);
    expect(new Set(alerts.map((alert) => alert.episode)).size).toBe(1);
  });

  test('is named by the result that opened it, so that a replay opens the same one', () => {
    const pipeline = piped();
    const [opened] = scores(pipeline, [2, 2]).alerts;
    const row = { agent: 'agent-1', pipeline: 'p', device: 'oslo/7', releaseDigest: DIGEST };
    const [fromUs, toUs] = [opened!.fromUs!, opened!.toUs!];
    expect(opened!.resultId).toBe(resultId(nodeCrypto, { ...row, fromUs, toUs }));
    expect(opened!.episode).toMatch(/^[a-z2-7]{26}$/);
    expect(opened!.message).toBe('oslo/7: score 2 above 1 for 2 windows in a row; b 75%');
    expect(opened).toMatchObject({ kind: 'anomaly', output: 'score', threshold: 1, wallMs: 99 });
    expect(opened!.attribution).toHaveLength(2);
  });

  test('survives a release with the same windows, and a restart', () => {
    const pipeline = piped();
    const [opened] = scores(pipeline, [2, 2]).alerts;
    const again = piped();
    again.restore(pipeline.dirtyStates(), pipeline.counters());
    again.setRelease({ ...pipeline.manifest!, version: '1.1.0' }, 'sha256:b', 'test@1.1.0');
    expect(scores(again, [0, 0]).alerts).toMatchObject([
      { episode: opened!.episode, state: EPISODE_STATE_CLEARED, release: 'test@1.1.0' },
    ]);
  });
});

describe('attribution', () => {
  test('is summed over ticks, normalized, largest first, at most eight', () => {
    expect(attributionShares(Float32Array.of(1, -2, 1, 4), ['a', 'b'])).toEqual([
      { channel: 'b', share: 0.75 },
      { channel: 'a', share: 0.25 },
    ]);
    const many = Array.from({ length: 20 }, (_, c) => `c${c}`);
    expect(
      attributionShares(
        Float32Array.from(many, (_, c) => c),
        many,
      ),
    ).toHaveLength(8);
  });

  test('of nothing but zeros singles no channel out; one that fits no channel is none', () => {
    expect(attributionShares(new Float32Array(2), ['a', 'b'])!.map((s) => s.share)).toEqual([0.5, 0.5]);
    expect(attributionShares(new Float32Array(3), ['a', 'b'])).toBeUndefined();
  });
});

describe('a rule', () => {
  const rules = [
    {
      when: 'score > threshold for 2 windows',
      do: [{ publish: 'plant/{device}/stop', payload: { stop: true } }],
    },
  ];

  test('publishes when it has held for so many windows, and again only after it failed once', () => {
    const { actions } = scores(piped({ rules }), [2, 2, 2, 0, 2, 2]);
    expect(actions.map((a) => [a.topic, fromUtf8(a.payload), a.qos])).toEqual([
      ['plant/oslo%2F7/stop', '{"stop":true}', 1],
      ['plant/oslo%2F7/stop', '{"stop":true}', 1],
    ]);
  });

  test('of a pipeline may look at channels, and says the result where it has no payload of its own', () => {
    const actions = [{ when: 'b >= 3', do: [{ publish: '{agent}/{pipeline}/high' }] }];
    const out = scores(piped({}, { actions }), [0, 2]).actions;
    expect(out).toHaveLength(1);
    expect(out[0]!.topic).toBe('agent-1/p/high');
    expect(JSON.parse(fromUtf8(out[0]!.payload))).toMatchObject({
      agent: 'agent-1',
      decision: 'pending',
      outputs: { score: 2 },
    });
  });

  test('that would publish to a wildcard or an unknown placeholder is refused with its release', () => {
    const publishing = (publish: string) => () =>
      piped({ rules: [{ when: 'score > 1', do: [{ publish }] }] });
    expect(publishing('a/#')).toThrow('nothing can be published');
    expect(publishing('a/{who}')).toThrow('placeholder');
  });
});

describe('the model’s input', () => {
  const windows = { count: 1, data: Float32Array.of(1, 10, 2, 20) };
  const release = (input: object) =>
    testRelease(
      { channels: [{ name: 'a' }, { name: 'b' }], length: 2 },
      { input: { tensor: 'x', ...input } },
    );

  test('is normalized and laid out as the release says', () => {
    const normalize = { mean: [1, 10], std: [2, 5] };
    expect([...modelInput(release({ normalize }), windows)]).toEqual([0, 0, 0.5, 2]);
    const turned = release({ layout: ['batch', 'channel', 'time'] });
    expect([...modelInput(turned, windows)]).toEqual([1, 2, 10, 20]);
    expect(modelInputDims(turned, 3)).toEqual([3, 2, 2]);
    expect(modelInputDims(release({ layout: ['batch', 'feature'] }), 3)).toEqual([3, 4]);
  });
});

test('drift sees each row taken and each output, and nothing of what was rejected', () => {
  const seen: unknown[] = [];
  const pipeline = testPipeline(nodeCrypto, testConfig(), {
    onRow: (device, values, timeUs) => seen.push([device, [...values], timeUs]),
    onOutput: (...args) => seen.push(args),
  });
  pipeline.setRelease(testRelease({ length: 1, rate: 'any' }), DIGEST, 'test@1.0.0');
  const rows = [
    ['d', 5, 3],
    ['d', 5, 4],
  ] as const;
  pipeline.feed(rowsOf(rows), 1, 0, 'live');
  const windows = pipeline.takeReady(9)!;
  pipeline.conclude(windows, meanModel(pipeline.manifest!, windows), { producedMs: 0 });
  expect(seen).toEqual([
    ['d', [3], 5e6],
    ['d', 'score', 3, 5e6],
  ]);
});
