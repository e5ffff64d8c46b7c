import { buildSignalReference } from '@skerry/proto/drift/reference';
import { type skerry, v1 } from '@skerry/proto/wire';
import { beforeEach, describe, expect, test } from 'vitest';
import { DriftMonitor } from './monitor.ts';
import type { DriftSettings } from './rules.ts';

const { DriftLevel, EpisodeState } = v1;
const SECOND = 1_000_000;
const START = 1_790_000_000 * SECOND;
const CLOCK = { wallMs: () => 1_790_000_000_123 };

/** A reproducible stream that looks uniform in [0, 1). */
function uniform(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const healthy = uniform(1);
const profile = (name: string, isOutput: boolean, next = healthy) =>
  buildSignalReference(name, isOutput, Float64Array.from({ length: 5000 }, next), { samplesPerHour: 3600 });
const reference = {
  signals: [
    profile('vibration', false),
    profile('valve', false, () => (healthy() < 0.9 ? 0 : 1)),
    profile('score', true),
  ],
};
// No measure has a threshold, so that whatever is told is told by what is tested here.
const settings: DriftSettings = { windowMs: 100_000, minSamples: 50, input: {}, output: {} };

let monitor: DriftMonitor;
let second: number;
let episodes: number;

beforeEach(() => {
  second = 0;
  episodes = 0;
  monitor = new DriftMonitor({
    pipeline: 'press',
    release: 'press@1.0.0',
    releaseDigest: 'sha256:ab',
    reference,
    channels: ['vibration', 'valve'],
    settings,
    newEpisode: () => `ep_${++episodes}`,
  });
});

describe('a sensor', () => {
  /** Windows of one row a second. */
  function windows(count: number, vibration: () => number, valve: () => number): skerry.v1.IAlertRecord[] {
    const alerts: skerry.v1.IAlertRecord[] = [];
    for (const end = second + count * 100 + 1; second < end; second++) {
      alerts.push(...monitor.roll('p1', START + second * SECOND, CLOCK).alerts);
      monitor.observeRow('p1', [vibration(), valve()]);
    }
    return alerts;
  }

  test.each([
    ['stuck', () => 0.25, 'vibration of p1 is stuck: 100 % of its values'],
    ['missing', () => Number.NaN, 'vibration of p1 is missing: 100 % of its values'],
  ])(
    'that is %s is called so, without any threshold, and again once it is well',
    (fault, broken, message) => {
      expect(windows(3, healthy, () => 0)).toEqual([]);
      const [opened] = windows(3, broken, () => 0);
      expect(opened).toMatchObject({ state: EpisodeState.EPISODE_STATE_OPEN, kind: 'drift', message });
      const status = monitor.status().find(({ signal }) => signal === 'vibration');
      expect(status).toMatchObject({ level: 'alert', crossed: { measure: fault } });
      const after = windows(3, healthy, () => 0);
      expect(after.at(-1)?.state).toBe(EpisodeState.EPISODE_STATE_CLEARED);
    },
  );

  test('whose values the release rejects is out of range, with nothing of it in any window', () => {
    expect(windows(3, healthy, () => 0)).toEqual([]);
    const alerts: skerry.v1.IAlertRecord[] = [];
    for (const end = second + 300; second < end; second++) {
      alerts.push(...monitor.roll('p1', START + second * SECOND, CLOCK).alerts);
      monitor.observeOutside('p1', 0);
    }
    expect(alerts[0]?.state).toBe(EpisodeState.EPISODE_STATE_OPEN);
    expect(alerts[0]?.message).toMatch(/^vibration of p1 is out of range: \d+ % of its values$/);
    const after = windows(3, healthy, () => 0);
    expect(after.at(-1)?.state).toBe(EpisodeState.EPISODE_STATE_CLEARED);
  });

  test('that tells of a machine far from its reference is not broken', () => {
    expect(
      windows(
        5,
        () => 1000 + healthy(),
        () => 0,
      ),
    ).toEqual([]);
  });

  test('that falls silent while others go on is missing', () => {
    expect(windows(3, healthy, () => 0)).toEqual([]);
    const alerts: skerry.v1.IAlertRecord[] = [];
    for (const end = second + 300; second < end; second++) {
      alerts.push(...monitor.roll('p1', START + second * SECOND, CLOCK).alerts);
      monitor.observeRow('p1', [Number.NaN, 0]);
    }
    expect(alerts[0]?.message).toMatch(/^vibration of p1 is missing: \d+ % of its values$/);
  });

  test('that is slower than the others in healthy operation is not missing', () => {
    const slow = { ...profile('vibration', false), n: 500, counts: Array.from({ length: 10 }, () => 50) };
    monitor = new DriftMonitor({
      pipeline: 'press',
      release: 'press@1.0.0',
      releaseDigest: 'sha256:ab',
      reference: { signals: [slow, reference.signals[1]!] },
      channels: ['vibration', 'valve'],
      settings,
      newEpisode: () => 'ep',
    });
    const alerts: skerry.v1.IAlertRecord[] = [];
    for (; second < 600; second++) {
      alerts.push(...monitor.roll('p1', START + second * SECOND, CLOCK).alerts);
      monitor.observeRow('p1', [second % 10 === 0 ? healthy() : Number.NaN, 0]);
    }
    expect(alerts).toEqual([]);
  });

  test('that rests where it rested in healthy operation is not stuck', () => {
    expect(windows(5, healthy, () => 0)).toEqual([]);
    const [opened] = windows(3, healthy, () => 1);
    expect(opened?.message).toBe('valve of p1 is stuck: 100 % of its values');
  });
});

describe('a score', () => {
  /** Scores of windows a second apart. */
  function scores(count: number, shift = 0): skerry.v1.IAlertRecord[] {
    const alerts: skerry.v1.IAlertRecord[] = [];
    for (const end = second + count; second < end; second++)
      alerts.push(
        ...monitor.observeOutput('p1', 'score', healthy() + shift, START + second * SECOND, CLOCK).alerts,
      );
    return alerts;
  }

  const shown = () => monitor.status().find(({ signal }) => signal === 'score');

  test('that shifts opens an episode long before its window closes, and ends it when it is back', () => {
    expect(scores(2000)).toEqual([]);
    const [opened, ...more] = scores(200, 0.4);
    expect(more).toEqual([]);
    expect(opened).toMatchObject({
      episode: 'ep_1',
      state: EpisodeState.EPISODE_STATE_OPEN,
      kind: 'drift',
      output: 'score',
      device: 'p1',
    });
    expect(opened!.toUs! - START).toBeLessThan(2060 * SECOND);
    expect(opened?.message).toMatch(/^score of p1 shifts up: Page-Hinkley [\d.]+, alert at [\d.]+$/);
    expect(shown()?.shift).toMatchObject({ episode: 'ep_1' });
    expect(scores(2000).map(({ episode, state }) => [episode, state])).toEqual([
      ['ep_1', EpisodeState.EPISODE_STATE_CLEARED],
    ]);
    expect(shown()?.shift?.episode).toBeUndefined();
  });

  test("a policy may ask for rarer false alarms, or for none of this at all, and the release's own comes back", () => {
    scores(200, 0.4);
    const off = monitor.setPolicy({ ...settings, falseAlarmMs: 'off' }, 1, CLOCK.wallMs());
    expect(off.alerts).toMatchObject([{ state: EpisodeState.EPISODE_STATE_CLEARED, output: 'score' }]);
    expect(scores(500, 0.4)).toEqual([]);
    expect(shown()?.shift).toBeUndefined();
    monitor.setPolicy(undefined, 0, CLOCK.wallMs());
    expect(scores(500, 0.4)).toMatchObject([{ state: EpisodeState.EPISODE_STATE_OPEN }]);
  });

  test("the release's end ends its episode, and its sketch says how far the sum had come", () => {
    monitor.roll('p1', START, CLOCK);
    scores(200, 0.4);
    const { sketches, alerts } = monitor.end(CLOCK.wallMs());
    expect(alerts).toMatchObject([{ state: EpisodeState.EPISODE_STATE_CLEARED, output: 'score' }]);
    const score = sketches.find(({ signal }) => signal === 'score');
    expect(score?.level).toBe(DriftLevel.DRIFT_LEVEL_OK);
    expect(score?.measures?.find(({ name }) => name === 'pageHinkley')?.value).toBeGreaterThan(5);
  });
});
