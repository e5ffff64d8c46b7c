/** At most so many channels stand in a result. */
export const MAX_SHARES = 8;

/**
 * Shares per channel from an attribution output: magnitudes summed over ticks (where the output has one value per tick
 * and channel, tick after tick), divided by their total, largest first, at most eight. Where all magnitudes are zero no
 * channel stands out, and the shares are equal. Undefined where the output's width is no multiple of the channels or a
 * value isn't finite.
 */
export function attributionShares(
  values: Float32Array,
  channels: readonly string[],
): { channel: string; share: number }[] | undefined {
  const count = channels.length;
  if (values.length === 0 || values.length % count !== 0) return undefined;
  const sums = new Float64Array(count);
  for (let i = 0; i < values.length; i++) sums[i % count]! += Math.abs(values[i]!);
  const total = sums.reduce((sum, value) => sum + value, 0);
  if (!Number.isFinite(total)) return undefined;
  return channels
    .map((channel, c) => ({ channel, share: total === 0 ? 1 / count : sums[c]! / total }))
    .sort((a, b) => b.share - a.share || channels.indexOf(a.channel) - channels.indexOf(b.channel))
    .slice(0, MAX_SHARES);
}
