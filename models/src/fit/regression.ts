/**
 * A number to come from a window: a small dense net on the logarithms of its values, trained on squares. Made for remaining
 * life, where what counts is how fast an indicator grows, not how great it is.
 *
 *   window [batch, T, C] ─ Flatten ─ log(x + ε) ─ (· - mean) / deviation ─ Gemm ─ Relu ─ Gemm ─ Relu ─ Gemm ─ Clip 0…1 ─ share
 */
import { encodeModel, GraphBuilder } from '../graph/builder.ts';
import { float32, int64 } from '../graph/tensor.ts';
import { createNet, type Net, type TrainOptions, train } from './net/net.ts';
import { addNet } from './net/net-graph.ts';

export interface RegressionOptions {
  length: number;
  width: number;
  hidden: readonly [first: number, second: number];
  /** Added before the logarithm, channel by channel: where nothing is told apart any more. */
  floor: readonly number[];
  seed: number;
  epochs: number;
  onEpoch?: TrainOptions['onEpoch'];
}

export interface Regression {
  options: RegressionOptions;
  /** Of the logarithms, channel by channel. */
  mean: Float64Array;
  deviation: Float64Array;
  net: Net;
  /** The share, 0 to 1, that a window (row-major, its own units) stands for. */
  predict(window: Float64Array): number;
}

/** Fits to windows (row-major, in their own units) and what each should give, 0 to 1. */
export function fitRegression(
  windows: readonly Float64Array[],
  targets: readonly number[],
  options: RegressionOptions,
): Regression {
  const { length, width, hidden, floor, seed, epochs, onEpoch } = options;
  const logs = windows.map((window) => logged(window, floor));
  const { mean, deviation } = momentsOf(logs, width);
  const net = createNet(
    [
      { kind: 'dense', inputs: length * width, outputs: hidden[0] },
      { kind: 'relu', size: hidden[0] },
      { kind: 'dense', inputs: hidden[0], outputs: hidden[1] },
      { kind: 'relu', size: hidden[1] },
      { kind: 'dense', inputs: hidden[1], outputs: 1 },
    ],
    seed,
  );
  const standard = (log: Float64Array): Float64Array =>
    log.map((x, i) => (x - mean[i % width]!) / deviation[i % width]!);
  train(
    net,
    { inputs: logs.map(standard), targets: targets.map((target) => [target]) },
    { seed, epochs, batch: 64, rate: 0.002, decay: 0.01, loss: 'squares', ...(onEpoch && { onEpoch }) },
  );
  return {
    options,
    mean,
    deviation,
    net,
    predict: (window) => Math.min(1, Math.max(0, net.answer(standard(logged(window, floor)))[0]!)),
  };
}

function logged(window: Float64Array, floor: readonly number[]): Float64Array {
  return window.map((x, i) => Math.log(Math.max(0, x) + floor[i % floor.length]!));
}

function momentsOf(
  windows: readonly Float64Array[],
  width: number,
): { mean: Float64Array; deviation: Float64Array } {
  const mean = new Float64Array(width);
  const deviation = new Float64Array(width);
  const count = windows.reduce((sum, window) => sum + window.length, 0) / width;
  for (const window of windows) for (const [i, x] of window.entries()) mean[i % width]! += x / count;
  for (const window of windows)
    for (const [i, x] of window.entries()) deviation[i % width]! += (x - mean[i % width]!) ** 2 / count;
  // A channel that never changes says nothing: it must not become infinite.
  return { mean, deviation: deviation.map((variance) => Math.max(1e-6, Math.sqrt(variance))) };
}

/** What the graph gives beside the share: it times `factor`, and 1 less it, by these names. */
export interface RegressionOutputs {
  scaled: { name: string; factor: number };
  rest: { name: string };
}

/** The bytes of the float32 graph, over windows in their own units. */
export function regressionGraph(
  { options, mean, deviation, net }: Regression,
  { scaled, rest }: RegressionOutputs,
): Uint8Array {
  const { length, width, floor } = options;
  const g = new GraphBuilder('regression');
  const window = g.input('window', 'float32', ['batch', length, width]);
  const row = (name: string, values: ArrayLike<number>): string =>
    g.constant(name, float32([1, 1, width], values));
  const positive = g.node('Max', [window, g.scalar('nothing', 0)]);
  const log = g.node('Log', [g.node('Add', [positive, row('floor', floor)])]);
  const centred = g.node('Sub', [log, row('log_mean', mean)]);
  const standard = g.node('Div', [centred, row('log_deviation', deviation)]);
  const flat = g.node('Flatten', [standard], { attributes: { axis: 1 } });
  const answer = addNet(g, net, flat, 'layer');
  // In this order: behind a Clip that a Reshape reads, ONNX Runtime leaves the last product in float.
  const list = g.node('Reshape', [answer, g.constant('flat', int64([1], [-1]))]);
  const share = g.node('Clip', [list, g.scalar('least', 0), g.scalar('most', 1)], { output: 'share' });
  g.node('Mul', [share, g.scalar('factor', scaled.factor)], { output: scaled.name });
  g.node('Sub', [g.scalar('one', 1), share], { output: rest.name });
  g.output(scaled.name, 'float32', ['batch']);
  g.output(rest.name, 'float32', ['batch']);
  return encodeModel(g.build());
}
