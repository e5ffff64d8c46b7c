import { describe, expect, it } from 'vitest';
import { createRandom } from '../random.ts';
import { bearing6205, bearingFrequencies } from '../signals/bearing.ts';
import { envelopeLine } from '../signals/indicators.ts';
import {
  type BearingCondition,
  type BearingState,
  bearingAcceleration,
  gravity,
  motorSensor,
} from './bearing-vibration.ts';

const STATE = {
  severity: 0.5,
  speedRpm: 1475,
  load: 0.7,
  resonanceHz: 2500,
  decayS: 0.0012,
  noiseG: 0.1,
  imbalance: 1,
} as const satisfies Omit<BearingState, 'condition'>;

/** Mean over many readings of the envelope's lines at the frequencies of the three flaws, in g. */
function linesOf(condition: BearingCondition): { outer: number; inner: number; ball: number } {
  const random = createRandom(3).fork(condition);
  const { bpfoHz, bpfiHz, bsfHz } = bearingFrequencies(bearing6205, STATE.speedRpm / 60);
  const lines = { outer: 0, inner: 0, ball: 0 };
  for (let i = 0; i < 40; i++) {
    const wave = bearingAcceleration(random, { ...STATE, condition });
    const at = (frequencyHz: number): number =>
      envelopeLine(wave, motorSensor.sampleHz, { carrierHz: STATE.resonanceHz, frequencyHz }) / gravity / 40;
    lines.outer += at(bpfoHz);
    lines.inner += at(bpfiHz);
    lines.ball += at(2 * bsfHz);
  }
  return lines;
}

describe("a bearing's vibration", () => {
  it.each([
    ['outer-race', 'outer'],
    ['inner-race', 'inner'],
    ['ball', 'ball'],
  ] as const)('shows a flaw of the %s in the envelope at the frequency of that flaw', (condition, own) => {
    const lines = linesOf(condition);
    for (const other of ['outer', 'inner', 'ball'] as const)
      if (other !== own) expect(lines[own]).toBeGreaterThan(1.5 * lines[other]);
  });

  it('shows none of them in health', () => {
    const healthy = linesOf('healthy');
    expect(linesOf('outer-race').outer).toBeGreaterThan(5 * healthy.outer);
  });

  it('is the same again from the same random numbers', () => {
    const once = (): Float64Array => bearingAcceleration(createRandom(4), { ...STATE, condition: 'ball' });
    expect(once()).toEqual(once());
  });
});
