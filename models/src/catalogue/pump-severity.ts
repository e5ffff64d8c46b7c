/**
 * How far a cavitation has come, which `pump-anomaly` says from 2.0.0 on beside its score: a dense net, trained on pumps whose
 * strainer the simulation clogs, on the window that the score sees.
 *
 *   x [batch, T·C] ─ x / (|x| + 4) ─ Gemm 512 ─ Relu ─ Gemm 64 ─ Relu ─ Gemm 1 ─ Clip 0…1 ─ y ─ y · y ─ cavitation [batch]
 *
 * Bubbles move channels by sixty deviations, a clogging strainer by one: int8 steps that reach the first would not show the
 * second, so values are drawn in first. The net learns the root of the severity: a beginning, which is what one wants to
 * know of, weighs more that way.
 */
import type { InferenceBackend, InferenceSession } from '@skerry/agent/ports';
import { recordMachine } from '@skerry/firmware-sim/machines/recording';
import { createRandom } from '@skerry/firmware-sim/random';
import { createNet, type Net, train } from '../fit/net/net.ts';
import { addNet } from '../fit/net/net-graph.ts';
import { normalizeRows, type Scaling, windowStarts } from '../fit/scaling.ts';
import { oneWindow, type WindowShape } from '../fit/windows.ts';
import type { GoldenInput } from '../golden/golden.ts';
import { encodeModel, type GraphBuilder } from '../graph/builder.ts';
import { readModel } from '../graph/reader.ts';
import { int64 } from '../graph/tensor.ts';
import { compactModel } from '../quantize/compact.ts';
import { staticQuantizer } from '../quantize/static.ts';
import { PUMP_RATE_HZ, pumpRows } from './pump-metrics.ts';

/** The output, and the severity from which it is worth somebody's way. */
export const CAVITATION = 'cavitation';
export const CAVITATION_ALERT = 0.1;

/** What the net is made from. Seeds are pumps of their own. */
export interface SeverityRecipe {
  firstSeed: number;
  pumps: number;
  hoursPerPump: number;
  netSeed: number;
  epochs: number;
  calibrationSeed: number;
  goldenSeed: number;
}

/** Windows (normalized, row-major) and the severity that each was recorded at. */
export interface SeverityWindows {
  windows: Float64Array[];
  severities: number[];
}

const SPELL_S = 300;
const LEAST = 0.01;
const HIDDEN = [512, 64] as const;
// Deviations at which a value is drawn in to half of the most.
const SOFTNESS = 4;

/**
 * A pump in spells of five minutes, half of them healthy, the others anywhere from severity .01 to 1 and more often small.
 * Windows that two spells share are left out.
 */
export function severityWindows(
  seed: number,
  hours: number,
  scaling: Scaling,
  { length, width, hop }: WindowShape & { hop: number },
): SeverityWindows {
  const random = createRandom(seed).fork('spells');
  const spells = Array.from({ length: Math.ceil((hours * 3600) / SPELL_S) }, () =>
    random.uniform() < 0.5 ? 0 : LEAST ** random.uniform(),
  );
  const recording = recordMachine('pump', { seed, hours, rateHz: PUMP_RATE_HZ }, (elapsedS) => ({
    cavitation: spells[Math.floor(elapsedS / SPELL_S)] ?? 0,
  }));
  const rows = normalizeRows(pumpRows(recording), scaling);
  const spellOf = (row: number): number => Math.floor(row / PUMP_RATE_HZ / SPELL_S);
  const starts = windowStarts(rows.length / width, length, hop).filter(
    (start) => spellOf(start) === spellOf(start + length - 1),
  );
  return {
    windows: starts.map((start) => Float64Array.from(rows.subarray(start * width, (start + length) * width))),
    severities: starts.map((start) => spells[spellOf(start)]!),
  };
}

/** Trains the net. */
export function trainSeverity(
  { windows, severities }: SeverityWindows,
  {
    seed,
    epochs,
    onEpoch,
  }: { seed: number; epochs: number; onEpoch?: (epoch: number, loss: number) => void },
): Net {
  const size = windows[0]!.length;
  const net = createNet(
    [
      { kind: 'dense', inputs: size, outputs: HIDDEN[0] },
      { kind: 'relu', size: HIDDEN[0] },
      { kind: 'dense', inputs: HIDDEN[0], outputs: HIDDEN[1] },
      { kind: 'relu', size: HIDDEN[1] },
      { kind: 'dense', inputs: HIDDEN[1], outputs: 1 },
    ],
    seed,
  );
  const targets = severities.map((severity) => [Math.sqrt(severity)]);
  const options = { seed, epochs, batch: 64, rate: 0.002, decay: 0.01, loss: 'squares' } as const;
  const inputs = windows.map((window) => window.map((x) => x / (Math.abs(x) + SOFTNESS)));
  train(net, { inputs, targets }, { ...options, ...(onEpoch && { onEpoch }) });
  return net;
}

/** Adds the net and its output to a graph; `x` is the flat, normalized window. */
export function addSeverity(g: GraphBuilder, net: Net, x: string): void {
  const size = g.node('Add', [g.node('Abs', [x]), g.scalar('softness', SOFTNESS)]);
  const answer = addNet(g, net, g.node('Div', [x, size]), 'severity');
  // In this order: behind a Clip that a Reshape reads, ONNX Runtime leaves the last product in float.
  const list = g.node('Reshape', [answer, g.constant('severity_flat', int64([1], [-1]))]);
  const root = g.node('Clip', [list, g.scalar('severity_least', 0), g.scalar('severity_most', 1)]);
  g.output(g.node('Mul', [root, root], { output: CAVITATION }), 'float32', ['batch']);
}

/**
 * The int8 variant. Calibrated on healthy and cavitating windows alike; the score's two products stay float, being one in a
 * hundred of the weights, so that the score is the same in both variants to the bit.
 */
export async function quantizeSeverity(
  backend: InferenceBackend,
  fp32: Uint8Array,
  windows: readonly Float64Array[],
  shape: WindowShape,
): Promise<Uint8Array> {
  const feeds = windows.map((window) => ({ window: oneWindow(window, shape) }));
  const quantizer = await staticQuantizer(backend, readModel(fp32), feeds, {
    method: { name: 'minmax' },
    multiplier: 1,
    perChannel: true,
    activations: 'int8',
    reduceRange: false,
  });
  return encodeModel(compactModel(quantizer.make(new Set(['Gemm:components', 'Gemm:rebuilt']))));
}

/**
 * Windows from healthy to fully cavitating with what is pinned of them. Those that score within a quarter of the threshold
 * are left out, and attributions of healthy windows, which are noise.
 */
export async function severityGolden(
  session: InferenceSession,
  windows: readonly Float64Array[],
  shape: WindowShape,
): Promise<GoldenInput[]> {
  const inputs: GoldenInput[] = [];
  for (const window of windows) {
    const feeds = { window: oneWindow(window, shape) };
    const score = Number((await session.run(feeds, ['score'])).score!.data[0]);
    if (score < 0.75) inputs.push({ feeds, outputs: ['score', CAVITATION] });
    else if (score > 1.25) inputs.push({ feeds, outputs: ['score', 'attribution', CAVITATION] });
  }
  return inputs;
}
