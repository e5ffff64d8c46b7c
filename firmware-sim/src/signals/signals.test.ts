import { describe, expect, it } from 'vitest';
import { createRandom } from '../random.ts';
import { relativeHumidity, saturationPressureHpa, waterContentGKg } from './air.ts';
import { bearing6205, bearingFrequencies } from './bearing.ts';
import { createDuty } from './duty.ts';
import { envelopeLine, velocityRms } from './indicators.ts';
import { createLag } from './lag.ts';
import { createWander } from './wander.ts';
import { addHarmonic, addImpacts, addWhiteNoise } from './waveform.ts';

describe('bearing frequencies', () => {
  it("agree with Case Western Reserve University's published multiples for the 6205-2RS", () => {
    const { bpfoHz, bpfiHz, ftfHz, bsfHz } = bearingFrequencies(bearing6205, 1);
    expect(bpfoHz).toBeCloseTo(3.5848, 3);
    expect(bpfiHz).toBeCloseTo(5.4152, 3);
    expect(ftfHz).toBeCloseTo(0.39828, 4);
    expect(2 * bsfHz).toBeCloseTo(4.7135, 2);
  });

  it('scale with speed, and outer and inner race together count every ball each turn', () => {
    const at25 = bearingFrequencies(bearing6205, 25);
    expect(at25.bpfoHz).toBeCloseTo(25 * bearingFrequencies(bearing6205, 1).bpfoHz, 9);
    expect(at25.bpfoHz + at25.bpfiHz).toBeCloseTo(9 * 25, 9);
  });
});

describe('vibration indicators', () => {
  const sampleHz = 8192;

  it('velocity RMS of a shaft that shakes with 2 mm/s at 25 Hz is 2/sqrt(2), less what the 10 Hz filter takes', () => {
    const wave = new Float64Array(8192);
    addHarmonic(wave, sampleHz, { frequencyHz: 25, amplitude: (2 * Math.PI * 25 * 2) / 1000, phaseRad: 0.4 });
    const filtered = 1 / Math.sqrt(1 + (10 / 25) ** 2);
    expect(velocityRms(wave, sampleHz)).toBeCloseTo(Math.SQRT2 * filtered, 1);
  });

  it('the envelope shows impacts at their own rate and not elsewhere, though they ring at 2 kHz', () => {
    const wave = new Float64Array(4096);
    const random = createRandom(5);
    addWhiteNoise(wave, random, 0.5);
    addImpacts(wave, sampleHz, random, {
      rateHz: 88,
      amplitude: 10,
      spread: 0.2,
      resonanceHz: 2000,
      decayS: 0.0012,
      slip: 0.01,
    });
    const at = (frequencyHz: number) => envelopeLine(wave, sampleHz, { carrierHz: 2000, frequencyHz });
    expect(at(88)).toBeGreaterThan(8 * at(133));
    expect(at(88)).toBeGreaterThan(8 * at(60));
  });

  it('the envelope of a modulated carrier is its modulation', () => {
    const wave = Float64Array.from({ length: 8192 }, (_, i) => {
      const t = i / sampleHz;
      return (1 + 0.5 * Math.cos(2 * Math.PI * 80 * t)) * Math.sin(2 * Math.PI * 2000 * t);
    });
    expect(envelopeLine(wave, sampleHz, { carrierHz: 2000, frequencyHz: 80 })).toBeCloseTo(0.5, 1);
  });
});

describe('processes', () => {
  it('wandering noise has its spread and memory at any sampling rate', () => {
    for (const dtS of [0.1, 1, 5]) {
      const wander = createWander(createRandom(9), 10, 2);
      const xs = Array.from({ length: 200_000 }, () => wander(dtS));
      const variance = xs.reduce((sum, x) => sum + x * x, 0) / xs.length;
      const lagged = xs.slice(1).reduce((sum, x, i) => sum + x * xs[i]!, 0) / (xs.length - 1);
      expect(Math.sqrt(variance)).toBeCloseTo(2, 0);
      expect(lagged / variance).toBeCloseTo(Math.exp(-dtS / 10), 1);
    }
  });

  it('a duty stays within its levels and holds each at least as long as the shortest dwell', () => {
    const duty = createDuty(createRandom(4), { levels: [0.4, 0.9], dwellS: [20, 60] });
    let last = duty(0);
    let heldS = Number.POSITIVE_INFINITY;
    for (let s = 1; s < 10_000; s++) {
      const level = duty(1);
      expect(level).toBeGreaterThanOrEqual(0.4);
      expect(level).toBeLessThanOrEqual(0.9);
      if (level !== last) expect(heldS).toBeGreaterThanOrEqual(19);
      heldS = level === last ? heldS + 1 : 1;
      last = level;
    }
    expect(duty(1e9)).toBeLessThanOrEqual(0.9);
  });

  it('a lag covers 63 % of a step in one time constant, in one stride or in many', () => {
    const once = createLag(30, 0);
    const often = createLag(30, 0);
    for (let i = 0; i < 299; i++) often(1, 0.1);
    expect(once(1, 30)).toBeCloseTo(1 - 1 / Math.E, 9);
    expect(often(1, 0.1)).toBeCloseTo(1 - 1 / Math.E, 9);
  });
});

describe('moist air', () => {
  it('saturates at 23.4 hPa at 20 °C and 6.11 hPa at 0 °C', () => {
    expect(saturationPressureHpa(20)).toBeCloseTo(23.37, 0);
    expect(saturationPressureHpa(0)).toBeCloseTo(6.11, 1);
  });

  it('turns humidity into water content and back', () => {
    expect(relativeHumidity(waterContentGKg(55, 21), 21)).toBeCloseTo(55, 9);
    expect(relativeHumidity(50, 10)).toBe(100);
  });
});
