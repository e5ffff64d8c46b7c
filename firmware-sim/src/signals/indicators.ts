/** Condition indicators: what a vibration sensor computes from a waveform and sends instead of it. */

/**
 * Broadband vibration velocity, root mean square in mm/s, from acceleration in m/s2: integrated with a first-order high
 * pass at 10 Hz (the lower edge of ISO 20816-1's band), Hann-weighted so that it doesn't depend on where a turn begins.
 * The first quarter of the waveform lets the filter settle and is not counted.
 */
export function velocityRms(acceleration: Float64Array, sampleHz: number): number {
  const keep = Math.exp((-2 * Math.PI * 10) / sampleHz);
  const from = acceleration.length >> 2;
  const weight = hannWeights(acceleration.length - from);
  let velocity = 0;
  let sum = 0;
  for (let i = 0; i < acceleration.length; i++) {
    velocity = keep * velocity + acceleration[i]! / sampleHz;
    if (i >= from) sum += weight[i - from]! * velocity * velocity;
  }
  return 1000 * Math.sqrt(sum / weight.length);
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
  const envelope = demodulate(wave, (2 * Math.PI * line.carrierHz) / sampleHz, taps);
  return hannAmplitude(envelope, (2 * Math.PI * line.frequencyHz) / sampleHz);
}

// |moving average of wave x exp(i turn t)| x 2: the envelope of the band around the carrier, in the waveform's unit.
function demodulate(wave: Float64Array, turn: number, taps: number): Float64Array {
  const mixed = { re: new Float64Array(wave.length), im: new Float64Array(wave.length) };
  const envelope = new Float64Array(wave.length - taps + 1);
  // A rotating phasor instead of two transcendental calls a sample: its error after 1,000 turns is below 1e-12.
  const [stepRe, stepIm] = [Math.cos(turn), Math.sin(turn)];
  let [phasorRe, phasorIm, re, im] = [1, 0, 0, 0];
  for (let i = 0; i < wave.length; i++) {
    mixed.re[i] = wave[i]! * phasorRe;
    mixed.im[i] = wave[i]! * phasorIm;
    re += mixed.re[i]! - (i >= taps ? mixed.re[i - taps]! : 0);
    im += mixed.im[i]! - (i >= taps ? mixed.im[i - taps]! : 0);
    if (i >= taps - 1) envelope[i - taps + 1] = (2 / taps) * Math.sqrt(re * re + im * im);
    const nextRe = phasorRe * stepRe - phasorIm * stepIm;
    phasorIm = phasorRe * stepIm + phasorIm * stepRe;
    phasorRe = nextRe;
  }
  return envelope;
}

// Amplitude of one frequency (radians a sample) in a series, its mean removed, under a Hann window.
function hannAmplitude(series: Float64Array, turn: number): number {
  let mean = 0;
  for (const x of series) mean += x / series.length;
  const weight = hannWeights(series.length);
  // Goertzel (1958): the Fourier sum at one frequency with one multiplication a sample.
  const twiceCos = 2 * Math.cos(turn);
  let [s1, s2] = [0, 0];
  for (let i = 0; i < series.length; i++) {
    const s0 = weight[i]! * (series[i]! - mean) + twiceCos * s1 - s2;
    s2 = s1;
    s1 = s0;
  }
  const power = s1 * s1 + s2 * s2 - twiceCos * s1 * s2;
  return (2 * Math.sqrt(power)) / series.length;
}

// A Hann window whose mean is 1: 1 - cos(2 pi (i + 1/2) / n), by the recurrence cos(a + b) = 2 cos(b) cos(a) - cos(a - b).
function hannWeights(count: number): Float64Array {
  const weights = new Float64Array(count);
  const bend = (2 * Math.PI) / count;
  const twiceCos = 2 * Math.cos(bend);
  let previous = Math.cos(bend / 2);
  let current = previous;
  for (let i = 0; i < count; i++) {
    weights[i] = 1 - current;
    const next = twiceCos * current - previous;
    previous = current;
    current = next;
  }
  return weights;
}
