import { nodeCrypto } from '@skerry/proto/node/crypto';
import type { EffectivePolicy } from '@skerry/proto/policy';
import type { ResultRow } from '@skerry/proto/results';
import type { skerry } from '@skerry/proto/wire';
import { beforeEach, describe, expect, test } from 'vitest';
import { testRelease } from '../pipeline/test-pipeline.ts';
import type { WindowBatch } from '../pipeline/types.ts';
import { CaptureBudget } from './budget.ts';
import { Capture } from './capture.ts';
import { CaptureChoice } from './choice.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const SCORE = { name: 'score', tensor: 'score', kind: 'anomaly-score' };

/** A reproducible stream that looks uniform in [0, 1). */
function uniform(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

describe('the choice', () => {
  test('takes about the share that was asked for, and of it what is worth most', () => {
    const utilities = uniform(1);
    const choice = new CaptureChoice({ random: 0, unit: uniform(2) });
    const taken: number[] = [];
    for (let i = 0; i < 5000; i++) {
      const utility = utilities();
      if (choice.choose(utility)) taken.push(utility);
    }
    expect(taken.length).toBeGreaterThan(400);
    expect(taken.length).toBeLessThan(600);
    expect(taken.reduce((a, b) => a + b) / taken.length).toBeGreaterThan(0.9);
  });

  test('takes some at random whatever they are worth, in the share that it names', () => {
    const choice = new CaptureChoice({ random: 0.1, unit: uniform(3) });
    const reasons = Array.from({ length: 5000 }, () => choice.choose(0));
    expect(reasons.filter((reason) => reason === 'utility')).toEqual([]);
    const random = reasons.filter((reason) => reason === 'random').length;
    expect(random).toBeGreaterThan(400);
    expect(random).toBeLessThan(600);
  });
});

describe('the budget', () => {
  test('lets no day have more, whenever it begins, and begins empty', () => {
    const budget = new CaptureBudget(0);
    budget.set(10_000, 0);
    expect(budget.spend(1, 0)).toBe(false);
    const spent: number[] = [];
    for (let nowMs = 0; nowMs < 4 * DAY_MS; nowMs += 60_000) if (budget.spend(100, nowMs)) spent.push(nowMs);
    expect(spent.length).toBeGreaterThan(350);
    for (const from of spent) {
      const within = spent.filter((at) => at >= from && at < from + DAY_MS).length;
      expect(100 * within).toBeLessThanOrEqual(10_000);
    }
  });

  test('after a long silence a tenth may go at once', () => {
    const budget = new CaptureBudget(0);
    budget.set(10_000, 0);
    expect(budget.spend(1_001, 30 * DAY_MS)).toBe(false);
    expect(budget.spend(1_000, 30 * DAY_MS)).toBe(true);
    expect(budget.spend(1, 30 * DAY_MS)).toBe(false);
  });
});

describe('windows', () => {
  const policy: EffectivePolicy = {
    windowMs: 1,
    minSamples: 1,
    input: {},
    output: {},
    thresholds: {},
    onAlert: ['capture'],
    capture: { bytesPerDay: 100 * 1024 ** 2 },
  };
  let nowMs: number;
  let kept: skerry.v1.ICapturedWindow[];
  let capture: Capture;
  const manifest = testRelease({ length: 2, rate: 'any' });

  beforeEach(() => {
    nowMs = 0;
    kept = [];
    capture = captureOf(0);
    capture.usePolicy(policy);
    nowMs = DAY_MS;
  });

  function captureOf(randomShare: number): Capture {
    return new Capture({
      agentId: 'gw',
      crypto: nodeCrypto,
      clock: { monoMs: () => nowMs, wallMs: () => nowMs },
      random: { unit: uniform(4), bytes: (length) => new Uint8Array(length) },
      randomShare,
      novelty: { centres: 16, above: 0.99, warmUp: 200 },
      isHeld: (id) => kept.some((window) => window.id === id),
      keep: (window) => kept.push(window),
    });
  }

  function rowOf(score: number, at: number, release = manifest): ResultRow {
    return {
      pipeline: 'p',
      device: 'd',
      release: 'test@1.0.0',
      releaseDigest: 'sha256:a',
      variant: 'fp32',
      backend: 'native',
      fromUs: at * 1e6,
      toUs: at * 1e6 + 2e6,
      decision: 'normal',
      outputs: { [release.output[0]!.name]: score },
      attribution: [],
      quality: { missing: 0, interpolated: 0, late: 0 },
      inputDigest: new Uint8Array(16),
      policy: 3,
      inferUs: 1,
      producedMs: 0,
    };
  }

  function windowOf(row: ResultRow, channels: number, level = row.fromUs / 1e6): WindowBatch {
    return {
      count: 1,
      data: Float32Array.from({ length: 2 * channels }, (_, i) => level + i),
      devices: ['d'],
      fromUs: Float64Array.of(row.fromUs),
      toUs: Float64Array.of(row.toUs),
      interpolated: new Uint32Array(1),
      missing: new Uint32Array(1),
      late: new Uint32Array(1),
    };
  }

  function see(score: number, at: number, isDrifting = false, release = manifest, level = at): void {
    const row = rowOf(score, at, release);
    const windows = windowOf(row, release.window.channels.length, level);
    capture.onWindow(release, windows, 0, row, () => isDrifting);
  }

  test('near the threshold are taken, and those far from it are not', () => {
    const scores = uniform(5);
    const threshold = manifest.output[0]!.threshold!;
    for (let i = 0; i < 2000; i++) see(2 * threshold * scores(), i);
    expect(kept.length).toBeGreaterThan(100);
    const far = kept.slice(50).map(({ score }) => Math.abs(score! - threshold) / threshold);
    expect(Math.max(...far)).toBeLessThan(0.5);
    expect(kept.at(-1)).toMatchObject({ reason: 'threshold', inclusion: 0, policy: 3, threshold });
  });

  test('of a device that drifts are taken before others', () => {
    const scores = uniform(6);
    for (let i = 0; i < 1000; i++) see(scores() / 1e6, i, i % 20 === 0);
    const drifting = kept.filter(({ reason }) => reason === 'drift');
    expect(drifting.length).toBeGreaterThan(30);
  });

  test('unlike what was seen are taken before others, and anew after a change of release', () => {
    const noise = uniform(7);
    // Without a threshold nothing else is worth a look.
    const release = testRelease({ length: 2, rate: 'any' }, { output: [SCORE] });
    const live = (from: number, count: number): void => {
      for (let i = from; i < from + count; i++) see(0.1, i, false, release, 10 + noise());
    };
    live(0, 400);
    kept.length = 0;
    see(0.1, 400, false, release, 30);
    expect(kept).toMatchObject([{ reason: 'novel', inclusion: 0 }]);
    live(401, 400);
    expect(kept.length).toBeLessThan(20);
    expect(kept.every(({ reason }) => reason === 'novel')).toBe(true);
    capture.startAnew(undefined);
    kept.length = 0;
    live(801, 100);
    see(0.1, 901, false, release, 60);
    expect(kept).toEqual([]);
  });

  test('on which the shadow decides otherwise are taken, each once, and no more of them than of others', () => {
    const scores = uniform(8);
    for (let i = 0; i < 1000; i++) {
      see(scores() / 1e6, i);
      const row = rowOf(0, i);
      if (i % 3 === 0) capture.onDisagreement(manifest, windowOf(row, 1), 0, row);
    }
    const disagreed = kept.filter(({ reason }) => reason === 'disagreement');
    expect(disagreed.length).toBeGreaterThan(50);
    expect(new Set(kept.map(({ id }) => id)).size).toBe(kept.length);
    expect(kept.length).toBeLessThan(300);
    expect(disagreed.every(({ inclusion }) => inclusion === 0)).toBe(true);
  });

  test('of a release that gives classes are taken as well, without a score', () => {
    const classes = testRelease(
      { length: 2, rate: 'any' },
      { output: [{ name: 'score', tensor: 'score', kind: 'class', labels: ['ok', 'worn'] }] },
    );
    for (let i = 0; i < 400; i++) see(1, i, false, classes, 10);
    expect(kept).toEqual([]);
    see(1, 400, true, classes, 10);
    expect(kept).toMatchObject([{ reason: 'drift', score: Number.NaN, threshold: Number.NaN }]);
  });

  test('that were taken at random name their chance', () => {
    capture = captureOf(1);
    capture.usePolicy(policy);
    nowMs += DAY_MS;
    see(0, 1);
    expect(kept).toMatchObject([{ reason: 'random', inclusion: 1, device: 'd', channels: ['a'] }]);
    expect([...new Float32Array(kept[0]!.values!.slice().buffer)]).toEqual([1, 2]);
  });

  test('are sent without their private channels, which are named', () => {
    capture = captureOf(1);
    capture.usePolicy(policy);
    nowMs += DAY_MS;
    const [channel] = manifest.window.channels;
    const channels = [channel!, { ...channel!, name: 'operator', private: true }];
    see(0, 1, false, { ...manifest, window: { ...manifest.window, channels } });
    expect(kept).toMatchObject([{ channels: ['a'], privateChannels: ['operator'] }]);
    expect([...new Float32Array(kept[0]!.values!.slice().buffer)]).toEqual([1, 3]);
  });

  test('are not taken beyond the budget, nor without a policy that asks for them', () => {
    capture = captureOf(1);
    capture.usePolicy({ ...policy, capture: { bytesPerDay: 10_000 } });
    nowMs += 10 * DAY_MS;
    for (let i = 0; i < 100; i++) see(0, i);
    expect(kept.length).toBeLessThan(5);
    kept.length = 0;
    capture.usePolicy({ ...policy, onAlert: ['notify'] });
    nowMs += DAY_MS;
    see(0, 1);
    capture.usePolicy(undefined);
    see(0, 2);
    expect(kept).toEqual([]);
  });
});
