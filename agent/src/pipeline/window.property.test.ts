// Random streams through the real windows and through the plainest model of them that can be written.
import { nodeCrypto } from '@skerry/proto/node/crypto';
import { expect, test } from 'vitest';
import { type NaiveSpec, NaiveWindows } from './naive-windows.ts';
import { rowsOf, seeded, testConfig, testPipeline, testRelease } from './test-pipeline.ts';

const RATES = [
  ['1Hz', { ticks: 1, seconds: 1 }],
  ['3Hz', { ticks: 3, seconds: 1 }],
  ['7/10s', { ticks: 7, seconds: 10 }],
  ['any', 'any'],
] as const;

function drawSpec(random: () => number) {
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]!;
  const [text, rate] = pick(RATES);
  const length = pick([1, 2, 4, 9]);
  const hop = 1 + Math.floor(random() * length);
  const [maxGapMs, latenessMs] = [pick([500, 1000, 2500, 6000]), pick([0, 0, 1000, 3300])];
  const missing = pick(['interpolate', 'previous'] as const);
  const channels = pick([1, 2, 3]);
  const naive: NaiveSpec = {
    rate,
    length,
    hop,
    missing,
    maxGapUs: maxGapMs * 1000,
    latenessUs: latenessMs * 1000,
    channels,
  };
  const names = ['a', 'b', 'c'].slice(0, channels);
  const release = testRelease({
    channels: names.map((name) => ({ name })),
    rate: text,
    length,
    hop,
    missing,
    maxGap: `${maxGapMs}ms`,
    lateness: `${latenessMs}ms`,
  });
  return { naive, release, names };
}

// Mostly on or near a grid, now and then late, repeated, contradicted, after a pause, with channels missing.
function drawStream(random: () => number, channels: number, count: number): [number, number[]][] {
  let at = 40 + random() * 5;
  const stream: [number, number[]][] = [];
  for (let i = 0; i < count; i++) {
    at += random() < 0.06 ? random() * 20 : random() < 0.5 ? 1 / 3 : random();
    let time = random() < 0.15 ? at - random() * 4 : at;
    if (random() < 0.6) time = Math.round(time * 3) / 3;
    const again = random() < 0.1 && stream.at(-1 - Math.floor(random() * Math.min(5, stream.length)));
    if (again) stream.push([again[0], again[1].map((v) => (random() < 0.3 ? v + 1 : v))]);
    else {
      const values = Array.from({ length: channels }, () =>
        random() < 0.2 ? Number.NaN : Math.round(random() * 100),
      );
      if (values.every(Number.isNaN)) values[0] = 1;
      stream.push([time, values]);
    }
  }
  return stream;
}

test('on 300 random streams windows, gaps and the ledger are what the definition says, sample by sample', () => {
  for (let seed = 1; seed <= 300; seed++) compare(seed);
});

function compare(seed: number): void {
  const random = seeded(seed);
  const { naive: spec, release, names } = drawSpec(random);
  const naive = new NaiveWindows(spec);
  const channels = Object.fromEntries(names.map((name) => [name, name]));
  const pipeline = testPipeline(nodeCrypto, testConfig({ channels }));
  pipeline.setRelease(release, 'sha256:x', 'test@1.0.0');

  const rejected: Record<string, number> = {};
  const got: object[] = [];
  let entry = 0;
  for (const [seconds, values] of drawStream(random, spec.channels, 70)) {
    const timeUs = Math.round(seconds * 1e6);
    const outcome = naive.take(timeUs, values);
    if (outcome !== 'taken') rejected[outcome] = (rejected[outcome] ?? 0) + 1;
    pipeline.feed(rowsOf([['d', timeUs / 1e6, ...values]]), ++entry, 0, 'live');
    const silent = random() < 0.03;
    if (silent) naive.silence();
    if (silent) pipeline.tick(1e9);
    const windows = pipeline.takeReady(512);
    if (windows) {
      const size = windows.data.length / windows.count;
      for (let i = 0; i < windows.count; i++)
        got.push({
          fromUs: windows.fromUs[i],
          toUs: windows.toUs[i],
          data: [...windows.data.subarray(i * size, (i + 1) * size)],
          interpolated: windows.interpolated[i],
          late: windows.late[i],
        });
    }
    expect(got, `seed ${seed}`).toEqual(naive.windows);
    const counters = pipeline.counters();
    const { open: _, ...closed } = naive.ledger();
    expect(counters, `seed ${seed}`).toEqual({
      received: 0, // what arrival counts; these samples were fed past it
      rejected,
      ...closed,
      windows: naive.windows.length,
      gapWindows: naive.gaps,
      results: {},
    });
    expect(pipeline.oldestOpenJournal() === undefined, `seed ${seed}`).toBe(naive.ledger().open === 0);
  }
}
