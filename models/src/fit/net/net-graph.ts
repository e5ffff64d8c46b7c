/** A trained net as ONNX nodes: Gemm, Conv, Relu and AveragePool, which are what becomes int8 kernels. */
import type { GraphBuilder } from '../../graph/builder.ts';
import { float32 } from '../../graph/tensor.ts';
import type { Layer } from './layers.ts';
import type { Net } from './net.ts';

/**
 * Adds a net's layers to a graph and returns the name of what they give. `input` is [batch, channels, steps] where the
 * net begins with a convolution, [batch, values] where it begins with a dense layer; a dense layer behind steps gets
 * them flattened. Values are named after `prefix` and the layer's place.
 */
export function addNet(g: GraphBuilder, net: Net, input: string, prefix: string): string {
  let value = input;
  let hasSteps = net.layers[0]?.spec.kind === 'conv';
  for (const [i, layer] of net.layers.entries()) {
    const name = `${prefix}_${i}`;
    if (layer.spec.kind === 'dense' && hasSteps) {
      value = g.node('Flatten', [value], { output: `${name}_flat`, attributes: { axis: 1 } });
      hasSteps = false;
    }
    value = addLayer(g, layer, value, name);
  }
  return value;
}

function addLayer(g: GraphBuilder, { spec, parameters }: Layer, value: string, name: string): string {
  const weight = (dims: readonly number[]): string =>
    g.constant(
      `${name}_weight`,
      float32(
        [...dims],
        parameters.subarray(
          0,
          dims.reduce((a, b) => a * b),
        ),
      ),
    );
  const bias = (outputs: number): string =>
    g.constant(`${name}_bias`, float32([outputs], parameters.subarray(parameters.length - outputs)));
  switch (spec.kind) {
    case 'dense': {
      const { inputs, outputs } = spec;
      // Gemm wants [inputs, outputs].
      const turned = Float64Array.from(
        { length: inputs * outputs },
        (_, i) => parameters[(i % outputs) * inputs + Math.floor(i / outputs)]!,
      );
      return g.gemm(
        value,
        g.constant(`${name}_weight`, float32([inputs, outputs], turned)),
        bias(outputs),
        name,
      );
    }
    case 'conv': {
      const { inputs, outputs, kernel, stride } = spec;
      return g.node('Conv', [value, weight([outputs, inputs, kernel]), bias(outputs)], {
        output: name,
        attributes: { kernel_shape: [kernel], strides: [stride] },
      });
    }
    case 'relu':
      return g.node('Relu', [value], { output: name });
    case 'pool':
      return g.node('AveragePool', [value], {
        output: name,
        attributes: { kernel_shape: [spec.width], strides: [spec.width] },
      });
  }
}
