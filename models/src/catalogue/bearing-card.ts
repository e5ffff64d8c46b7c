/** CARD.md of the bearing classifier. */
import { formatBytes } from '@skerry/proto/units';
import { shareText } from '../evaluate/interval.ts';
import type { BEARING_RECIPE } from './bearing.ts';
import { BEARING_HZ, BEARING_LENGTH, bearingConditions } from './bearing-data.ts';
import type { BearingMetrics } from './bearing-metrics.ts';

/** The text of the card. */
export function bearingCard(
  recipe: typeof BEARING_RECIPE,
  metrics: BearingMetrics,
  sizeBytes: { fp32: number; int8: number },
  dataset: string,
): string {
  const milliseconds = (1_000 * BEARING_LENGTH) / BEARING_HZ;
  const healthy = metrics.bySeverity.reduce(
    (sum, { confusion }) => sum + confusion[0]!.reduce((a, b) => a + b),
    0,
  );
  const quiet = metrics.bySeverity.reduce((sum, { confusion }) => sum + confusion[0]![0]!, 0);
  return `# bearing-fault ${recipe.version}

Which part of a rolling-element bearing is damaged: ${bearingConditions.join(', ')}. From ${BEARING_LENGTH} samples of acceleration
(${milliseconds} ms at ${BEARING_HZ} Hz), one answer a reading.

## Data

Simulated, and nothing else: ${recipe.trainReadings} readings (seed ${recipe.trainSeed}), a quarter of each condition, by firmware-sim's model of
a 6205 bearing (\`bearing-vibration.ts\`). Every reading is another machine: 1410 to 1500 rpm, 20 to 100 % load, a resonance
of 1.6 to 3 kHz that rings for .8 to 2 ms, noise of .05 to .2 g, a rotor balanced well or badly, flaws of severity .05 to 1
(1 is impacts of 4 g). Digest: \`${dataset}\`.

## Method

Two 1-D convolutions (12 filters of 16 samples, 48 of 24 steps), their mean over time and a linear layer, trained with
Adam on cross-entropy for ${recipe.epochs} epochs, in TypeScript (\`models/src/fit/net\`), deterministic in its seed. \`condition\` holds a
share for each condition, \`fault\` is 1 less the share of healthy; an alert opens after three readings above .5. int8 is
static QDQ, ranges half as much again as calibration shows.

## Figures

On ${metrics.total} readings of machines of other seeds, the int8 variant unless said otherwise; in parentheses 95 % intervals (Wilson).

| severity | condition named rightly | float32 | AUC of \`fault\` |
| --- | --- | --- | --- |
${metrics.bySeverity
  .map(
    (s) =>
      `| ${s.severity} | ${shareText(s.correct.int8, s.total)} | ${shareText(s.correct.fp32, s.total)} | ${s.auc.toFixed(4)} |`,
  )
  .join('\n')}

A healthy bearing is called healthy in ${shareText(quiet, healthy)} of its readings; three wrong ones in a row make a false alert.
Both variants name the same condition in ${shareText(metrics.alike, metrics.total)}. AUC over all severities: int8 ${metrics.auc.int8.toFixed(4)}, float32 ${metrics.auc.fp32.toFixed(4)};
Spearman correlation of \`fault\` ${metrics.spearman.toFixed(4)}. Size: int8 ${formatBytes(sizeBytes.int8)}, float32 ${formatBytes(sizeBytes.fp32)} (${(sizeBytes.fp32 / sizeBytes.int8).toFixed(1)} times).

What is named at severity .1 (rows: what it is):

| | ${bearingConditions.join(' | ')} |
| --- | ${bearingConditions.map(() => '---').join(' | ')} |
${metrics.bySeverity[1]!.confusion.map((row, is) => `| ${bearingConditions[is]} | ${row.join(' | ')} |`).join('\n')}

## Limits

- **It has never seen a real bearing.** The simulation has one resonance, white noise and no gear, belt or neighbour; expect
  worse on a machine, and measure it there before anybody relies on it.
- It knows the 6205's geometry at 1410 to 1500 rpm alone. Other bearings and speeds have other frequencies: train it anew.
- Below severity .1 (.4 g) most flaws look healthy.
- One flaw at a time; a worn cage or several flaws together were not in the data.
- The samples of a reading must come in one piece at ${BEARING_HZ} Hz: windows are ${BEARING_LENGTH} samples in a row, whatever their times, and
  a lost sample shifts where the next windows begin.
`;
}
