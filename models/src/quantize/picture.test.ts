import { describe, expect, it } from 'vitest';
import { reportPicture } from './picture.ts';
import { type QuantizationReport, reportLines } from './report.ts';

const REPORT: QuantizationReport = {
  file: 'int8.onnx',
  source: 'net.onnx',
  nodes: 1,
  settings: {
    mode: 'static',
    method: 'minmax',
    widen: 8,
    activations: 'uint8',
    perChannel: true,
    reduceRange: false,
    saturatesHere: false,
  },
  sizeBytes: { fp32: 81_920, int8: 24_576 },
  latency: [
    { windows: 1, fp32Us: 20, int8Us: 24, ratio: 1.2 },
    { windows: 128, fp32Us: 900, int8Us: 300, ratio: 0.33 },
  ],
  unit: 'window',
  agreement: {
    windows: 500,
    spearman: 0.9991,
    sqnrDb: 31.2,
    meanDifference: 0.01,
    maxDifference: 0.2,
    auc: { fp32: 0.91, int8: 0.905 },
    accepted: true,
  },
  spearman: 0.9991,
  sqnrDb: 31.2,
  thresholdFactor: 0.97,
  layers: [
    { name: 'conv <1> & "more"', op: 'Conv', int8: true, sqnrDb: 30, aloneDb: 40 },
    {
      name: 'a/name/that/is/much/longer/than/its/place',
      op: 'Gemm',
      int8: false,
      sqnrDb: Infinity,
      aloneDb: 9,
    },
  ],
  kernels: { fp32: { FusedConv: 1, Gemm: 1 }, int8: { QLinearConv: 1, Gemm: 1 } },
  notes: ['put it first'],
};

describe('the report of a quantization', () => {
  it('tells people what became smaller, slower and different, and what stayed float', () => {
    const text = reportLines(REPORT).join('\n');
    expect(text).toContain('1 of 2 layers in int8, static, minmax, ranges times 8');
    expect(text).toContain('80.0 KiB -> 24.0 KiB (3.33 times smaller)');
    expect(text).toMatch(/1 window: .*ratio 1\.20, slower/);
    expect(text).toMatch(/128 windows: .*ratio 0\.33\)/);
    expect(text).toContain('auc       0.9100 -> 0.9050');
    expect(text).toContain('multiplied by 0.97');
    expect(text).toContain('in float  a/name/that');
    expect(text).toContain('note      put it first');
  });

  it('draws bars to scale for light and dark, and takes every name as text', () => {
    const svg = reportPicture(REPORT);
    expect(svg).toContain('prefers-color-scheme: dark');
    expect(svg).toContain('conv &lt;1&gt; &amp; &quot;more&quot;');
    expect(svg).toContain('…');
    // 24 of 80 KiB, and 30 of 60 dB, of a full bar of 440.
    expect(svg).toContain('class="int8" x="190" y="38" width="132"');
    expect(svg).toMatch(/class="int8" x="190" y="\d+" width="220"/);
    // Slower than float32 is a full bar in the other colour, and so is a float layer.
    expect(svg.match(/class="float" x="190" y="\d+" width="440"/g)).toHaveLength(2);
  });
});
