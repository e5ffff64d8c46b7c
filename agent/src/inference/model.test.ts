import { nodeCrypto } from '@skerry/proto/node/crypto';
import { ELEMENT_TYPES } from '@skerry/proto/onnx/tensor';
import type { ReleaseManifest } from '@skerry/proto/release';
import type { ResultRow } from '@skerry/proto/results';
import { describe, expect, test } from 'vitest';
import { createOrtNodeBackend } from '../adapters/ort-node.ts';
import { createOrtWasmBackend } from '../adapters/ort-web.ts';
import { systemClock } from '../adapters/system-clock.ts';
import { backtest } from '../backtest.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import { DIGEST, rowsOf, testPipeline, testRelease } from '../pipeline/test-pipeline.ts';
import type { WindowBatch } from '../pipeline/types.ts';
import type { InferenceBackend } from '../ports.ts';
import { createModel, type LoadedModel } from './model.ts';
import { model, node, summingModel, value } from './test-model.ts';

const native = createOrtNodeBackend();
const FLOAT = ELEMENT_TYPES.float32;

async function loaded(
  manifest: ReleaseManifest,
  bytes: Uint8Array,
  backend: InferenceBackend = native,
  maxStateBytes?: number,
): Promise<LoadedModel> {
  return createModel({
    manifest,
    session: await backend.create({ bytes }),
    variant: 'fp32',
    backend: backend.name,
    crypto: nodeCrypto,
    clock: systemClock,
    ...(maxStateBytes === undefined ? {} : { maxStateBytes }),
  });
}

/** Windows of the given values, each of the device of its name. */
function windows(...list: (readonly [device: string, ...values: number[]])[]): WindowBatch {
  const zeros = new Uint32Array(list.length);
  return {
    count: list.length,
    data: Float32Array.from(list.flatMap(([, ...values]) => values)),
    devices: list.map(([device]) => device),
    fromUs: new Float64Array(list.length),
    toUs: new Float64Array(list.length),
    interpolated: zeros,
    missing: zeros,
    late: zeros,
  };
}

const remembering = testRelease(
  {},
  {
    input: [
      { tensor: 'window', layout: ['batch', 'time'] },
      { tensor: 'sum_in', state: 'sum' },
    ],
    output: [
      { name: 'score', tensor: 'score', kind: 'anomaly-score', threshold: 1e6 },
      { name: 'sum', tensor: 'sum_out', kind: 'state', batchAxis: 1 },
    ],
  },
);

describe('what a model is given', () => {
  test('channels go to the inputs that name them, as the numbers that each wants', async () => {
    const manifest = testRelease(
      { channels: [{ name: 'a' }, { name: 'b' }], length: 2 },
      {
        input: [
          { tensor: 'x', layout: ['batch', 'time'], channels: ['a'], normalize: { mean: [1], std: [2] } },
          { tensor: 'n', layout: ['batch', 'feature'], channels: ['b'] },
          { tensor: 'gain', value: 10 },
        ],
        output: [{ name: 'y', tensor: 'y', kind: 'value' }],
      },
    );
    const bytes = model(
      [
        node('Cast', ['n'], ['m'], [{ name: 'to', i: FLOAT, type: 2 }]),
        node('Mul', ['m', 'gain'], ['g']),
        node('Add', ['x', 'g'], ['y']),
      ],
      [
        value('x', FLOAT, ['batch', 2]),
        value('n', ELEMENT_TYPES.uint8, ['batch', 2]),
        value('gain', FLOAT, []),
      ],
      [value('y', FLOAT, ['batch', 2])],
    );
    const { outputs } = await (await loaded(manifest, bytes)).run(
      windows(['d', 3, 0.5, 5, 1.5], ['d', 1, -4, 1, 400]),
    );
    // Half rounds to even: 0.5 → 0, 1.5 → 2; what uint8 can't hold is kept in its range.
    expect([...outputs.y!.values]).toEqual([1, 2 + 20, 0, 2550]);
  });

  test('layouts put the batch where the graph wants it, and outputs come back window by window', async () => {
    const manifest = testRelease(
      { channels: [{ name: 'a' }, { name: 'b' }], length: 3 },
      {
        input: { tensor: 'x', layout: ['time', 'batch', 'channel'] },
        output: [
          { name: 'last', tensor: 'last', kind: 'value' },
          { name: 'same', tensor: 'same', kind: 'value', batchAxis: 1 },
        ],
      },
    );
    const int64 = ELEMENT_TYPES.int64;
    const bytes = model(
      [node('Gather', ['x', 'two'], ['last']), node('Identity', ['x'], ['same'])],
      [value('x', FLOAT, [3, 'batch', 2])],
      [value('last', FLOAT, ['batch', 2]), value('same', FLOAT, [3, 'batch', 2])],
      [{ name: 'two', dataType: int64, dims: [], int64Data: [2] }],
    );
    const { outputs } = await (await loaded(manifest, bytes)).run(
      windows(['d', 1, 2, 3, 4, 5, 6], ['e', 7, 8, 9, 10, 11, 12]),
    );
    expect([...outputs.last!.values]).toEqual([5, 6, 11, 12]);
    expect(outputs.same).toEqual({ width: 6, values: Float32Array.from({ length: 12 }, (_, i) => i + 1) });
  });

  test('a graph of strings gets the device by name, and its answer is a place among the labels', async () => {
    const manifest = testRelease(
      {},
      {
        input: [
          { tensor: 'window', layout: ['batch', 'time'] },
          { tensor: 'who', from: 'device' },
        ],
        output: [
          { name: 'sum', tensor: 'sum', kind: 'value' },
          { name: 'who', tensor: 'echo', kind: 'class', labels: ['pump', 'press'] },
        ],
      },
    );
    const string = ELEMENT_TYPES.string;
    const bytes = model(
      [
        node('Identity', ['who'], ['echo']),
        node('ReduceSum', ['window', 'axes'], ['sum'], [{ name: 'keepdims', i: 0, type: 2 }]),
      ],
      [value('window', FLOAT, ['batch', 4]), value('who', string, ['batch', 1])],
      [value('echo', string, ['batch', 1]), value('sum', FLOAT, ['batch'])],
      [{ name: 'axes', dataType: ELEMENT_TYPES.int64, dims: [1], int64Data: [1] }],
    );
    const { outputs } = await (await loaded(manifest, bytes)).run(
      windows(['press', 1, 1, 1, 1], ['pump', 2, 2, 2, 2]),
    );
    expect([...outputs.who!.values, ...outputs.sum!.values]).toEqual([1, 0, 4, 8]);
  });

  test('inputs that the release leaves out, and states that can’t be kept, are refused in words', async () => {
    await expect(loaded(testRelease(), summingModel())).rejects.toThrow(
      'the model also wants "sum_in", which the release\'s input doesn\'t name',
    );
    const [score, sum] = remembering.output;
    await expect(
      loaded({ ...remembering, output: [score!, { ...sum!, batchAxis: 0 }] }, summingModel()),
    ).rejects.toThrow('free dimensions [1, batch, 1]');
    await expect(loaded(remembering, summingModel(), native, 3)).rejects.toMatchObject({
      code: 'too-large',
      hint: 'raise inference.maxState',
    });
  });
});

describe.each([
  ['a graph that takes any number of windows', 'batch'],
  ['a graph that takes one at a time', 1],
] as const)('a model that remembers: %s', (_, batch) => {
  const bytes = summingModel(batch);

  test.each([
    ['native', native],
    ['wasm', createOrtWasmBackend()],
  ] as const)('each device has its own state, also within a batch (%s)', async (__, backend) => {
    const served = await loaded(remembering, bytes, backend);
    const first = await served.run(
      windows(['d', 1, 0, 0, 0], ['e', 10, 0, 0, 0], ['d', 2, 0, 0, 0], ['d', 4, 0, 0, 0]),
    );
    expect([...first.outputs.score!.values]).toEqual([1, 10, 3, 7]);
    const next = windows(['e', 5, 0, 0, 0], ['f', 1, 1, 1, 1], ['d', 1, 0, 0, 0]);
    next.states = next.devices.map((device) => first.states!.get(device));
    expect([...(await served.run(next)).outputs.score!.values]).toEqual([15, 4, 8]);
    await served.release();
  });

  test('a device begins with the value that the release says', async () => {
    const [window, state] = remembering.input as [object, object];
    const manifest = { ...remembering, input: [window, { ...state, value: 100 }] } as ReleaseManifest;
    const served = await loaded(manifest, bytes);
    expect([
      ...(await served.run(windows(['d', 1, 0, 0, 0], ['d', 1, 0, 0, 0]))).outputs.score!.values,
    ]).toEqual([101, 102]);
    await served.release();
  });

  test('a state that is no number any more is dropped, and the device begins anew', async () => {
    const served = await loaded(remembering, bytes);
    const { states } = await served.run(windows(['d', Number.POSITIVE_INFINITY, 0, 0, 0], ['e', 1, 0, 0, 0]));
    expect(states!.get('d')).toBeUndefined();
    expect(states!.get('e')).toBeInstanceOf(Uint8Array);
    await served.release();
  });
});

describe('over the life of an agent', () => {
  const seconds = (from: number, to: number): (readonly [string, number, number])[] =>
    Array.from({ length: to - from }, (_, i) => ['d', from + i, from + i] as const);

  async function drained(pipeline: Pipeline, served: LoadedModel, max: number): Promise<ResultRow[]> {
    const rows: ResultRow[] = [];
    for (let batch = pipeline.takeReady(max); batch; batch = pipeline.takeReady(max))
      rows.push(...pipeline.conclude(batch, await served.run(batch), { producedMs: 0 }).rows);
    return rows;
  }
  const scores = (rows: readonly ResultRow[]): unknown[] => rows.map((row) => row.outputs.score);

  test('a restart goes on with the state that was committed with the last results; a recording gives the same', async () => {
    const served = await loaded(remembering, summingModel());
    const lived = testPipeline(nodeCrypto);
    lived.setRelease(remembering, DIGEST, 'test@1.0.0');
    lived.feed(rowsOf(seconds(0, 11)), 1, 0, 'live');
    const before = await drained(lived, served, 1);
    // What is not committed is fed again after the crash.
    const committed = lived.dirtyStates();
    const counters = lived.counters();
    lived.feed(rowsOf(seconds(11, 17)), 2, 0, 'live');
    const uninterrupted = await drained(lived, served, 1);

    const restarted = testPipeline(nodeCrypto);
    restarted.setRelease(remembering, DIGEST, 'test@1.0.0');
    restarted.restore(committed, counters);
    restarted.feed(rowsOf(seconds(0, 11)), 1, 0, 'rebuild');
    restarted.feed(rowsOf(seconds(11, 17)), 2, 0, 'live');
    const after = await drained(restarted, served, 512);
    expect(scores(before)).toEqual([6, 28]);
    expect(scores(after)).toEqual([66, 120]);
    expect(scores(uninterrupted)).toEqual(scores(after));

    const recorded: ResultRow[] = [];
    const tested = testPipeline(nodeCrypto);
    tested.setRelease(remembering, DIGEST, 'test@1.0.0');
    async function* recording() {
      yield rowsOf(seconds(0, 17));
    }
    await backtest(
      tested,
      (batch) => served.run(batch),
      recording(),
      ({ rows }) => {
        recorded.push(...rows);
      },
    );
    expect(scores(recorded).slice(0, 4)).toEqual([6, 28, 66, 120]);
    await served.release();
  });

  test('another release begins with nothing', async () => {
    const served = await loaded(remembering, summingModel());
    const pipeline = testPipeline(nodeCrypto);
    pipeline.setRelease(remembering, DIGEST, 'test@1.0.0');
    pipeline.feed(rowsOf(seconds(0, 5)), 1, 0, 'live');
    expect(scores(await drained(pipeline, served, 512))).toEqual([6]);
    pipeline.setRelease(remembering, `sha256:${'cd'.repeat(32)}`, 'test@1.1.0');
    pipeline.feed(rowsOf(seconds(5, 9)), 2, 0, 'live');
    expect(scores(await drained(pipeline, served, 512))).toEqual([22]);
    await served.release();
  });
});
