/**
 * The bearing classifier: a 1-D convolution over the waveform, one over what it gives, and their mean over time.
 *
 *   window [batch, 1, 1024] ─ Conv 12 × 16 / 4 ─ Relu ─ mean of 4 ─ Conv 48 × 24 ─ Relu ─ mean ─ Gemm ─ Softmax ─ condition
 *                                                                                                 1 - P(healthy) ─ fault
 *
 * The first learns what a ring looks like and, halved by Relu and averaged, gives an envelope at 512 Hz; the second, 47 ms
 * long, at which beat the rings come, which is what tells the flaws apart.
 */
import type { InferenceBackend } from '@skerry/agent/ports';
import type { LayerSpec } from '../fit/net/layers.ts';
import { stepsAfter } from '../fit/net/layers.ts';
import { createNet, type Net, train } from '../fit/net/net.ts';
import { addNet } from '../fit/net/net-graph.ts';
import { oneWindow } from '../fit/windows.ts';
import { encodeModel, GraphBuilder } from '../graph/builder.ts';
import { readModel } from '../graph/reader.ts';
import { float32, int64 } from '../graph/tensor.ts';
import { compactModel } from '../quantize/compact.ts';
import { staticQuantizer } from '../quantize/static.ts';
import { BEARING_LENGTH, type BearingReadings, bearingConditions } from './bearing-data.ts';

/** Accelerations are divided by it: `normalize.std` of the release, in m/s2. */
export const BEARING_SCALE = 10;

export interface BearingTraining {
  seed: number;
  epochs: number;
  onEpoch?: (epoch: number, loss: number) => void;
}

const CLASSES = bearingConditions.length;
// Half as much again as calibration shows: a harder blow than any in it must not be cut.
const WIDEN = 1.5;

function layersOf(): LayerSpec[] {
  const rings = {
    kind: 'conv',
    inputs: 1,
    outputs: 12,
    kernel: 16,
    stride: 4,
    steps: BEARING_LENGTH,
  } as const;
  const envelope = { kind: 'pool', channels: 12, steps: stepsAfter(rings), width: 4 } as const;
  const beats = {
    kind: 'conv',
    inputs: 12,
    outputs: 48,
    kernel: 24,
    stride: 1,
    steps: stepsAfter(envelope),
  } as const;
  const beatSteps = stepsAfter(beats);
  return [
    rings,
    { kind: 'relu', size: 12 * stepsAfter(rings) },
    envelope,
    beats,
    { kind: 'relu', size: 48 * beatSteps },
    { kind: 'pool', channels: 48, steps: beatSteps, width: beatSteps },
    { kind: 'dense', inputs: 48, outputs: CLASSES },
  ];
}

/** Trains the net: some minutes on one core for 4,000 readings and 12 epochs. */
export function trainBearing(readings: BearingReadings, { seed, epochs, onEpoch }: BearingTraining): Net {
  const net = createNet(layersOf(), seed);
  const inputs = readings.waves.map((wave) => wave.map((x) => x / BEARING_SCALE));
  const targets = readings.conditions.map((condition) => [condition]);
  const options = { seed, epochs, batch: 32, rate: 0.003, decay: 0.01, loss: 'cross-entropy' } as const;
  train(net, { inputs, targets }, { ...options, ...(onEpoch && { onEpoch }) });
  return net;
}

/** The bytes of the float32 graph. */
export function bearingGraph(net: Net): Uint8Array {
  const g = new GraphBuilder('bearing_fault');
  const window = g.input('window', 'float32', ['batch', 1, BEARING_LENGTH]);
  const logits = addNet(g, net, window, 'layer');
  const shares = g.node('Softmax', [logits], { output: 'condition', attributes: { axis: 1 } });
  g.output(shares, 'float32', ['batch', CLASSES]);
  const [from, to, axis] = [0, 1, 1].map((value, i) => g.constant(`healthy_${i}`, int64([1], [value])));
  const healthy = g.node('Slice', [shares, from!, to!, axis!]);
  const fault = g.node('Sub', [g.constant('one', float32([1, 1], [1])), healthy]);
  g.node('Reshape', [fault, g.constant('flat', int64([1], [-1]))], { output: 'fault' });
  g.output('fault', 'float32', ['batch']);
  return encodeModel(g.build());
}

/** The int8 variant: static QDQ, calibrated on readings of every condition. */
export async function quantizeBearing(
  backend: InferenceBackend,
  fp32: Uint8Array,
  readings: BearingReadings,
): Promise<Uint8Array> {
  const feeds = readings.waves.map((wave) => ({ window: windowOf(wave) }));
  const quantizer = await staticQuantizer(backend, readModel(fp32), feeds, {
    method: { name: 'minmax' },
    multiplier: WIDEN,
    perChannel: true,
    activations: 'int8',
    reduceRange: false,
  });
  return encodeModel(compactModel(quantizer.make(new Set())));
}

/** A reading in m/s2 as the session takes it. */
export function windowOf(wave: Float64Array): ReturnType<typeof oneWindow> {
  const scaled = wave.map((x) => x / BEARING_SCALE);
  return { ...oneWindow(scaled, { length: BEARING_LENGTH, width: 1 }), dims: [1, 1, BEARING_LENGTH] };
}
