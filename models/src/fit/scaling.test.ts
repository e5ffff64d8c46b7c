import { describe, expect, it } from 'vitest';
import { fitScaling, normalizeRows, windowStarts } from './scaling.ts';

describe('scaling', () => {
  it('is mean and standard deviation per channel, to five digits of the deviation', () => {
    const { mean, std } = fitScaling({ width: 2, values: Float64Array.of(1, 1e6 + 1, 2, 1e6 - 1, 6, 1e6) });
    expect([...mean]).toEqual([3, 1e6]);
    expect([...std]).toEqual([2.1602, 0.8165]);
  });

  it('keeps a constant channel finite, and any real movement of it visible', () => {
    const scaling = fitScaling({ width: 1, values: Float64Array.of(200, 200, 200) });
    expect([...scaling.std]).toEqual([0.2]);
    expect([...normalizeRows({ width: 1, values: Float64Array.of(200, 201) }, scaling)]).toEqual([0, 5]);
    expect([...fitScaling({ width: 1, values: Float64Array.of(0, 0) }).std]).toEqual([1e-6]);
  });

  it('cuts whole windows only', () => {
    expect(windowStarts(10, 4, 3)).toEqual([0, 3, 6]);
    expect(windowStarts(3, 4, 1)).toEqual([]);
  });
});
