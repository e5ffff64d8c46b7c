/** CARD.md of the streaming univariate release. Its figures are of `skerry-model benchmark nab`: that data isn't in the repository. */
import { BLOCK, BLOCKS, RECENT, SHAPE, WARM_UP } from '../fit/stream.ts';

/** The text of the card. `bound` is how many times smaller int8 could make the graph at most. */
export function univariateStreamCard(version: string, bound: number): string {
  return `# univariate-anomaly ${version}

Anomalies of any single sensor, whatever its unit, level and sampling rate: one score per sample, 0 for the first ${WARM_UP}.

## Data

None. The model holds no learned number; it compares each sample with what the same stream has shown before.

## Method

Four views of the stream are held against the range that each has kept over the latest ${BLOCK * (BLOCKS - 1)} to ${BLOCK * BLOCKS} samples: the sample itself,
the medians of the last 5 and 21, and how far the last ${SHAPE} samples lie from the most similar ${SHAPE} among the last ${RECENT}. A view may
leave its range by a tolerance (1, 20, 3 and 10 % of it); r is the greatest excess in tolerances, the score r / (1 + r), the
threshold .5 one tolerance. After a score of r the next must exceed 1.5 r to be reported, 2 % less with every sample: an
event is reported once, and again only if it grows. \`models/src/fit/stream.ts\` has the formulas.

All of it is in the ONNX graph, with a memory of its own (3 KB a device) that the agent keeps with the device's results,
so a restart forgets nothing. There is no int8 variant: the graph has no weights, and quantizing raw values of unknown
range would only lose them. With every constant in a quarter of its bytes it would be ${bound.toFixed(2)} times smaller. With neither training data nor a rate there is no drift reference.

## Figures

29 streams of the Numenta Anomaly Benchmark (56 labelled windows, 164,131 judged samples) through the agent's own pipeline,
one setting and one threshold for all of them. 100 is every window found at its start, 0 a detector that never alarms.

| detector | standard | low false positives | low false negatives |
| --- | --- | --- | --- |
| this release, threshold chosen on these streams (.458), as the benchmark does | 72.7 | 62.7 | 78.3 |
| this release at its threshold (.5) | 71.9 | 62.7 | 77.1 |
| this release, each stream's threshold chosen on the other 28 | 71.0 | | |
| ARTime (published scores on the same streams) | 70.0 | 58.6 | 76.5 |
| Numenta HTM (published) | 67.8 | 62.0 | 72.0 |
| univariate-anomaly 1.0.0 | 43.0 | | |
| windowed Gaussian, our own through the same harness | 37.3 | 26.1 | 43.3 |
| random | 13.5 | 0.0 | 33.4 |

At its own threshold it finds 49 of the 56 windows, with 96 alarms outside them: one in 1,700 samples, six days at five minutes.

**How it was chosen, and how much to believe.** The views, tolerances and memory were chosen on these same streams, and 56
windows choose easily: when each stream's *whole setting* was chosen from 2,400 on the other 28, the left-out score was
64.0. Expect something between that and 71 elsewhere. Single changes, measured with a memory of exactly 2,016 samples and 10 % for
the median of 5 (72.4): without the sample's range 58.5, without the median of 21 67.5, of 5 70.5, without shapes 71.0; a
memory of 1,000 samples 56.4, 1,500 67.4, anything from 2,000 to 6,000 69.7 to 72.4; suppression anywhere from 1 to 3 times r and
from 1 to 4 % a sample 69.1 to 72.4. Medians of 3, 7 or 9 in place of 5, and of 17 or 25 in place of 21: 67.5 to 72.8.
Tried and left out because nothing was gained: steps (49.1 alone, suppressed), standard deviations over 5 to 100 samples,
means, slopes and z-scores over 3 to 100, shapes of 1 to 40 samples with and without their level, sums and maxima of the
views' tail probabilities (50 to 61), and a range that leaks instead of forgetting blocks (60 to 68).

## Limits

- What is normal is learnt from the stream alone: the first weeks of a season, or a new product, are news.
- It reports what was never seen; a fault that looks like something of the last ${BLOCK * BLOCKS} samples, or a sensor that is stuck at a usual
  value, is not.
- The benchmark's streams are mostly servers and traffic at five minutes; few are machines.
- Samples are in float32: a signal whose movements are below a millionth of its level is lost in rounding; beyond ±1e18 they are
  cut.
- Samples one by one cost about .1 ms each; of several devices together far less (batches).
`;
}
