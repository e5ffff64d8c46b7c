import { createOrtNodeBackend } from '@skerry/agent/adapters/ort-node';
import { createRandom } from '@skerry/firmware-sim/random';
import { describe, expect, it } from 'vitest';
import { encodeModel, GraphBuilder } from '../../graph/builder.ts';
import { float32 } from '../../graph/tensor.ts';
import type { LayerSpec } from './layers.ts';
import { createNet, softmax, train } from './net.ts';
import { addNet } from './net-graph.ts';

/** Two channels of 20 steps, through every kind of layer, to three numbers. */
const SPECS: readonly LayerSpec[] = [
  { kind: 'conv', inputs: 2, outputs: 4, kernel: 5, stride: 2, steps: 20 },
  { kind: 'relu', size: 32 },
  { kind: 'pool', channels: 4, steps: 8, width: 3 },
  { kind: 'dense', inputs: 8, outputs: 3 },
];

const random = createRandom(5);
const vector = (size: number): Float64Array => Float64Array.from({ length: size }, () => random.normal());

describe('a net', () => {
  it('has gradients that agree with differences of its loss', () => {
    const net = createNet(SPECS, 1);
    const inputs = Array.from({ length: 20 }, () => vector(40));
    const targets = inputs.map(() => vector(3));
    const lossAt = (): number =>
      inputs.reduce(
        (sum, x, n) => sum + net.answer(x).reduce((cost, y, i) => cost + (y - targets[n]![i]!) ** 2, 0),
        0,
      );
    // Adam's first step shows only which way the sum over all examples goes, so that is compared.
    const before = net.layers.map(({ parameters }) => parameters.slice());
    const slopes = net.layers.map(({ parameters }) =>
      parameters.map((value, i) => {
        const h = 1e-6;
        parameters[i] = value + h;
        const above = lossAt();
        parameters[i] = value - h;
        const below = lossAt();
        parameters[i] = value;
        return (above - below) / (2 * h);
      }),
    );
    train(net, { inputs, targets }, { seed: 1, epochs: 1, batch: 20, rate: 1e-3, loss: 'squares' });
    for (const [l, { parameters }] of net.layers.entries())
      for (const [i, slope] of slopes[l]!.entries()) {
        const moved = parameters[i]! - before[l]![i]!;
        if (Math.abs(slope) > 1e-4) expect(moved).toBeCloseTo(-1e-3 * Math.sign(slope), 5);
      }
  });

  it('answers the same as its graph in ONNX Runtime', async () => {
    const net = createNet(SPECS, 2);
    const g = new GraphBuilder('net');
    const value = addNet(g, net, g.input('x', 'float32', ['batch', 2, 20]), 'layer');
    g.output(value, 'float32', ['batch', 3]);
    const session = await createOrtNodeBackend().create({ bytes: encodeModel(g.build()) });
    const x = Float64Array.from(vector(40), Math.fround);
    const got = (await session.run({ x: float32([1, 2, 20], x) }))[value]!;
    await session.release();
    for (const [i, want] of net.answer(x).entries()) expect(Number(got.data[i])).toBeCloseTo(want, 4);
  });

  it('learns what a straight line cannot: exclusive or', () => {
    const specs: LayerSpec[] = [
      { kind: 'dense', inputs: 2, outputs: 8 },
      { kind: 'relu', size: 8 },
      { kind: 'dense', inputs: 8, outputs: 2 },
    ];
    const net = createNet(specs, 3);
    const inputs = [0, 1, 2, 3].map((i) => Float64Array.of(i & 1, i >> 1));
    const targets = [[0], [1], [1], [0]];
    const losses: number[] = [];
    train(
      net,
      { inputs, targets },
      {
        seed: 3,
        epochs: 300,
        batch: 4,
        rate: 0.05,
        loss: 'cross-entropy',
        onEpoch: (_, loss) => losses.push(loss),
      },
    );
    expect(losses.at(-1)).toBeLessThan(0.05);
    for (const [i, x] of inputs.entries()) {
      const shares = softmax(net.answer(x));
      expect(shares[targets[i]![0]!]).toBeGreaterThan(0.9);
    }
  });

  it('becomes the same net again from the same seed, and another from another', () => {
    const trained = (seed: number): Float64Array[] => {
      const draw = createRandom(11);
      const inputs = Array.from({ length: 30 }, () => Float64Array.from({ length: 40 }, () => draw.normal()));
      const net = createNet(SPECS, seed);
      const targets = inputs.map((x) => [x[0]! > 0 ? 1 : 0]);
      train(net, { inputs, targets }, { seed, epochs: 3, batch: 8, rate: 0.01, loss: 'cross-entropy' });
      return net.layers.map(({ parameters }) => parameters);
    };
    expect(trained(7)).toEqual(trained(7));
    expect(trained(8)).not.toEqual(trained(7));
  });

  it('says which layers do not fit together', () => {
    expect(() =>
      createNet(
        [
          { kind: 'dense', inputs: 4, outputs: 3 },
          { kind: 'relu', size: 4 },
        ],
        1,
      ),
    ).toThrow('layer 1 (relu) takes 4 values and gets 3');
  });
});
