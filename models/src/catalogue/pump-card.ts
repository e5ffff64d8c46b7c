/** CARD.md of a pump release: data, method, figures with how they were measured, limits. */
import { formatBytes } from '@skerry/proto/units';
import type { FittedAnomaly } from '../fit/anomaly.ts';
import type { PumpRecipe } from './pump.ts';
import { PUMP_CHANNELS, PUMP_RATE_HZ, type PumpMetrics } from './pump-metrics.ts';
import { SEVERITY_LIMITS, severityFigures, severityMethod } from './pump-severity-card.ts';
import type { SeverityMetrics } from './pump-severity-metrics.ts';

/** The text of the card. */
export function pumpCard(
  recipe: PumpRecipe,
  fitted: FittedAnomaly,
  metrics: PumpMetrics,
  dataset: string,
  severity?: SeverityMetrics,
): string {
  const { length, hop, sustain, margin } = fitted.options;
  const { variants, falseAlarms } = metrics;
  const seconds = length / PUMP_RATE_HZ;
  return `# pump-anomaly ${recipe.version}

${recipe.description}.

## Data

Simulated, and nothing else: the centrifugal pump of firmware-sim in healthy operation under changing load, ${PUMP_RATE_HZ} Hz,
channels ${PUMP_CHANNELS.map((c) => `${c.name} (${c.unit})`).join(', ')}. Fitted to ${recipe.trainSeeds.length} pump(s) of ${recipe.hoursPerPump} hours each (seeds ${recipe.trainSeeds.join(', ')}); the threshold was set on
as many others (seeds ${recipe.heldOutSeeds.join(', ')}). Digest of ${recipe.severity ? 'these and of the windows that the net was trained on' : 'both'}: \`${dataset}\`.

## Method

Principal components of windows of ${length} rows (${seconds} s), a new window every ${hop / PUMP_RATE_HZ} s, channels normalized. ${fitted.pca.variances.length} components hold
${percent(fitted.pca.explained)} of the variance. The score is the squared distance from their subspace, divided so that the alert
threshold is 1: ${margin.toFixed(2)} times the highest score that held-out windows sustained for ${sustain} windows in a row. The attribution
is each channel's share of the reconstruction-based contributions (Alcala and Qin 2009).${
    recipe.severity
      ? `\n${severityMethod(recipe.severity)}`
      : ` int8 is static QDQ with activation
ranges 8 times those of healthy data, and has its own divisor, so both variants share the threshold.
`
  }
## Figures

On pumps of other seeds, the int8 variant unless said otherwise.

False alarms: ${falseAlarms.episodes} in ${falseAlarms.hours} hours of healthy operation; with 95 % confidence at least ${Math.floor(falseAlarms.atLeast)} hours between two.

| cavitation | AUC of windows | past the threshold | channel named first |
| --- | --- | --- | --- |
${metrics.bySeverity.map((s) => `| severity ${s.severity} | ${s.auc.toFixed(4)} | ${percent(s.past)} | ${s.named ? `${s.named} (${percent(s.namedShare)} of those)` : 'none'} |`).join('\n')}

| variant | bytes | AUC | average precision |
| --- | --- | --- | --- |
| fp32 | ${formatBytes(variants.sizeBytes.fp32)} | ${variants.auc.fp32.toFixed(4)} | ${variants.averagePrecision.fp32.toFixed(4)} |
| int8 | ${formatBytes(variants.sizeBytes.int8)} | ${variants.auc.int8.toFixed(4)} | ${variants.averagePrecision.int8.toFixed(4)} |

Over the ${variants.windows} windows of the table above (${variants.faulty} faulty, all severities together) ${agreement(variants)}${sizeNote(variants.sizeBytes)}
${severity ? severityFigures(severity) : ''}
## Limits

- It has never seen a real pump. For yours, fit a release to a recording of healthy operation: \`skerry-model fit\`.
- It knows the loads that the simulation runs through; a new operating point scores as an anomaly, correctly or not.
- A window is faulty here from the first cavitating row on, so the first windows after the onset count against detection.
- The attribution names where the deviation shows. While a strainer only begins to clog that is flow or suction; vibration
  follows with the bubbles.
${severity ? SEVERITY_LIMITS : ''}`;
}

function agreement({ spearman, sqnrDb }: PumpMetrics['variants']): string {
  return sqnrDb === Number.POSITIVE_INFINITY
    ? "both variants' scores\nare the same."
    : `the variants' scores agree with a
Spearman correlation of ${spearman.toFixed(4)}, the signal to quantization noise ratio of the score is ${sqnrDb.toFixed(1)} dB.`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function sizeNote({ fp32, int8 }: { fp32: number; int8: number }): string {
  return int8 < fp32
    ? ''
    : `\nWith so few weights int8 is the larger file: the scales outweigh what the weights save. The agent measures both and takes the faster.`;
}
