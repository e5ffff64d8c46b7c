/** How the error that a rollout may make (1 − confidence) is spent over its stages, looks and metrics. */

/**
 * The information in a comparison of `members` with the rest of `eligible`: the inverse of the variance of a difference
 * of means, in units of one agent's variance. Hours add almost none, since agents differ more than their hours do.
 */
export function information(members: number, eligible: number): number {
  return eligible === 0 ? 0 : (members * (eligible - members)) / eligible;
}

/** Pocock-type spending (Lan and DeMets, 1983): the error spent when the share `t` of the information is in. */
export function pocock(alpha: number, t: number): number {
  return alpha * Math.log(1 + (Math.E - 1) * Math.min(1, Math.max(0, t)));
}

/**
 * What stage `index` may spend, given the information of every stage. The shares add up to alpha, and each is spent as
 * a level of its own (Bonferroni), which needs no assumption about how looks depend on each other.
 */
export function stageShare(alpha: number, informations: readonly number[], index: number): number {
  const total = informations.reduce((a, b) => a + b, 0);
  if (total === 0) return 0;
  const upTo = (end: number): number => informations.slice(0, end).reduce((a, b) => a + b, 0) / total;
  return pocock(alpha, upTo(index + 1)) - pocock(alpha, upTo(index));
}

/** The part of a stage's share for its look `look` (0 first): 3/4, then 3/4 of what is left; together never more. */
export function lookLevel(share: number, look: number): number {
  return share * 0.75 * 0.25 ** look;
}

/** Holm (1979): which of the p values are rejected at `alpha` over all of them. */
export function holm(ps: readonly number[], alpha: number): boolean[] {
  const order = ps.map((p, i) => ({ p, i })).sort((a, b) => a.p - b.p);
  const rejected = ps.map(() => false);
  for (const [rank, { p, i }] of order.entries()) {
    if (p > alpha / (ps.length - rank)) break;
    rejected[i] = true;
  }
  return rejected;
}
