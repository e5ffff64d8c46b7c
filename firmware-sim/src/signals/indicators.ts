/** Condition indicators: what a vibration sensor computes from a waveform and sends instead of it. */

/**
 * Broadband vibration velocity, root mean square in mm/s, from acceleration in m/s2: integrated with a first-order high
 * pass at 10 Hz (the lower edge of ISO 20816-1's band), Hann-weighted so that it doesn't depend on where a turn begins.
 * The first quarter of the waveform lets the filter settle and is not counted.
 */
export function velocityRms(acceleration: Float64Array, sampleHz: number): number {
  const keep = Math.exp((-2 * Math.PI * 10) / sampleHz);
  const from = acceleration.length >> 2;
  const count = acceleration.length - from;
  let velocity = 0;
  let sum = 0;
  let weights = 0;
  for (let i = 0; i < acceleration.length; i++) {
    velocity = keep * velocity + acceleration[i]! / sampleHz;
    if (i < from) continue;
    const weight = 1 - Math.cos((2 * Math.PI * (i - from + 0.5)) / count);
    sum += weight * velocity * velocity;
    weights += weight;
  }
  return 1000 * Math.sqrt(sum / weights);
}

/** Which line of the envelope spectrum to read: around which carrier it is demodulated, and at which frequency. */
export interface EnvelopeLine {
  readonly carrierHz: number;
  readonly frequencyHz: number;
}

/**
 * Envelope (high-frequency resonance) analysis: the band around `carrierHz` is demodulated, and the amplitude of its
 * envelope at `frequencyHz` returned, in the waveform's unit (Randall and Antoni 2011, section 4). Demodulation is complex
 * mixing and a moving average of 1 ms (band about +-450 Hz); the line is a Hann-weighted discrete Fourier sum.
 */
export function envelopeLine(wave: Float64Array, sampleHz: number, line: EnvelopeLine): number {
  const taps = Math.max(1, Math.round(sampleHz / 1000));
  const mix = (2 * Math.PI * line.carrierHz) / sampleHz;
  const count = wave.length - taps + 1;
  const envelope = new Float64Array(count);
  let re = 0;
  let im = 0;
  let mean = 0;
  for (let i = 0; i < wave.length; i++) {
    re += wave[i]! * Math.cos(mix * i);
    im += wave[i]! * Math.sin(mix * i);
    if (i >= taps) {
      re -= wave[i - taps]! * Math.cos(mix * (i - taps));
      im -= wave[i - taps]! * Math.sin(mix * (i - taps));
    }
    if (i < taps - 1) continue;
    const magnitude = (2 / taps) * Math.hypot(re, im);
    envelope[i - taps + 1] = magnitude;
    mean += magnitude / count;
  }
  return fourierAmplitude(envelope, mean, (2 * Math.PI * line.frequencyHz) / sampleHz);
}

function fourierAmplitude(series: Float64Array, mean: number, turn: number): number {
  let re = 0;
  let im = 0;
  let weights = 0;
  for (let i = 0; i < series.length; i++) {
    const weight = 1 - Math.cos((2 * Math.PI * (i + 0.5)) / series.length);
    re += weight * (series[i]! - mean) * Math.cos(turn * i);
    im += weight * (series[i]! - mean) * Math.sin(turn * i);
    weights += weight;
  }
  return (2 * Math.hypot(re, im)) / weights;
}
