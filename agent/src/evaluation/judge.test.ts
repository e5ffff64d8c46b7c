import { describe, expect, it } from 'vitest';
import { type JudgedResult, judge } from './judge.ts';
import { parseWindows, StretchCollector, stretchAt } from './stretches.ts';

/** One result a minute; past the threshold .5 in the given minutes, and an alert where `alerts` says so too. */
function minutes(count: number, past: readonly number[], alerts = past): JudgedResult[] {
  return Array.from({ length: count }, (_, i) => ({
    fromUs: i * 60e6,
    lastUs: i * 60e6,
    score: past.includes(i) ? 0.9 : 0.1,
    isPast: past.includes(i),
    isAlert: alerts.includes(i),
  }));
}

const stretch = (from: number, to: number) => ({ fromUs: from * 60e6, toUs: to * 60e6 });

describe('a backtest against labels', () => {
  it('counts windows: precision, recall, F1, false alarm rate, AUC', () => {
    const results = minutes(100, [10, 11, 50, 51, 52]);
    const judged = judge([{ results, stretches: [stretch(50, 53)] }], { nab: false });
    expect(judged).toMatchObject({ windows: 100, faulty: 4, truePositives: 3, falsePositives: 2 });
    expect(judged.precision).toBeCloseTo(3 / 5, 9);
    expect(judged.recall).toBeCloseTo(3 / 4, 9);
    expect(judged.f1).toBeCloseTo(6 / 9, 9);
    expect(judged.falseAlarmRate).toBeCloseTo(2 / 96, 9);
    expect(judged.auc).toBeCloseTo(0.75 * (94 / 96 + 1 / 96) + 0.25 * (94 / 96 / 2), 9);
    expect(judged.nab).toBeUndefined();
  });

  it('counts alerts: which stretches had one and how late, and false ones an hour and a day', () => {
    const results = minutes(301, [10, 11, 100, 152, 153, 250]);
    const stretches = [stretch(150, 160), stretch(200, 210)];
    const judged = judge([{ results, stretches }], { nab: false });
    expect(judged).toMatchObject({ stretches: 2, stretchesDetected: 1, medianDelayS: 120, falseAlerts: 3 });
    expect(judged.healthyHours).toBeCloseTo((300 - 22) / 60, 9);
    expect(judged.falseAlertsPerDay).toBeCloseTo((24 * 3 * 60) / 278, 9);
  });

  it('takes an alert that was open already as a detection at the start', () => {
    const results = minutes(60, [28, 29, 30, 31]);
    const judged = judge([{ results, stretches: [stretch(30, 40)] }], { nab: false });
    expect(judged).toMatchObject({ stretchesDetected: 1, medianDelayS: 0, falseAlerts: 1 });
  });

  it('does not count a pause in the recording as time that was watched', () => {
    const results = minutes(60, []);
    for (const r of results.slice(30)) {
      r.fromUs += 24 * 3600e6;
      r.lastUs += 24 * 3600e6;
    }
    expect(judge([{ results, stretches: [] }], { nab: false }).healthyHours).toBeLessThan(1.2);
  });

  it('gives the NAB score of detections at the start of every labelled window as 100', () => {
    const results = minutes(1_000, [400, 700]);
    const stretches = [stretch(400, 450), stretch(700, 750)];
    expect(judge([{ results, stretches }], { nab: true }).nab?.standard).toBeCloseTo(100, 9);
    expect(judge([{ results: minutes(1_000, []), stretches }], { nab: true }).nab?.standard).toBe(0);
  });

  it('adds up several devices', () => {
    const one = { results: minutes(100, [50]), stretches: [stretch(50, 50)] };
    const other = { results: minutes(100, [10]), stretches: [] };
    expect(judge([one, other], { nab: false })).toMatchObject({
      windows: 200,
      truePositives: 1,
      falsePositives: 1,
      stretches: 1,
      stretchesDetected: 1,
      falseAlerts: 1,
    });
  });
});

describe('labelled stretches', () => {
  it('come from rows labelled one by one', () => {
    const collector = new StretchCollector();
    for (const [i, isFaulty] of [false, true, true, false, false, true].entries()) collector.add(i, isFaulty);
    expect(collector.stretches).toEqual([
      { fromUs: 1, toUs: 2 },
      { fromUs: 5, toUs: 5 },
    ]);
  });

  it('come from a list of windows, or from the corpus file that names the recording', () => {
    const list = [['2014-04-11 09:00:00.000000', '2014-04-11 10:00:00.000000']];
    const options = { file: 'windows.json', recording: '/data/nab/realTraffic/speed.csv' };
    const want = [{ fromUs: Date.UTC(2014, 3, 11, 9) * 1e3, toUs: Date.UTC(2014, 3, 11, 10) * 1e3 }];
    expect(parseWindows(JSON.stringify(list), options)).toEqual(want);
    expect(parseWindows(JSON.stringify({ 'realTraffic/speed.csv': list }), options)).toEqual(want);
    expect(() => parseWindows('{}', options)).toThrow('windows.json: no key of it ends');
    expect(() => parseWindows('[["x", "y"]]', options)).toThrow('is no window');
    expect(() => parseWindows('nonsense', options)).toThrow('windows.json is no JSON');
  });

  it('are found by the times they meet', () => {
    const stretches = [
      { fromUs: 10, toUs: 20 },
      { fromUs: 40, toUs: 50 },
    ];
    expect([5, 10, 20, 21, 45, 60].map((us) => stretchAt(stretches, us, us))).toEqual([-1, 0, 0, -1, 1, -1]);
    expect(stretchAt(stretches, 0, 100)).toBe(0);
  });
});
