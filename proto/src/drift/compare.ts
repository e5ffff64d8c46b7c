import { SkerryError } from '../errors.ts';
import { hellinger, js, kl, psi, psiExcess } from './distances.ts';
import { Histogram, quantileEdges } from './histogram.ts';
import { cdfDistances, ksTwoSample, mannWhitney } from './samples.ts';

/** Every drift measure between two recordings of one channel, as `skerry-model drift` prints them. */
export interface Comparison {
  psi: number;
  psiExcess: number;
  kl: number;
  js: number;
  hellinger: number;
  ks: number;
  ksP: number;
  /** In the channel's unit, not normalized. */
  wasserstein: number;
  energy: number;
  mannWhitneyU: number;
  mannWhitneyP: number;
}

/**
 * Compares two samples. psi, kl, js and hellinger are taken over the deciles of the reference with open outer bins
 * (distances.ts); ks, wasserstein, energy and Mann-Whitney over the samples themselves. Values that aren't finite are
 * left out. Throws `invalid` where nothing is left on a side.
 */
export function compareSamples(reference: Float64Array, current: Float64Array): Comparison {
  const [ref, cur] = [reference.filter(Number.isFinite), current.filter(Number.isFinite)];
  if (ref.length === 0 || cur.length === 0)
    throw new SkerryError(
      'invalid',
      `the ${ref.length === 0 ? 'reference' : 'current'} sample has no finite value`,
      { hint: 'check that the column holds numbers and that both files have it' },
    );
  const edges = quantileEdges(ref, 10);
  const [p, q] = [new Histogram(edges), new Histogram(edges)];
  p.addAll(ref);
  q.addAll(cur);
  const sorted = cdfDistances(ref.toSorted(), cur.toSorted());
  const rank = mannWhitney(ref, cur);
  return {
    psi: psi(p.counts, q.counts),
    psiExcess: psiExcess(p.counts, q.counts),
    kl: kl(p.counts, q.counts),
    js: js(p.counts, q.counts),
    hellinger: hellinger(p.counts, q.counts),
    ks: sorted.largest,
    ksP: ksTwoSample(ref, cur).p,
    wasserstein: sorted.area,
    energy: Math.sqrt(2 * sorted.squaredArea),
    mannWhitneyU: rank.u,
    mannWhitneyP: rank.p,
  };
}
