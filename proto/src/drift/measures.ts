import { SkerryError } from '../errors.ts';
import type { MeasureName } from '../policy.ts';
import type { skerry } from '../wire.ts';
import { hellinger, js, kl, ks, psi, psiExcess, wasserstein } from './distances.ts';
import { Histogram } from './histogram.ts';

/** What a window is measured against: the reference's bins and moments. */
export interface ReferenceBins {
  edges: Float64Array;
  counts: ArrayLike<number>;
  n: number;
  mean: number;
  /** Standard deviation, or 1 for a constant signal, which has no unit of its own. */
  deviation: number;
  min: number;
  max: number;
}

/** What is measured of a window: a Histogram, or a DriftSketch's fields. */
export interface CurrentBins {
  counts: ArrayLike<number>;
  mean: number;
}

/** Every measure of one window against its reference; psi is judged by psiExcess. */
export type Measures = Record<MeasureName | 'psiExcess', number>;

/** The reference of a signal, from its message. Throws `invalid` where it contradicts itself or is empty. */
export function referenceBins(reference: skerry.v1.ISignalReference): ReferenceBins {
  const histogram = Histogram.from(Float64Array.from(reference.edges ?? []), reference);
  if (histogram.n === 0)
    throw new SkerryError('invalid', `the drift reference of ${reference.name} is empty`, {
      hint: 'profile the release again with data of healthy operation',
    });
  return binsOf(histogram);
}

/** A histogram as a reference. */
export function binsOf(histogram: Histogram): ReferenceBins {
  const { edges, counts, n, mean, m2, min, max } = histogram;
  return { edges, counts, n, mean, deviation: Math.sqrt(m2 / n) || 1, min, max };
}

/**
 * All measures of a window, as distances.ts defines them. Here wasserstein is in standard deviations of the
 * reference, so that one threshold fits signals of different units, and it is never below the distance of the
 * means, which it can't be: that is what is left of a stream that has gone far out of the reference's range
 * (Kantorovich & Rubinstein 1958, with f(x) = x).
 */
export function measureDrift(reference: ReferenceBins, current: CurrentBins): Measures {
  const [p, q] = [reference.counts, current.counts];
  const travelled = Math.max(
    wasserstein(reference.edges, p, q, reference),
    Math.abs(current.mean - reference.mean),
  );
  return {
    psi: psi(p, q),
    psiExcess: psiExcess(p, q),
    kl: kl(p, q),
    js: js(p, q),
    hellinger: hellinger(p, q),
    ks: ks(p, q),
    wasserstein: travelled / reference.deviation,
  };
}
