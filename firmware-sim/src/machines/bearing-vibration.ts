/**
 * What an accelerometer on the housing of a rolling-element bearing measures: unbalance at one turn, misalignment at two,
 * broadband noise, and with a flaw one ringing impact each time a rolling element and the flaw meet (R. B. Randall and
 * J. Antoni, Mechanical Systems and Signal Processing 25 (2011) 485-520, section 2):
 *
 *   outer race   ball-pass frequency BPFO       all alike: the flaw stays in the zone that carries the load
 *   inner race   ball-pass frequency BPFI       swelling once a turn: the flaw moves with the shaft
 *   ball         twice the spin frequency BSF   swelling with the cage: a flaw on a ball strikes both races each turn
 */
import type { Random } from '../random.ts';
import { bearing6205, bearingFrequencies } from '../signals/bearing.ts';
import { addHarmonic, addImpacts, addWhiteNoise } from '../signals/waveform.ts';

/** How the vibration sensor samples: rate, samples a reading, and the motor's resonance that impacts excite. */
export const motorSensor = { sampleHz: 8192, samples: 1024, resonanceHz: 2000 } as const;

export const gravity = 9.80665;

/** What can be the matter with a bearing. */
export const bearingConditions = ['healthy', 'outer-race', 'inner-race', 'ball'] as const;
export type BearingCondition = (typeof bearingConditions)[number];

export interface BearingState {
  readonly condition: BearingCondition;
  /** 0 (none) to 1: impacts of 4 g. */
  readonly severity: number;
  readonly speedRpm: number;
  /** Relative to the rated one. */
  readonly load: number;
  /** The resonance that impacts strike at the sensor, and the time constant of its decay. */
  readonly resonanceHz: number;
  readonly decayS: number;
  /** Standard deviation of the broadband noise in g. */
  readonly noiseG: number;
  /** How well the rotor is balanced: 1 as it should be, more is worse. */
  readonly imbalance: number;
}

/** One reading of `motorSensor.samples` accelerations in m/s2. */
export function bearingAcceleration(random: Random, state: BearingState): Float64Array {
  const { sampleHz, samples } = motorSensor;
  const wave = new Float64Array(samples);
  const shaftHz = state.speedRpm / 60;
  const phaseRad = 2 * Math.PI * random.uniform();
  const damage = state.condition === 'healthy' ? 0 : state.severity;
  // Velocity amplitudes in mm/s, turned into acceleration by 2 pi f.
  const unbalance = state.imbalance * (1.7 + 0.5 * state.load) * (1 + 0.3 * damage ** 2);
  const misalignment = 0.5 + 0.7 * state.load;
  addHarmonic(wave, sampleHz, {
    frequencyHz: shaftHz,
    amplitude: (2 * Math.PI * shaftHz * unbalance) / 1000,
    phaseRad,
  });
  addHarmonic(wave, sampleHz, {
    frequencyHz: 2 * shaftHz,
    amplitude: (4 * Math.PI * shaftHz * misalignment) / 1000,
    phaseRad: 2 * phaseRad + 0.7,
  });
  addWhiteNoise(wave, random, state.noiseG * gravity);
  if (damage > 0) {
    const { resonanceHz, decayS } = state;
    const ring = { amplitude: 4 * gravity * damage, spread: 0.25, resonanceHz, decayS, slip: 0.01 };
    addImpacts(wave, sampleHz, random, { ...ring, ...impactsOf(state.condition, shaftHz) });
  }
  return wave;
}

function impactsOf(condition: BearingCondition, shaftHz: number): { rateHz: number; modulationHz?: number } {
  const { bpfoHz, bpfiHz, bsfHz, ftfHz } = bearingFrequencies(bearing6205, shaftHz);
  switch (condition) {
    case 'inner-race':
      return { rateHz: bpfiHz, modulationHz: shaftHz };
    case 'ball':
      return { rateHz: 2 * bsfHz, modulationHz: ftfHz };
    case 'outer-race':
    case 'healthy':
      return { rateHz: bpfoHz };
  }
}
