import type { Recording } from '@skerry/proto/csv';
import { readRecording } from '@skerry/proto/csv';
import type { Dim } from '@skerry/proto/onnx/graph';
import type { ReleaseManifest } from '@skerry/proto/release';
import { describe, expect, it } from 'vitest';
import { encodeModel, GraphBuilder } from '../graph/builder.ts';
import { readModel } from '../graph/reader.ts';
import { kindOf, manifestFor, releaseOutput, type Source, windowsOf } from './quantize-data.ts';

function bare(...dims: Dim[]): Source {
  const g = new GraphBuilder('bare');
  const x = g.input('x', 'float32', dims);
  g.output(g.node('Relu', [x], { output: 'y' }), 'float32', dims);
  const bytes = encodeModel(g.build());
  return { file: 'net.onnx', bytes, model: readModel(bytes), manifest: undefined };
}

/** Twelve rows; channel a counts them, b counts down; labels as given. */
function recordingOf(labels: readonly number[]): Recording {
  const rows = labels.map((label, i) => `${i},${i},${-i},${label}`);
  return readRecording([`time,a,b,label\n${rows.join('\n')}\n`], { file: 'rows.csv' });
}

const AB = ['a', 'b'];
const layoutOf = (manifest: ReleaseManifest): unknown => [manifest.input].flat()[0]!.layout;

describe('windows to quantize on', () => {
  it('fill the input of a bare model as its shape tells', () => {
    expect(layoutOf(manifestFor(bare('n', 4, 2), AB, undefined))).toEqual(['batch', 'time', 'channel']);
    expect(layoutOf(manifestFor(bare('n', 2, 4), AB, undefined))).toEqual(['batch', 'channel', 'time']);
    const flat = manifestFor(bare('n', 8), AB, undefined);
    expect([layoutOf(flat), flat.window.length]).toEqual([['batch', 'feature'], 4]);
    const said = manifestFor(bare(1, 'n', 2), AB, 'time,batch,channel');
    expect([layoutOf(said), said.window.length]).toEqual([['time', 'batch', 'channel'], 1]);
  });

  it("are refused where columns and shape don't fit, naming both", () => {
    expect(() => manifestFor(bare('n', 7), AB, undefined)).toThrow(/"x" \[n, 7\].*2 channels \(a, b\)/);
    expect(() => manifestFor(bare('n', 't', 2), AB, undefined)).toThrow(/takes no windows/);
    expect(() => manifestFor(bare('n', 4, 2), AB, 'batch,time')).toThrow(
      expect.objectContaining({ hint: expect.stringContaining('--layout') }),
    );
  });

  it('of a score are faulty with any faulty row, and only healthy ones calibrate', () => {
    const source = bare('n', 3, 2);
    const recording = recordingOf([0, 0, 0, 0, 0, 1, 0, 0, 0, 1, 1, 1]);
    const manifest = manifestFor(source, AB, undefined);
    const { batches, calibration, hasFaults } = windowsOf(source, manifest, [recording], {
      label: 'label',
      output: 'y',
    });
    expect(batches.map((b) => [b.windows, b.labels])).toEqual([[4, [0, 1, 0, 1]]]);
    expect(hasFaults).toBe(false);
    expect(calibration.map((feed) => [...(feed.x!.data as Float32Array)])).toEqual([
      [0, 0, 1, -1, 2, -2, 6, -6, 7, -7, 8, -8],
    ]);
  });

  it('of classes have the label of most of their rows, and all calibrate', () => {
    const source = bare('n', 3, 2);
    const recording = recordingOf([0, 0, 2, 2, 2, 1, 1, 1, 1, 0, 2, 2]);
    const { batches, calibration, hasFaults } = windowsOf(
      source,
      manifestFor(source, AB, undefined),
      [recording],
      {
        label: 'label',
        output: 'y',
      },
    );
    expect(batches.map((b) => b.labels)).toEqual([[0, 2, 1, 2]]);
    expect([calibration[0]!.x!.dims, hasFaults]).toEqual([[4, 3, 2], true]);
  });

  it('come in the number that the model takes, where it takes no other, and for timing one and 128', () => {
    const fixed = bare(3, 2, 2);
    const recording = recordingOf(Array(12).fill(0));
    const of = (source: Source) =>
      windowsOf(source, manifestFor(source, AB, undefined), [recording], { label: undefined, output: 'y' });
    expect(of(fixed).batches.map((b) => b.windows)).toEqual([3, 3]);
    expect(of(fixed).timed.map((b) => b.windows)).toEqual([3]);
    expect(of(bare('n', 2, 2)).timed.map((b) => b.feed.x!.dims)).toEqual([
      [1, 2, 2],
      [128, 2, 2],
    ]);
  });

  it('are too few where the recording is short', () => {
    const source = bare('n', 64, 2);
    const recording = recordingOf([0, 0, 0]);
    expect(() =>
      windowsOf(source, manifestFor(source, AB, undefined), [recording], { label: undefined, output: 'y' }),
    ).toThrow(/fills no healthy window of 64 rows/);
  });
});

describe('the output that a release is compared by', () => {
  const output = [
    { name: 'attribution', tensor: 'a', kind: 'attribution' },
    { name: 'class', tensor: 'c', kind: 'class' },
    { name: 'score', tensor: 's', kind: 'anomaly-score', threshold: 1, sustain: 2 },
  ];
  const manifest = { output } as unknown as ReleaseManifest;

  it('is the one with the threshold, else one that says something by itself', () => {
    expect(releaseOutput(manifest)?.name).toBe('score');
    expect(releaseOutput({ output: output.slice(0, 2) } as unknown as ReleaseManifest)?.name).toBe('class');
    expect(releaseOutput(undefined)).toBeUndefined();
    expect([kindOf(manifest, 'c'), kindOf(manifest, 'x')]).toEqual(['class', undefined]);
  });
});
