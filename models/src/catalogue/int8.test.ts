import { nodeCrypto } from '@skerry/proto/node/crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { currentInt8Figures, readmeWith } from '../node/catalogue-int8.ts';
import { type Int8Figures, missesOf } from './int8.ts';

let all: Int8Figures[];
beforeAll(async () => {
  all = await currentInt8Figures(nodeCrypto);
});

describe('int8 in the catalogue', () => {
  it('is at least three times smaller, no slower and as good as float32, in the newest version of every name', () => {
    expect(
      Object.fromEntries(all.map((figures) => [figures.release.split('@')[0], missesOf(figures)])),
    ).toEqual({
      'bearing-fault': [],
      'bearing-life': [],
      'pump-anomaly': [],
      'univariate-anomaly': [],
    });
  });

  it('is left out only where no quantization could make the file three times smaller', () => {
    const without = all.filter(({ sizeBytes }) => sizeBytes.int8 === undefined);
    expect(without.map(({ release }) => release.split('@')[0])).toEqual(['univariate-anomaly']);
    for (const { bound } of without) expect(bound).toBeLessThan(3);
  });

  it('stands in README.md with the figures that the files and their builds give', async () => {
    const { now, wanted } = await readmeWith(all);
    expect(now).toContain('<!-- int8 table -->');
    expect(now).toBe(wanted);
  });
});

describe('the line', () => {
  const good: Int8Figures = {
    release: 'press@1.0.0',
    sizeBytes: { fp32: 300_000, int8: 90_000 },
    latency: [{ windows: 1, fp32Us: 10, int8Us: 9, ratio: 0.9 }],
    qualities: [
      { of: '', kind: 'auc', fp32: 0.95, int8: 0.945 },
      { of: 'wear', kind: 'error', fp32: 10, int8: 10.1 },
    ],
    spearman: [0.99],
  };

  it('holds for a release that is smaller, faster and as good', () => {
    expect(missesOf(good)).toEqual([]);
  });

  it.each<[string, Partial<Int8Figures>, RegExp]>([
    ['a file hardly smaller', { sizeBytes: { fp32: 300_000, int8: 110_000 } }, /2\.73 times smaller/],
    [
      'int8 that takes longer',
      { latency: [{ windows: 128, fp32Us: 10, int8Us: 12, ratio: 1.2 }] },
      /1\.20 times/,
    ],
    ['files that nobody timed', { latency: [] }, /timed/],
    ['accuracy that nobody measured', { qualities: [] }, /costs/],
    [
      'a lost AUC',
      { qualities: [{ of: '', kind: 'auc', fp32: 0.95, int8: 0.93 }] },
      /auc 0\.95 became 0\.93/,
    ],
    ['a greater error', { qualities: [{ of: '', kind: 'error', fp32: 10, int8: 11 }] }, /error 10 became 11/],
    ['answers in another order', { spearman: [0.97] }, /0\.97/],
    ['no int8 where one would pay', { sizeBytes: { fp32: 300_000 }, bound: 3.6 }, /3\.6 times smaller/],
  ])('names %s', (_, change, miss) => {
    expect(missesOf({ ...good, ...change })).toEqual([expect.stringMatching(miss)]);
  });
});
