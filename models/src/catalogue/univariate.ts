/** `univariate-anomaly`: one channel, any sampling rate, no training; what `start --replay` scores recordings with. */
import type { InferenceBackend } from '@skerry/agent/ports';
import { createRandom } from '@skerry/firmware-sim/random';
import type { ReleaseManifest } from '@skerry/proto/release';
import { univariateGraph } from '../fit/univariate.ts';
import { oneWindow } from '../fit/windows.ts';
import { buildGolden, type GoldenInput } from '../golden/golden.ts';
import { release } from '../pack/assemble.ts';

const VERSION = '1.0.0';
const LENGTH = 256;
// r = 1.5: half as far out as anything in the window before it.
const THRESHOLD = 0.6;

/** Makes the release: its files by name, its manifest, and its card. */
export async function buildUnivariateRelease(
  backend: InferenceBackend,
): Promise<{ manifest: ReleaseManifest; files: Map<string, Uint8Array>; card: string }> {
  const fp32 = univariateGraph(LENGTH);
  const session = await backend.create({ bytes: fp32 });
  const golden = await buildGolden(session, goldenWindows()).finally(() => session.release());
  const built = release(
    {
      apiVersion: 'skerry/v1',
      kind: 'Release',
      name: 'univariate-anomaly',
      version: VERSION,
      description:
        'Anomalies of any single sensor: values and steps beyond anything in the window before them',
      license: 'Apache-2.0',
      window: { channels: [{ name: 'value' }], rate: 'any', length: LENGTH, hop: 1 },
      input: { tensor: 'window', layout: ['batch', 'time', 'channel'] },
      output: [
        {
          name: 'score',
          tensor: 'score',
          kind: 'anomaly-score',
          threshold: THRESHOLD,
          thresholdRange: [0.5, 0.99],
          sustain: 1,
        },
      ],
      variants: [{ name: 'fp32', file: 'fp32.onnx', precision: 'fp32' }],
      golden: { file: 'golden.pb', rtol: 0.001, atol: 0.001, maxFlips: 0 },
      limits: { latencyP95: '50ms', memory: '64MiB', errorRate: '1%', crashLoop: '3/10m' },
      provenance: { dataset: 'none', code: 'models/src/catalogue/univariate.ts', createdBy: 'skerry-model' },
    },
    [
      ['fp32.onnx', fp32],
      ['golden.pb', golden],
    ],
  );
  return { ...built, card: CARD };
}

/** Twenty windows: noise, waves, ramps and constants, each as it is and with an event at its end. */
function goldenWindows(): GoldenInput[] {
  const random = createRandom(23);
  const shapes: ((t: number) => number)[] = [
    () => random.normal(),
    () => 1e4 + 10 * random.normal(),
    (t) => Math.sin(t / 9) + 0.1 * random.normal(),
    (t) => -0.2 * t + random.normal(),
    () => 42,
  ];
  const events: ((x: number) => number)[] = [(x) => x, (x) => x + 2, (x) => 1.5 * x - 20, (x) => x + 1000];
  return shapes.flatMap((shape) => {
    const base = Float64Array.from({ length: LENGTH }, (_, t) => shape(t));
    return events.map((event) => {
      const window = base.map((x, t) => (t === LENGTH - 1 ? event(x) : x));
      return { feeds: { window: oneWindow(window, { length: LENGTH, width: 1 }) }, outputs: ['score'] };
    });
  });
}

const CARD = `# univariate-anomaly ${VERSION}

Anomalies of any single sensor, whatever its unit and sampling rate: one score per sample, once ${LENGTH} samples are there.

## Data

None. The model holds no learned number; it compares each sample with the ${LENGTH - 1} before it.

## Method

The score is r / (1 + r), where r is the larger of two ratios: the newest value's distance from the window's mean against
the greatest such distance before, and the newest step against the greatest step before. The threshold ${THRESHOLD} is r = 1.5. An
event raises the maximum that later samples are measured against, so it is reported once and not again for ${LENGTH} samples.

There is no int8 variant: the graph has no weights, and quantizing raw values of unknown range would only lose them.

## Figures

On 29 recordings of the Numenta Anomaly Benchmark (180,249 samples, 56 labelled windows): at the threshold above 37 of the 56 windows
have an alarm, and 1.2 of 1,000 samples outside them alarm. In its standard profile (our own scorer, one threshold chosen on these
same files) r scores 43.0, a windowed z-score of the same length 33.1. That compares the two; it says little of your sensor.

## Limits

- The first ${LENGTH - 1} samples are not scored.
- Periods longer than the window look new each time; slow drift and a stuck sensor aren't seen.
- Computed in float32: a signal whose movements are below a millionth of its level is lost in rounding.
- With neither training data nor a rate there is no drift reference.
`;
