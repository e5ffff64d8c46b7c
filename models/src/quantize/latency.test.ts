import type { InferenceBackend } from '@skerry/agent/ports';
import { describe, expect, it } from 'vitest';
import { measureLatency } from './latency.ts';

describe('latency', () => {
  it('is measured in turns, so that a machine that slows down slows down both', async () => {
    let nowMs = 0;
    let [loaded, released] = [0, 0];
    /** Runs take as long as the model has bytes, ever longer. */
    const tiring: InferenceBackend = {
      name: 'native',
      async create(model) {
        loaded++;
        const costMs = 'bytes' in model ? model.bytes.length : 0;
        return {
          inputs: [],
          outputs: [],
          async run() {
            nowMs += costMs * (1 + nowMs / 10_000);
            return {};
          },
          async release() {
            released++;
          },
        };
      },
    };
    const models = { fp32: new Uint8Array(6), int8: new Uint8Array(2) };
    const latency = await measureLatency(tiring, { monoMs: () => nowMs }, models, { feed: {}, windows: 7 });
    expect(latency.windows).toBe(7);
    expect(latency.ratio).toBeCloseTo(1 / 3, 2);
    expect(latency.fp32Us).toBeGreaterThan(6_000);
    expect([loaded, released]).toEqual([2, 2]);
  });
});
