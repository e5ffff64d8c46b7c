import { buildSignalReference } from '@skerry/proto/drift/reference';
import { decode, encode, v1 } from '@skerry/proto/wire';
import { beforeEach, describe, expect, test } from 'vitest';
import { DriftMonitor, type DriftMonitorOptions, type DriftOutput } from './monitor.ts';
import type { DriftSettings } from './rules.ts';

const { DriftLevel, EpisodeState } = v1;
const SECOND = 1_000_000;
const START = 1_790_000_000 * SECOND;
const WALL = 1_790_000_000_123;
const AT_WALL = { wallMs: () => WALL };

/** A seeded stream of independent standard normal values. */
function normals(seed: number): () => number {
  let state = seed >>> 0;
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  return () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
}

const healthy = normals(1);
const profile = (name: string, isOutput: boolean) =>
  buildSignalReference(
    name,
    isOutput,
    Float64Array.from({ length: 5000 }, () => healthy()),
    { samplesPerHour: 3600 },
  );
const reference = {
  signals: [profile('vibration', false), profile('temperature', false), profile('score', true)],
};
const settings: DriftSettings = {
  windowMs: 100_000,
  minSamples: 50,
  input: { psi: { warn: 0.1, alert: 0.3 } },
  output: { psi: { alert: 0.3 } },
};
const STRICT: DriftSettings = { ...settings, input: { psi: { alert: 0.25 } } };
const LOOSE: DriftSettings = { ...settings, input: { psi: { alert: 50 } }, output: {} };

let episodes = 0;
let monitor: DriftMonitor;
let random: () => number;
let second: number;

function monitorOf(options: Partial<DriftMonitorOptions> = {}): DriftMonitor {
  return new DriftMonitor({
    pipeline: 'press',
    release: 'press@1.0.0',
    releaseDigest: 'sha256:ab',
    reference,
    channels: ['temperature', 'unprofiled', 'vibration'],
    settings,
    newEpisode: () => `ep_${++episodes}`,
    ...options,
  });
}

/** One sample a second of both channels, vibration shifted; what came out, in order. */
function run(seconds: number, shift = 0, device = 'p1'): DriftOutput {
  const out: DriftOutput = { sketches: [], alerts: [] };
  for (const end = second + seconds; second < end; second++) {
    const { sketches, alerts } = monitor.roll(device, START + second * SECOND, AT_WALL);
    out.sketches.push(...sketches);
    out.alerts.push(...alerts);
    monitor.observeRow(device, [random(), Number.NaN, random() + shift]);
  }
  return out;
}

const levels = (out: DriftOutput, signal = 'vibration') =>
  out.sketches.filter((s) => s.signal === signal).map((s) => s.level);
const states = (out: DriftOutput) => out.alerts.map((a) => a.state);
const statusOf = (signal: string) => monitor.status().find((s) => s.signal === signal)!;

beforeEach(() => {
  episodes = 0;
  monitor = monitorOf();
  random = normals(2);
  second = 0;
});

describe('drift windows', () => {
  test('close by event time, one sketch per signal and window, without gap or overlap', () => {
    const out = run(301);
    expect(
      out.sketches.map((s) => [s.signal, (s.fromUs! - START) / SECOND, (s.toUs! - START) / SECOND]),
    ).toEqual([
      ['vibration', 0, 100],
      ['temperature', 0, 100],
      ['vibration', 100, 200],
      ['temperature', 100, 200],
      ['vibration', 200, 300],
      ['temperature', 200, 300],
    ]);
    for (const sketch of out.sketches) {
      expect(sketch).toMatchObject({ pipeline: 'press', device: 'p1', releaseDigest: 'sha256:ab', n: 100 });
      expect(sketch.counts?.reduce((a, b) => a + b)).toBe(100);
      expect(decode(v1.DriftSketch, encode(v1.DriftSketch, sketch))).toMatchObject({
        n: 100,
        level: sketch.level,
      });
    }
  });

  test('wait for minSamples where those come later than the duration', () => {
    monitor = monitorOf({ settings: { ...settings, minSamples: 150 } });
    expect(run(150).sketches).toEqual([]);
    const [sketch] = run(1).sketches;
    expect(sketch).toMatchObject({ n: 150, fromUs: START, toUs: START + 149 * SECOND + 1 });
  });

  test('are not stretched by silence, and time that goes back changes nothing', () => {
    run(100);
    expect(monitor.roll('p1', START + 20 * SECOND, AT_WALL).sketches).toEqual([]);
    second = 5000;
    const [first] = run(1).sketches;
    expect(first).toMatchObject({ fromUs: START, toUs: START + 100 * SECOND });
    second = 5101;
    run(49);
    const [next] = run(2).sketches;
    expect(next?.fromUs).toBe(START + 5000 * SECOND);
  });

  test('take NaN for no value, watch outputs by name, and ignore what has no reference', () => {
    monitor.roll('p1', START, AT_WALL);
    for (let i = 0; i < 60; i++) {
      monitor.observeOutput('p1', 'score', random(), START, AT_WALL);
      monitor.observeOutput('p1', 'unheard-of', 1, START, AT_WALL);
      monitor.observeRow('p1', [Number.NaN, 1, Number.NaN]);
    }
    const out = monitor.roll('p1', START + 100 * SECOND, AT_WALL);
    expect(out.sketches.map((s) => [s.signal, s.isOutput, s.n, s.missing])).toEqual([['score', true, 60, 0]]);
    expect(monitor.watchesOutput('score')).toBe(true);
    expect(monitor.watchesOutput('vibration')).toBe(false);
    expect(monitor.end(WALL).sketches).toEqual([]);
  });

  test('of one device say nothing about another', () => {
    run(101, 2, 'p1');
    second = 0;
    expect(levels(run(101, 0, 'p2'))).toEqual([DriftLevel.DRIFT_LEVEL_OK]);
    expect(monitor.status().map((s) => s.device)).toEqual(['p1', 'p1', 'p1', 'p2', 'p2', 'p2']);
  });

  test('beyond maxSignals rows are counted and not observed', () => {
    monitor = monitorOf({ maxSignals: 5 });
    run(10, 0, 'p1');
    run(10, 0, 'p2');
    expect(monitor.overflow).toBe(10);
    expect(new Set(monitor.status().map((s) => s.device))).toEqual(new Set(['p1']));
  });
});

describe('drift episodes', () => {
  test('one drifted window is told in its sketch and opens nothing', () => {
    run(101);
    const out = run(100, 1.5);
    run(1);
    expect(levels(out)).toEqual([DriftLevel.DRIFT_LEVEL_ALERT]);
    expect(out.alerts).toEqual([]);
    expect(run(300).alerts).toEqual([]);
  });

  test('two of three drifted windows open one, it lasts while they do, and healthy ones clear it', () => {
    run(100);
    expect(run(101, 1.5).alerts).toEqual([]);
    const opened = run(100, 1.5);
    expect(opened.alerts).toHaveLength(1);
    expect(opened.alerts[0]).toMatchObject({
      episode: 'ep_1',
      state: EpisodeState.EPISODE_STATE_OPEN,
      kind: 'drift',
      pipeline: 'press',
      device: 'p1',
      release: 'press@1.0.0',
      output: 'vibration',
      threshold: 0.3,
      fromUs: START + 200 * SECOND,
      toUs: START + 300 * SECOND,
      wallMs: WALL,
      policy: 0,
    });
    expect(opened.alerts[0]?.message).toMatch(/^vibration of p1 has drifted: psi \d\.\d+, alert at 0\.3$/);
    expect(statusOf('vibration')).toMatchObject({ level: 'alert', episode: 'ep_1' });
    expect(states(run(100, 1.5))).toEqual([EpisodeState.EPISODE_STATE_UPDATE]);
    const after = run(300);
    expect(after.alerts.map((a) => [a.episode, a.state])).toEqual([
      ['ep_1', EpisodeState.EPISODE_STATE_UPDATE],
      ['ep_1', EpisodeState.EPISODE_STATE_CLEARED],
    ]);
    expect(after.alerts[1]?.value).toBeLessThan(0.3);
    expect(statusOf('vibration').episode).toBeUndefined();
  });

  test('a drifted window, a healthy one and a drifted one are two of three', () => {
    expect(run(100, 1.5).alerts).toEqual([]);
    expect(run(100).alerts).toEqual([]);
    run(100, 1.5);
    expect(states(run(1))).toEqual([EpisodeState.EPISODE_STATE_OPEN]);
  });

  test('are updated at most once a minute of event time', () => {
    monitor = monitorOf({ settings: { ...settings, windowMs: 25_000, minSamples: 25 } });
    const all = run(401, 2);
    expect(states(all)[0]).toBe(EpisodeState.EPISODE_STATE_OPEN);
    const times = all.alerts.map((a) => a.toUs!);
    expect(times.length).toBeGreaterThan(3);
    for (let i = 1; i < times.length; i++)
      expect(times[i]! - times[i - 1]!).toBeGreaterThanOrEqual(60 * SECOND);
  });

  test("the release's end gives the open windows and clears what is open; the monitor then starts afresh", () => {
    run(270, 1.5);
    const out = monitor.end(WALL);
    expect(out.sketches.map((s) => [s.signal, s.n])).toEqual([
      ['vibration', 70],
      ['temperature', 70],
    ]);
    expect(out.alerts).toHaveLength(1);
    expect(out.alerts[0]).toMatchObject({ episode: 'ep_1', state: EpisodeState.EPISODE_STATE_CLEARED });
    expect(monitor.status()).toEqual([]);
    expect(monitor.end(WALL)).toEqual({ sketches: [], alerts: [] });
  });
});

describe('a pushed policy', () => {
  test('judges a running window at once and keeps its counts', () => {
    monitor.setPolicy(LOOSE, 3, WALL);
    run(60, 1.5);
    const out = monitor.setPolicy(STRICT, 4, WALL);
    expect(out.alerts).toMatchObject([
      { state: EpisodeState.EPISODE_STATE_OPEN, output: 'vibration', threshold: 0.25, policy: 4 },
    ]);
    const open = out.sketches.find((s) => s.signal === 'vibration');
    expect(open).toMatchObject({ level: DriftLevel.DRIFT_LEVEL_ALERT, fromUs: START, n: 60, policy: 4 });
    const closed = run(41, 1.5);
    expect(closed.sketches[0]).toMatchObject({ fromUs: START, n: 100 });
    expect(closed.alerts.filter((a) => a.state === EpisodeState.EPISODE_STATE_CLEARED)).toEqual([]);
  });

  test('judges the closed windows again, so a looser one ends an episode and a stricter one finds it', () => {
    run(230, 1.5);
    expect(states(monitor.setPolicy(LOOSE, 1, WALL))).toEqual([EpisodeState.EPISODE_STATE_CLEARED]);
    expect(statusOf('vibration').level).toBe('ok');
    const back = monitor.setPolicy(undefined, 0, WALL);
    expect(back.alerts).toMatchObject([
      { state: EpisodeState.EPISODE_STATE_OPEN, episode: 'ep_2', policy: 0 },
    ]);
  });

  test('without history one drifted open window suffices, with a healthy history it does not', () => {
    run(200);
    run(60, 3);
    expect(monitor.setPolicy(STRICT, 1, WALL).alerts).toEqual([]);
  });

  test('with too few samples yet, is applied as soon as they are there', () => {
    run(20, 2);
    expect(monitor.setPolicy(STRICT, 1, WALL)).toEqual({ sketches: [], alerts: [] });
    const out = run(31, 2);
    expect(states(out)).toEqual([EpisodeState.EPISODE_STATE_OPEN]);
    expect(out.alerts[0]?.policy).toBe(1);
  });

  test('that changes nothing says nothing twice', () => {
    run(150);
    monitor.setPolicy(STRICT, 1, WALL);
    expect(monitor.setPolicy(STRICT, 2, WALL)).toEqual({ sketches: [], alerts: [] });
    expect(monitor.judgeNow(WALL)).toEqual({ sketches: [], alerts: [] });
  });

  test('shortens the window of a running device', () => {
    run(60);
    monitor.setPolicy({ ...STRICT, windowMs: 30_000 }, 1, WALL);
    expect(run(1).sketches[0]).toMatchObject({ fromUs: START, toUs: START + 59 * SECOND + 1, n: 60 });
  });

  test("keeps the release's thresholds for measures that it doesn't name", () => {
    monitor.setPolicy({ ...settings, input: { ks: { alert: 0.9 } }, output: {} }, 1, WALL);
    expect(levels(run(101, 1.5))).toEqual([DriftLevel.DRIFT_LEVEL_ALERT]);
  });
});

test('a healthy device states how rare its false alarms are, and has none in fifty windows', () => {
  const out = run(5001);
  expect(out.alerts).toEqual([]);
  expect(statusOf('vibration').hoursBetweenFalseAlarms).toBeGreaterThan(1);
  expect(Object.keys(statusOf('vibration').measures)).toContain('psiExcess');
});

test('a device whose time goes back is watched on from there, and what was counted counts', () => {
  second = 10_000;
  run(60);
  monitor.startAnew('p1');
  second = 0;
  const out = run(301);
  expect(out.sketches.filter((s) => s.signal === 'vibration').map((s) => [s.fromUs, s.toUs, s.n])).toEqual([
    [START, START + 100 * SECOND, 160],
    [START + 100 * SECOND, START + 200 * SECOND, 100],
    [START + 200 * SECOND, START + 300 * SECOND, 100],
  ]);
});

test('a reference that contradicts itself is refused before anything is watched', () => {
  const broken = { signals: [{ ...reference.signals[0], counts: [1] }] };
  expect(() => monitorOf({ reference: broken })).toThrow('a sketch of 1 bins');
});
