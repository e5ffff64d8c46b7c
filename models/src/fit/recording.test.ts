import { createOrtNodeBackend } from '@skerry/agent/adapters/ort-node';
import { createRandom } from '@skerry/firmware-sim/random';
import { type Recording, readRecording } from '@skerry/proto/csv';
import { describe, expect, it } from 'vitest';
import { type FitRequest, fitRecording } from './from-recording.ts';
import { durationText, onTicks, samplesOf, samplingOf } from './recording.ts';
import { rowCount } from './scaling.ts';

const seconds = (...values: number[]): Float64Array => Float64Array.from(values, (s) => s * 1e6);

describe('how a recording is sampled', () => {
  it.each([
    ['2Hz', seconds(0, 0.5, 1.01, 1.49, 2)],
    ['1Hz', seconds(0, 1, 2, 3, 4)],
    ['1/5m', seconds(0, 300, 600, 900)],
    ['1/2s', seconds(0, 2, 4, 6)],
    ['any', seconds(0, 1, 3, 4, 9, 10)],
    ['any', seconds(0, 1)],
  ])('is found: %s', (rate, timesUs) => {
    expect(samplingOf(timesUs).rate).toBe(rate);
  });

  it('is written as the shortest duration', () => {
    expect([1_500, 60_000, 5_400_000, 86_400_000].map(durationText)).toEqual(['1500ms', '1m', '90m', '1d']);
  });
});

describe('rows on ticks', () => {
  it('lie on the line between samples, exactly on a sample where there is one', () => {
    const samples = { timesUs: seconds(0.5, 1, 2.5), rows: { width: 1, values: Float64Array.of(5, 10, 25) } };
    expect(onTicks(samples, 1, 5_000).map((r) => [...r.values])).toEqual([[10, 20]]);
  });

  it('break where samples are further apart than maxGap', () => {
    const samples = {
      timesUs: seconds(0, 1, 9, 10),
      rows: { width: 1, values: Float64Array.of(0, 1, 9, 10) },
    };
    expect(onTicks(samples, 1, 5_000).map((r) => [...r.values])).toEqual([
      [0, 1],
      [9, 10],
    ]);
  });
});

describe('samples of a recording', () => {
  const recording = readRecording(
    'time,a,b,note\n1,1,10,x\n2,2,,x\n2,3,30,x\n2,4,40,x\n1,5,50,x\n3,6,60,x\n',
  );

  it('leave out and count rows with a missing value or a time that does not advance', () => {
    const { rows, timesUs, skipped } = samplesOf(recording, ['b', 'a']);
    expect([...rows.values]).toEqual([10, 1, 30, 3, 60, 6]);
    expect([...timesUs]).toEqual([1e6, 2e6, 3e6]);
    expect(skipped).toBe(3);
    expect(rowCount(samplesOf(recording, ['a'], 2).rows)).toBe(2);
  });

  it('name the columns there are when one is asked for that is not', () => {
    expect(() => samplesOf(recording, ['c'])).toThrow(/"c" is not there/);
    expect(() => samplesOf(recording, ['note'])).toThrow(/"note" is not numeric/);
  });
});

describe('a release from a recording', () => {
  const request: FitRequest = {
    channels: undefined,
    rows: undefined,
    rate: undefined,
    length: undefined,
    hop: undefined,
    explained: 0.85,
    sustain: 1,
    margin: 4 / 3,
  };

  function waves(rows: number): Recording {
    const random = createRandom(8);
    const line = (i: number): string => {
      const wave = Math.sin(i / 7);
      return `${i},${wave + 0.1 * random.normal()},${2 * wave + 0.1 * random.normal()},5`;
    };
    return readRecording(
      `time,a,b,constant\n${Array.from({ length: rows }, (_, i) => line(i)).join('\n')}\n`,
    );
  }

  it('is fitted to what changes, in the first three quarters; the rest sets the threshold', async () => {
    const fit = await fitRecording(createOrtNodeBackend(), waves(400), request);
    expect(fit.channels).toEqual(['a', 'b']);
    expect(fit.sampling.rate).toBe('1Hz');
    expect([...fit.train, ...fit.heldOut].map(rowCount)).toEqual([300, 100]);
    expect(fit.fitted.options).toMatchObject({ length: 10, hop: 1 });
  });

  it('says so where there is too little', async () => {
    await expect(fitRecording(createOrtNodeBackend(), waves(20), request)).rejects.toThrow(/too few/);
    await expect(fitRecording(createOrtNodeBackend(), waves(400), { ...request, rows: 12 })).rejects.toThrow(
      /too few/,
    );
  });
});
