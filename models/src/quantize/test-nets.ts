/** Small random nets for tests of the quantizer: one of every shape that operators bring. */
import { createRandom, type Random } from '@skerry/firmware-sim/random';
import { encodeModel, GraphBuilder } from '../graph/builder.ts';
import { type Model, readModel } from '../graph/reader.ts';
import { float32, int64 } from '../graph/tensor.ts';
import type { Feed } from './calibrate.ts';

const random = createRandom(4);

/** Numbers of mean 0 and the given standard deviation. */
export function normals(count: number, deviation = 1, from: Random = random): Float64Array {
  return Float64Array.from({ length: count }, () => deviation * from.normal());
}

/** A feed of one input "x". */
export function feedOf(...dims: number[]): Feed {
  return { x: float32(dims, normals(dims.reduce((a, b) => a * b))) };
}

/** A graph as a model that has been written and read. */
export function modelOf(g: GraphBuilder): Model {
  return readModel(encodeModel(g.build()));
}

/** Builds nodes with random weights, named by their number. */
export class NetBuilder extends GraphBuilder {
  #layers = 0;

  /** A convolution that keeps the length of `[batch, from, length]`. */
  conv(x: string, from: number, to: number, kernel = 3, bias = true): string {
    const layer = ++this.#layers;
    const spread = 1 / Math.sqrt(from * kernel);
    const w = this.constant(`w${layer}`, float32([to, from, kernel], normals(to * from * kernel, spread)));
    const b = bias ? [this.constant(`b${layer}`, float32([to], normals(to, 0.1)))] : [];
    const pads = [(kernel - 1) / 2, (kernel - 1) / 2];
    return this.node('Conv', [x, w, ...b], { output: `conv${layer}`, attributes: { pads } });
  }

  /** A dense layer of `[batch, from]`. */
  dense(x: string, from: number, to: number): string {
    const layer = ++this.#layers;
    const w = this.constant(`w${layer}`, float32([from, to], normals(from * to, 1 / Math.sqrt(from))));
    return this.gemm(x, w, this.constant(`b${layer}`, float32([to], normals(to, 0.1))), `dense${layer}`);
  }

  /** A recurrent layer over `[time, batch, from]`. */
  recurrent(op: 'LSTM' | 'GRU', x: string, from: number, hidden: number): string {
    const layer = ++this.#layers;
    const rows = (op === 'LSTM' ? 4 : 3) * hidden;
    const weight = (name: string, columns: number): string =>
      this.constant(`${name}${layer}`, float32([1, rows, columns], normals(rows * columns, 0.2)));
    const b = this.constant(`b${layer}`, float32([1, 2 * rows], normals(2 * rows, 0.1)));
    return this.node(op, [x, weight('w', from), weight('r', hidden), b], {
      output: `${op.toLowerCase()}${layer}`,
      attributes: { hidden_size: hidden },
    });
  }
}

/** Convolutions with what stands between them: pooling, a residual, a gate, upsampling; a class at the end. */
export function convClassifier(width = 32): Model {
  const g = new NetBuilder('conv_classifier');
  const x = g.input('x', 'float32', ['batch', 3, 64]);
  const relu = (v: string): string => g.node('Relu', [v]);
  const pooled = g.node('MaxPool', [relu(g.conv(x, 3, width, 5))], {
    attributes: { kernel_shape: [2], strides: [2] },
  });
  const residual = relu(g.node('Add', [g.conv(relu(g.conv(pooled, width, width)), width, width), pooled]));
  const gate = g.node('Sigmoid', [g.conv(residual, width, width, 1)]);
  const leaky = g.node('LeakyRelu', [g.conv(g.node('Mul', [residual, gate]), width, width)], {
    attributes: { alpha: { float: 0.1 } },
  });
  const twice = g.node('Resize', [leaky, '', g.constant('scales', float32([3], [1, 1, 2]))], {
    attributes: { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' },
  });
  const last = relu(g.conv(twice, width, width));
  const flat = g.node('Reshape', [
    g.node('GlobalAveragePool', [last]),
    g.constant('shape', int64([2], [-1, width])),
  ]);
  g.output(g.node('Softmax', [g.dense(flat, width, 4)], { output: 'classes' }), 'float32', ['batch', 4]);
  return modelOf(g);
}

/** A dense autoencoder `size`-`hidden`-`size` whose output rebuilds its input. */
export function autoencoder(size = 16, hidden = 12): Model {
  const g = new NetBuilder('autoencoder');
  const x = g.input('x', 'float32', ['batch', size]);
  const rebuilt = g.dense(g.node('Relu', [g.dense(x, size, hidden)]), hidden, size);
  g.output(g.node('Identity', [rebuilt], { output: 'rebuilt' }), 'float32', ['batch', size]);
  return modelOf(g);
}

/** A recurrent layer and a dense one over its last state. */
export function recurrentNet(op: 'LSTM' | 'GRU', from = 8, hidden = 48): Model {
  const g = new NetBuilder(op.toLowerCase());
  const x = g.input('x', 'float32', ['time', 'batch', from]);
  const states = g.recurrent(op, x, from, hidden);
  const last = g.node('Gather', [states, g.constant('last', int64([], [-1]))], { attributes: { axis: 0 } });
  const flat = g.node('Reshape', [last, g.constant('shape', int64([2], [-1, hidden]))]);
  g.output(g.node('Identity', [g.dense(flat, hidden, 2)], { output: 'y' }), 'float32', ['batch', 2]);
  return modelOf(g);
}
