import { describe, expect, test } from 'vitest';
import { diagnoseDrift } from './drift-diagnosis.ts';
import { type DeviceDrift, mergeDrift, type SignalDrift } from './shard/drift.ts';
import { patternOf } from './shard/drift-pattern.ts';

const HEALTHY = [100, 100, 100, 100];
const SHIFTED = [10, 20, 70, 300];
type Change = Partial<DeviceDrift> & Pick<DeviceDrift, 'device'>;

const ok = (device: string, change: Partial<DeviceDrift> = {}): Change => ({ device, ...change });
const drifts = (device: string, change: Partial<DeviceDrift> = {}): Change => ({
  device,
  level: 'alert',
  counts: SHIFTED,
  measures: { psiExcess: 1.1 },
  ...change,
});

/** A signal as shards give it, with these devices. */
function signal(name: string, devices: readonly Change[], change: Partial<SignalDrift> = {}): SignalDrift {
  const complete = devices.map(
    (device): DeviceDrift => ({
      agent: 'gw',
      fromUs: 0,
      toUs: 1,
      n: 400,
      missing: 0,
      level: 'ok',
      measures: { psiExcess: 0 },
      counts: HEALTHY,
      backend: 'native',
      ...device,
    }),
  );
  const [merged] = mergeDrift(
    complete.map((device) => [
      {
        pipeline: 'press',
        releaseDigest: 'sha256:a',
        signal: name,
        isOutput: false,
        counts: device.counts,
        n: device.n,
        missing: 0,
        devices: [device],
        ...change,
      },
    ]),
  );
  return merged!;
}

const five = (make: typeof ok, change: Partial<DeviceDrift> = {}): Change[] =>
  ['p1', 'p2', 'p3', 'p4', 'p5'].map((device) => make(device, change));

function diagnosisOf(signals: readonly SignalDrift[], at = 0) {
  return diagnoseDrift(signals)[at]?.diagnosis;
}

describe('a channel', () => {
  test('that drifts nowhere has no diagnosis', () => {
    expect(diagnosisOf([signal('vibration', five(ok))])).toBeUndefined();
  });

  test('that drifts on one device, which looks unlike the others, is a fault of that sensor', () => {
    const found = diagnosisOf([signal('vibration', [...five(ok), drifts('p6')])]);
    expect(found).toEqual({
      kind: 'sensor-fault',
      text: "gw/p6 drifts, and the 5 others don't",
      drifting: 1,
      judged: 6,
      devices: ['gw/p6'],
    });
  });

  test('that drifts on most devices says that the world has changed', () => {
    const found = diagnosisOf([signal('vibration', [...five(drifts), ok('p6')])]);
    expect(found).toMatchObject({ kind: 'world-changed', text: '5 of 6 devices drift' });
  });

  test('that drifts on some devices is called neither', () => {
    const found = diagnosisOf([signal('vibration', [...five(ok), drifts('a'), drifts('b'), drifts('c')])]);
    expect(found).toMatchObject({ kind: 'some-devices', drifting: 3, judged: 8 });
  });

  test('is compared with devices that run another release, too', () => {
    const others = signal('vibration', five(ok), { releaseDigest: 'sha256:b' });
    const found = diagnosisOf([signal('vibration', [drifts('p9'), ok('p8')]), others]);
    expect(found).toMatchObject({ kind: 'sensor-fault', judged: 7, devices: ['gw/p9'] });
  });

  test('whose sensor is stuck is named so, however many devices there are', () => {
    const stuck = drifts('p1', { measures: { psiExcess: 3, stuck: 1 } });
    expect(diagnosisOf([signal('vibration', [stuck])])).toMatchObject({
      kind: 'sensor-fault',
      text: 'gw/p1: the sensor is stuck',
    });
  });

  test('with nobody to compare with says so; devices that are still learning are nobody', () => {
    const learning = five((device) => ok(device, { level: 'learning' }));
    expect(diagnosisOf([signal('vibration', [drifts('p0'), ...learning])])).toMatchObject({
      kind: 'alone',
      judged: 1,
    });
  });
});

describe('an output', () => {
  const inputs = (devices: readonly Change[]) => signal('vibration', devices);
  const output = (devices: readonly Change[], releaseDigest = 'sha256:a') =>
    signal('score', devices, { isOutput: true, releaseDigest });

  test('that drifts with its inputs points to them', () => {
    const signals = [output(five(drifts)), inputs(five(drifts))];
    expect(diagnosisOf(signals)).toMatchObject({ kind: 'inputs' });
  });

  test('that drifts without its inputs on one backend alone is this build on this backend', () => {
    const wasm = five(drifts, { backend: 'wasm' });
    const native = ['n1', 'n2', 'n3', 'n4'].map((device) => ok(device));
    const found = diagnosisOf([output([...wasm, ...native]), inputs([...five(ok), ...native])]);
    expect(found).toMatchObject({
      kind: 'build',
      text: 'outputs drift without their inputs on 5 of 5 devices with this release on wasm, 0 of 4 with another release or backend',
    });
  });

  test('that drifts without its inputs on one release alone is this build, as another release on the same backend shows', () => {
    const others = ['n1', 'n2', 'n3'].map((device) => ok(device));
    const found = diagnosisOf([output(five(drifts)), output(others, 'sha256:b'), inputs(five(ok))]);
    expect(found).toMatchObject({ kind: 'build', drifting: 5, judged: 8 });
  });

  test('that drifts without its inputs on every release and backend is no build', () => {
    const others = ['n1', 'n2', 'n3'].map((device) => drifts(device));
    const found = diagnosisOf([output(five(drifts)), output(others, 'sha256:b'), inputs(five(ok))]);
    expect(found).toMatchObject({ kind: 'world-changed' });
  });
});

describe('drift in time', () => {
  const HOUR_US = 3_600_000_000;
  /** One letter an hour: `.` ok, `A` alert, `?` learning. */
  const spans = (levels: string) =>
    [...levels].map((letter, hour) => ({
      fromUs: hour * HOUR_US,
      toUs: (hour + 1) * HOUR_US,
      level: letter === 'A' ? ('alert' as const) : letter === '?' ? ('learning' as const) : ('ok' as const),
    }));
  const day = (alerts: string): string => `${'.'.repeat(12)}${alerts}`.padEnd(24, '.');

  test('that is over has no pattern', () => {
    expect(patternOf(spans('..AAA.'))).toBeUndefined();
    expect(patternOf([])).toBeUndefined();
  });

  test('is new at first and sustained from the third window on, whatever was learning in between', () => {
    expect(patternOf(spans('....A'))).toEqual({ pattern: 'new', sinceUs: 4 * HOUR_US });
    expect(patternOf(spans('....AA?A'))).toEqual({ pattern: 'sustained', sinceUs: 4 * HOUR_US });
  });

  test('at the same hours for the third day is daily, and not where it also was in between', () => {
    const twoDays = day('AAA') + day('AAA');
    expect(patternOf(spans(`${twoDays}${'.'.repeat(12)}AA`))?.pattern).toBe('daily');
    expect(patternOf(spans(`${day('AAA')}${day('')}${'.'.repeat(12)}AAA`))?.pattern).toBe('sustained');
    const nearlyAlways = `${'.'.repeat(4)}${'A'.repeat(40)}`;
    expect(patternOf(spans(`${nearlyAlways}${'A.'.repeat(4)}AA`))?.pattern).not.toBe('daily');
  });

  test('on the same day of the week is weekly', () => {
    const week = day('AAA') + day('').repeat(6);
    expect(patternOf(spans(`${week}${week}${'.'.repeat(12)}A`))?.pattern).toBe('weekly');
  });
});
