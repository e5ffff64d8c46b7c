/** CARD.md of a release that was fitted to a recording: what is known of it, and what isn't. */
import { type ReleaseManifest, releaseRef } from '@skerry/proto/release';
import { formatBytes } from '@skerry/proto/units';
import type { FittedRecording } from '../fit/from-recording.ts';
import { type Rows, rowCount } from '../fit/scaling.ts';

/** The text of the card. */
export function fitCard(manifest: ReleaseManifest, fit: FittedRecording, dataset: string): string {
  const { fitted, sampling } = fit;
  const { length, hop, sustain, margin, explained } = fitted.options;
  const count = (parts: readonly Rows[]): number => parts.reduce((sum, rows) => sum + rowCount(rows), 0);
  return `# ${releaseRef(manifest)}

${manifest.description}.

## Data

A recording of ${count(fit.train) + count(fit.heldOut)} rows of ${fit.channels.join(', ')}, sampled at ${sampling.rate === 'any' ? 'no regular rate' : sampling.rate}; ${fit.skipped} rows were left out (a missing
value, or a time that did not advance). Digest of the rows used: \`${dataset}\`.

## Method

Principal components of windows of ${length} rows, a new window every ${hop}, channels normalized; ${fitted.pca.variances.length} components hold ${(100 * fitted.pca.explained).toFixed(1)} % of the
variance (${(100 * explained).toFixed(1)} % were asked for). Fitted to the first ${count(fit.train)} rows. The threshold is score 1: ${margin.toFixed(2)} times the highest
score that the other ${count(fit.heldOut)} rows sustained for ${sustain} window${sustain > 1 ? 's' : ''} in a row. Attribution: each channel's share of the
reconstruction-based contributions. int8 (${formatBytes(fitted.int8.length)}) has its own divisor, so it shares the threshold with fp32 (${formatBytes(fitted.fp32.length)}).

## Figures

None on faults: the recording holds none, or they weren't labelled. \`skerry-model eval --data LABELLED.csv --labels COLUMN\`
measures them. No healthy window of the held-out rows raises an alert, by construction; that says little about longer times.

## Limits

- Whatever the recording does not contain (another load, another season) will score as an anomaly.
- If the recording was not healthy, the model takes its faults for normal.
`;
}
