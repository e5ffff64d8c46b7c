/**
 * The layers of small feed-forward nets, with their gradients. One sample at a time, float64, no library: slow beside a
 * framework, fast enough for nets of some ten thousand weights, and the same numbers everywhere.
 *
 * A signal of C channels and T steps lies channel after channel, as ONNX wants it: element (c, t) at c · T + t.
 */
import type { Random } from '@skerry/firmware-sim/random';

/** One layer. What it needs from the forward pass to go back are its input and its output, which the net keeps. */
export interface Layer {
  readonly spec: LayerSpec;
  readonly inputSize: number;
  readonly outputSize: number;
  /** Weights, then biases; empty where there is nothing to learn. */
  readonly parameters: Float64Array;
  forward(x: Float64Array, y: Float64Array): void;
  /** From the loss's gradient by the output: adds to `gradient` (as `parameters`), and writes that by the input. */
  backward(
    x: Float64Array,
    y: Float64Array,
    dy: Float64Array,
    dx: Float64Array,
    gradient: Float64Array,
  ): void;
}

/** What layers there are, and what describes one. */
export type LayerSpec =
  | { readonly kind: 'dense'; readonly inputs: number; readonly outputs: number }
  | {
      readonly kind: 'conv';
      readonly inputs: number;
      readonly outputs: number;
      readonly kernel: number;
      readonly stride: number;
      /** Steps of the input. */
      readonly steps: number;
    }
  /** max(0, x). */
  | { readonly kind: 'relu'; readonly size: number }
  /** The mean of every `width` steps, none twice; what is left over at the end is dropped. */
  | { readonly kind: 'pool'; readonly channels: number; readonly steps: number; readonly width: number };

/** Steps that come out of a convolution or a pool. */
export function stepsAfter(
  spec: Extract<LayerSpec, { kind: 'conv' }> | Extract<LayerSpec, { kind: 'pool' }>,
): number {
  return spec.kind === 'conv'
    ? Math.floor((spec.steps - spec.kernel) / spec.stride) + 1
    : Math.floor(spec.steps / spec.width);
}

/** A layer with fresh weights: normal, of variance 2 / inputs (He et al., ICCV 2015), biases 0. */
export function createLayer(spec: LayerSpec, random: Random): Layer {
  switch (spec.kind) {
    case 'dense':
      return dense(spec, random);
    case 'conv':
      return conv(spec, random);
    case 'relu':
      return relu(spec);
    case 'pool':
      return pool(spec);
  }
}

function fresh(weights: number, biases: number, inputs: number, random: Random): Float64Array {
  const deviation = Math.sqrt(2 / inputs);
  return Float64Array.from({ length: weights + biases }, (_, i) =>
    i < weights ? deviation * random.normal() : 0,
  );
}

function dense(spec: Extract<LayerSpec, { kind: 'dense' }>, random: Random): Layer {
  const { inputs, outputs } = spec;
  const parameters = fresh(inputs * outputs, outputs, inputs, random);
  const biases = inputs * outputs;
  return {
    spec,
    inputSize: inputs,
    outputSize: outputs,
    parameters,
    forward(x, y) {
      for (let o = 0; o < outputs; o++) {
        let sum = parameters[biases + o]!;
        for (let i = 0, at = o * inputs; i < inputs; i++) sum += parameters[at + i]! * x[i]!;
        y[o] = sum;
      }
    },
    backward(x, _y, dy, dx, gradient) {
      dx.fill(0);
      for (let o = 0; o < outputs; o++) {
        const slope = dy[o]!;
        if (slope === 0) continue;
        gradient[biases + o]! += slope;
        for (let i = 0, at = o * inputs; i < inputs; i++) {
          gradient[at + i]! += slope * x[i]!;
          dx[i]! += slope * parameters[at + i]!;
        }
      }
    },
  };
}

function conv(spec: Extract<LayerSpec, { kind: 'conv' }>, random: Random): Layer {
  const { inputs, outputs, kernel, stride, steps } = spec;
  const after = stepsAfter(spec);
  const fan = inputs * kernel;
  const parameters = fresh(outputs * fan, outputs, fan, random);
  const biases = outputs * fan;
  return {
    spec,
    inputSize: inputs * steps,
    outputSize: outputs * after,
    parameters,
    forward(x, y) {
      for (let o = 0; o < outputs; o++)
        for (let t = 0; t < after; t++) {
          let sum = parameters[biases + o]!;
          for (let i = 0; i < inputs; i++) {
            const from = i * steps + t * stride;
            for (let k = 0, at = o * fan + i * kernel; k < kernel; k++)
              sum += parameters[at + k]! * x[from + k]!;
          }
          y[o * after + t] = sum;
        }
    },
    backward(x, _y, dy, dx, gradient) {
      dx.fill(0);
      for (let o = 0; o < outputs; o++)
        for (let t = 0; t < after; t++) {
          const slope = dy[o * after + t]!;
          if (slope === 0) continue;
          gradient[biases + o]! += slope;
          for (let i = 0; i < inputs; i++) {
            const from = i * steps + t * stride;
            for (let k = 0, at = o * fan + i * kernel; k < kernel; k++) {
              gradient[at + k]! += slope * x[from + k]!;
              dx[from + k]! += slope * parameters[at + k]!;
            }
          }
        }
    },
  };
}

function relu(spec: Extract<LayerSpec, { kind: 'relu' }>): Layer {
  return {
    spec,
    inputSize: spec.size,
    outputSize: spec.size,
    parameters: new Float64Array(0),
    forward(x, y) {
      for (let i = 0; i < x.length; i++) y[i] = Math.max(0, x[i]!);
    },
    backward(_x, y, dy, dx) {
      for (let i = 0; i < y.length; i++) dx[i] = y[i]! > 0 ? dy[i]! : 0;
    },
  };
}

function pool(spec: Extract<LayerSpec, { kind: 'pool' }>): Layer {
  const { channels, steps, width } = spec;
  const after = stepsAfter(spec);
  return {
    spec,
    inputSize: channels * steps,
    outputSize: channels * after,
    parameters: new Float64Array(0),
    forward(x, y) {
      for (let c = 0; c < channels; c++)
        for (let t = 0; t < after; t++) {
          let sum = 0;
          for (let k = 0, from = c * steps + t * width; k < width; k++) sum += x[from + k]!;
          y[c * after + t] = sum / width;
        }
    },
    backward(_x, _y, dy, dx) {
      dx.fill(0);
      for (let c = 0; c < channels; c++)
        for (let t = 0; t < after; t++)
          for (let k = 0, from = c * steps + t * width; k < width; k++)
            dx[from + k] = dy[c * after + t]! / width;
    },
  };
}
