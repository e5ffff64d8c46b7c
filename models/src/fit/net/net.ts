/** A chain of layers, and how it is trained: Adam over small batches, deterministic in its seed. */
import { createRandom, type Random } from '@skerry/firmware-sim/random';
import { createLayer, type Layer, type LayerSpec } from './layers.ts';

export interface Net {
  readonly layers: readonly Layer[];
  /** What the layers give for one input; the array is reused by the next call. */
  answer(x: Float64Array): Float64Array;
}

/** Inputs, and what the net should answer: numbers, or one class a sample. */
export interface Examples {
  readonly inputs: readonly Float64Array[];
  /** For `cross-entropy` one number, the class; for `squares` as many as the net answers. */
  readonly targets: readonly ArrayLike<number>[];
}

export interface TrainOptions {
  readonly seed: number;
  readonly epochs: number;
  readonly batch: number;
  /** At the start; falls to nothing along half a cosine (Loshchilov and Hutter, ICLR 2017). */
  readonly rate: number;
  /** Decay of the weights with every step, in shares of the rate (AdamW). */
  readonly decay?: number;
  readonly loss: 'cross-entropy' | 'squares';
  /** Told after every epoch, from 1, with the mean loss over it. */
  readonly onEpoch?: (epoch: number, loss: number) => void;
}

// Kingma and Ba, ICLR 2015.
const ADAM = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;

/** A net of these layers with weights drawn by `seed`. Throws RangeError where one layer's size isn't the next one's. */
export function createNet(specs: readonly LayerSpec[], seed: number): Net {
  const random = createRandom(seed).fork('weights');
  const layers = specs.map((spec, i) => createLayer(spec, random.fork(`${i}`)));
  for (const [i, layer] of layers.entries()) {
    const before = layers[i - 1]?.outputSize ?? layer.inputSize;
    if (before !== layer.inputSize)
      throw new RangeError(
        `layer ${i} (${layer.spec.kind}) takes ${layer.inputSize} values and gets ${before}`,
      );
  }
  const values = layers.map((layer) => new Float64Array(layer.outputSize));
  return {
    layers,
    answer(x) {
      for (const [i, layer] of layers.entries()) layer.forward(values[i - 1] ?? x, values[i]!);
      return values.at(-1)!;
    },
  };
}

/** Trains a net in place. The same examples, options and starting weights give the same weights. */
export function train(net: Net, examples: Examples, options: TrainOptions): void {
  const { epochs, batch, rate, decay = 0, loss } = options;
  const random = createRandom(options.seed).fork('order');
  const order = Uint32Array.from(examples.inputs.keys());
  const gradients = net.layers.map(({ parameters }) => new Float64Array(parameters.length));
  const backwards = createBackwards(net, gradients);
  const adam = createAdam(net, gradients, decay);
  const stepsTotal = epochs * Math.ceil(order.length / batch);
  let step = 0;
  for (let epoch = 1; epoch <= epochs; epoch++) {
    shuffle(order, random);
    let sum = 0;
    for (let from = 0; from < order.length; from += batch) {
      const some = order.subarray(from, from + batch);
      for (const i of some) sum += backwards(examples.inputs[i]!, examples.targets[i]!, loss);
      adam((rate / 2) * (1 + Math.cos((Math.PI * step++) / stepsTotal)), some.length);
    }
    options.onEpoch?.(epoch, sum / order.length);
  }
}

/** Runs one example forwards and back; returns its loss and adds its gradients. */
function createBackwards(
  net: Net,
  gradients: readonly Float64Array[],
): (x: Float64Array, target: ArrayLike<number>, loss: TrainOptions['loss']) => number {
  const { layers } = net;
  const values = layers.map((layer) => new Float64Array(layer.outputSize));
  const slopes = layers.map((layer) => new Float64Array(layer.outputSize));
  const ofInput = new Float64Array(layers[0]!.inputSize);
  return (x, target, loss) => {
    for (const [i, layer] of layers.entries()) layer.forward(values[i - 1] ?? x, values[i]!);
    const cost =
      loss === 'squares'
        ? squares(values.at(-1)!, target, slopes.at(-1)!)
        : crossEntropy(values.at(-1)!, target[0]!, slopes.at(-1)!);
    for (let i = layers.length - 1; i >= 0; i--)
      layers[i]!.backward(
        values[i - 1] ?? x,
        values[i]!,
        slopes[i]!,
        slopes[i - 1] ?? ofInput,
        gradients[i]!,
      );
    return cost;
  };
}

function squares(answer: Float64Array, target: ArrayLike<number>, slopes: Float64Array): number {
  let cost = 0;
  for (let i = 0; i < answer.length; i++) {
    const error = answer[i]! - target[i]!;
    cost += error ** 2 / answer.length;
    slopes[i] = (2 * error) / answer.length;
  }
  return cost;
}

/** -log of the softmax at the class; the slope by the logits is softmax less one at the class. */
function crossEntropy(logits: Float64Array, wanted: number, slopes: Float64Array): number {
  const shares = softmax(logits);
  for (let i = 0; i < shares.length; i++) slopes[i] = shares[i]! - (i === wanted ? 1 : 0);
  return -Math.log(Math.max(1e-300, shares[wanted]!));
}

/** exp(x_i) / Σ exp(x_j), without overflow. */
export function softmax(logits: Float64Array): Float64Array {
  const highest = Math.max(...logits);
  const shares = logits.map((x) => Math.exp(x - highest));
  const sum = shares.reduce((total, x) => total + x, 0);
  return shares.map((x) => x / sum);
}

/** One Adam step over all layers at a rate, gradients averaged over `count` examples and cleared. */
function createAdam(
  net: Net,
  gradients: readonly Float64Array[],
  decay: number,
): (rate: number, count: number) => void {
  const { beta1, beta2, epsilon } = ADAM;
  const moments = gradients.map((g) => ({
    first: new Float64Array(g.length),
    second: new Float64Array(g.length),
  }));
  let [power1, power2] = [1, 1];
  return (rate, count) => {
    power1 *= beta1;
    power2 *= beta2;
    for (const [l, { parameters }] of net.layers.entries()) {
      const gradient = gradients[l]!;
      const { first, second } = moments[l]!;
      for (let i = 0; i < parameters.length; i++) {
        const slope = gradient[i]! / count;
        first[i] = beta1 * first[i]! + (1 - beta1) * slope;
        second[i] = beta2 * second[i]! + (1 - beta2) * slope * slope;
        const move = first[i]! / (1 - power1) / (Math.sqrt(second[i]! / (1 - power2)) + epsilon);
        parameters[i]! -= rate * (move + decay * parameters[i]!);
      }
      gradient.fill(0);
    }
  };
}

// Fisher and Yates.
function shuffle(order: Uint32Array, random: Random): void {
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(random.uniform() * (i + 1));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
}
