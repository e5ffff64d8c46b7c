import type { Random } from '../random.ts';

/** One sinusoid of a waveform: frequency in Hz, peak amplitude in the waveform's unit, phase in radians. */
export interface Harmonic {
  readonly frequencyHz: number;
  readonly amplitude: number;
  readonly phaseRad: number;
}

/**
 * Adds a sinusoid to `wave`, sampled at `sampleHz`. Two multiplications a sample instead of a sine:
 * sin(a + b) = 2 cos(b) sin(a) - sin(a - b); over 1,000 samples the error stays below 1e-9 of the amplitude.
 */
export function addHarmonic(wave: Float64Array, sampleHz: number, harmonic: Harmonic): void {
  const turn = (2 * Math.PI * harmonic.frequencyHz) / sampleHz;
  const twiceCos = 2 * Math.cos(turn);
  let previous = harmonic.amplitude * Math.sin(harmonic.phaseRad - turn);
  let current = harmonic.amplitude * Math.sin(harmonic.phaseRad);
  for (let i = 0; i < wave.length; i++) {
    wave[i]! += current;
    const next = twiceCos * current - previous;
    previous = current;
    current = next;
  }
}

/** Adds white noise of standard deviation `sd`. */
export function addWhiteNoise(wave: Float64Array, random: Random, sd: number): void {
  for (let i = 0; i < wave.length; i++) wave[i]! += sd * random.normal();
}

/** A train of impacts, each of which makes a structure ring and die away. */
export interface ImpactTrain {
  /** Impacts a second: for a bearing, a characteristic frequency. */
  readonly rateHz: number;
  /** Mean peak of a ring, in the waveform's unit. */
  readonly amplitude: number;
  /** Relative standard deviation of the peaks. */
  readonly spread: number;
  /** Resonance that is struck. */
  readonly resonanceHz: number;
  /** Time constant of its decay. */
  readonly decayS: number;
  /** Relative random spread of the spacing: rolling elements slip by about 1 % (Randall and Antoni 2011, section 2). */
  readonly slip: number;
  /**
   * The peaks swell and fade with this frequency, in Hz, from all to nothing: what moves through the zone that carries the
   * load is struck hard there and not at all opposite. Left out, all are alike.
   */
  readonly modulationHz?: number;
}

/** Adds ringing impacts at `rateHz`, beginning at a random phase. */
export function addImpacts(wave: Float64Array, sampleHz: number, random: Random, train: ImpactTrain): void {
  const spacingS = 1 / train.rateHz;
  const ringS = 6 * train.decayS;
  const endS = wave.length / sampleHz;
  let atS = -ringS - spacingS * random.uniform();
  const phaseRad = train.modulationHz === undefined ? 0 : 2 * Math.PI * random.uniform();
  const swell = (timeS: number): number =>
    train.modulationHz === undefined
      ? 1
      : (1 + Math.cos(2 * Math.PI * train.modulationHz * timeS + phaseRad)) / 2;
  while (atS < endS) {
    const peak = train.amplitude * (1 + train.spread * random.normal()) * swell(atS);
    addRing(wave, sampleHz, atS, train, peak);
    atS += spacingS * Math.max(0.1, 1 + train.slip * random.normal());
  }
}

function addRing(wave: Float64Array, sampleHz: number, atS: number, train: ImpactTrain, peak: number): void {
  const from = Math.max(0, Math.ceil(atS * sampleHz));
  const to = Math.min(wave.length, Math.ceil((atS + 6 * train.decayS) * sampleHz));
  for (let i = from; i < to; i++) {
    const t = i / sampleHz - atS;
    wave[i]! += peak * Math.exp(-t / train.decayS) * Math.sin(2 * Math.PI * train.resonanceHz * t);
  }
}
