/**
 * The 95 % interval of a share of which `hits` in `total` were seen (Wilson, JASA 22 (1927) 209): for figures in cards.
 * It takes the cases as independent.
 */
export function wilson(hits: number, total: number): [low: number, high: number] {
  if (total === 0) return [0, 1];
  const z = 1.959964;
  const share = hits / total;
  const spread = z * Math.sqrt((share * (1 - share)) / total + (z / (2 * total)) ** 2);
  const middle = share + z ** 2 / (2 * total);
  const scale = 1 + z ** 2 / total;
  return [Math.max(0, (middle - spread) / scale), Math.min(1, (middle + spread) / scale)];
}

/** `97.3 % (96.1 to 98.2)`. */
export function shareText(hits: number, total: number): string {
  const percent = (x: number): string => (100 * x).toFixed(1);
  const [low, high] = wilson(hits, total);
  return `${percent(hits / total)} % (${percent(low)} to ${percent(high)})`;
}
