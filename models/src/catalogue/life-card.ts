/** CARD.md of the remaining-life regression. */
import { formatBytes } from '@skerry/proto/units';
import type { LIFE_RECIPE } from './life.ts';
import { LIFE_CAP_H, LIFE_LENGTH } from './life-data.ts';
import type { LifeMetrics } from './life-metrics.ts';

/** The text of the card. */
export function lifeCard(
  recipe: typeof LIFE_RECIPE,
  metrics: LifeMetrics,
  sizeBytes: { fp32: number; int8: number },
  dataset: string,
): string {
  const { rmse, bins, rmseOfRuns, warnedH } = metrics;
  const warned = warnedH.filter((hours) => hours !== undefined).sort((a, b) => a - b);
  const quantile = (share: number): number => warned[Math.round(share * (warned.length - 1))]!;
  return `# bearing-life ${recipe.version}

How many hours a motor's bearing has left, from ${LIFE_LENGTH} hourly readings of vibration velocity and envelope. Beyond ${LIFE_CAP_H} hours it
says ${LIFE_CAP_H}. An alert opens, and a message is published, once fewer than 48 are left in two hours running.

## Data

Simulated, and nothing else: ${recipe.runs} motors (seeds from ${recipe.firstSeed}) from the day they are watched to their failure, 150 to 900 hours
later, one reading an hour. A bearing is sound for up to 60 % of that; from then on damage grows as a power of time, of
exponent 1.5 to 5, until it fails at severity 1. Digest: \`${dataset}\`.

## Method

A dense net (${LIFE_LENGTH * 2} values, ${recipe.hidden.join(' and ')} units) on the logarithms of the readings, trained on squared errors with Adam for
${recipe.epochs} epochs, in TypeScript. Remaining life is counted up to ${LIFE_CAP_H} hours (piecewise linear, as is usual since Heimes, PHM 2008).
int8 is static QDQ; logarithms and scaling stay float.

## Figures

On ${metrics.windows} windows of ${recipe.unseenRuns} motors of other seeds, the int8 variant unless said otherwise.

| guess | root of mean squared error |
| --- | --- |
| this release, int8 | ${rmse.int8.toFixed(1)} h (95 % of the motors: ${rmseOfRuns[0].toFixed(1)} to ${rmseOfRuns[1].toFixed(1)} h) |
| this release, float32 | ${rmse.fp32.toFixed(1)} h |
| by the level of the envelope alone | ${rmse.level.toFixed(1)} h |
| always the mean | ${rmse.mean.toFixed(1)} h |

| hours really left | windows | mean error | too much (+) or too little (-) |
| --- | --- | --- | --- |
${bins
  .map(
    ({ fromH, toH, windows, meanError, bias }) =>
      `| ${fromH} to ${Number.isFinite(toH) ? toH : '…'} | ${windows} | ${meanError.toFixed(1)} h | ${bias > 0 ? '+' : ''}${bias.toFixed(1)} h |`,
  )
  .join('\n')}

It said "fewer than 48 hours" for good ${quantile(0.5)} hours before the failure (median; 90 % of the motors ${quantile(0.05)} to ${quantile(0.95)}), and for
${warnedH.length - warned.length} of ${warnedH.length} never. Spearman correlation of both variants ${metrics.spearman.toFixed(4)}. Size: int8 ${formatBytes(sizeBytes.int8)}, float32 ${formatBytes(sizeBytes.fp32)}
(${(sizeBytes.fp32 / sizeBytes.int8).toFixed(1)} times).

The same method with 128 and 32 units, trained anew on NASA's turbofan engines (C-MAPSS FD001, 80 engines known, measured on
windows of the other 20) errs by 23.3 cycles (root of mean squared error, capped at 125); always guessing the mean errs by 42.2.
Nothing of that data ships.

## Limits

- **It has never seen a real bearing.** Real damage stops, rests and jumps; a power of time is the simulation's word for it.
- It believes that a bearing fails at severity 1 of the simulation, an envelope of about 2 g at this motor's sensor. Another
  sensor, mount or motor has another level: train it anew on failures of yours, or on a simulation of it.
- Between 50 and 200 hours before the failure it errs by a day; use it to plan, not to run to the last hour.
- A sound bearing says ${LIFE_CAP_H}, which means "at least".
`;
}
