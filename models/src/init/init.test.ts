import { parseDocument } from '@skerry/proto/document';
import { readModel } from '@skerry/proto/onnx/graph';
import { plainModel } from '@skerry/proto/onnx/plain';
import { type ReleaseManifest, releaseManifest } from '@skerry/proto/release';
import { acceptModels } from '@skerry/proto/release-models';
import { encode, onnx } from '@skerry/proto/wire';
import { describe, expect, it } from 'vitest';
import { encodeModel, GraphBuilder, valueInfo } from '../graph/builder.ts';
import { float32 } from '../graph/tensor.ts';
import { firstManifest } from './first-manifest.ts';
import { type Guess, guessRelease } from './guess.ts';

/** The first manifest of a graph, as a packer reads it: the schema and the graph itself must agree with it. */
function written(bytes: Uint8Array): { guess: Guess; manifest: ReleaseManifest } {
  const guess = guessRelease(plainModel(bytes).model);
  const text = firstManifest(guess, { name: 'press', file: 'press.onnx' });
  const manifest = parseDocument(text, releaseManifest, { file: 'model.yaml' });
  acceptModels(manifest, new Map([['press.onnx', bytes]]));
  return { guess, manifest };
}

/** A graph that takes `input` into an operator and gives `score` [batch, 1]. */
function scorer(opType: string, input: readonly [name: string, dims: (number | string)[]]): Uint8Array {
  const g = new GraphBuilder('scorer');
  const x = g.input(input[0], 'float32', input[1]);
  const w = g.constant('w', float32([1], [1]));
  g.output(g.node(opType, [x, w], { output: 'score' }), 'float32', ['batch', 1]);
  return encodeModel(g.build());
}

describe('a first model.yaml', () => {
  it('has the window that the graph has, and its score to set a threshold on', () => {
    const { guess, manifest } = written(scorer('Mul', ['x', ['batch', 32, 3]]));
    expect(manifest.window).toMatchObject({ length: 32, hop: 32 });
    expect(manifest.window.channels.map((c) => c.name)).toEqual(['channel1', 'channel2', 'channel3']);
    expect(manifest.output).toMatchObject([{ name: 'score', kind: 'anomaly-score', threshold: 1 }]);
    expect(guess.isFree).toEqual({ length: false, width: false });
  });

  it.each([
    ['Conv', ['batch', 3, 32], ['batch', 'channel', 'time']],
    ['LSTM', [32, 'batch', 3], ['time', 'batch', 'channel']],
    ['Mul', ['batch', 3, 'steps'], ['batch', 'channel', 'time']],
    ['Mul', ['batch', 1, 32, 3], ['batch', 1, 'time', 'channel']],
    ['Mul', ['batch', 12], ['batch', 'feature']],
  ] as const)('lays a window out as %s of [%s] takes it', (opType, dims, layout) => {
    const { guess } = written(scorer(opType, ['x', [...dims]]));
    expect(guess.inputs).toMatchObject([{ source: 'window', layout }]);
  });

  it('says what the graph leaves open', () => {
    const bytes = scorer('Mul', ['x', ['batch', 'time', 'channels']]);
    const guess = guessRelease(readModel(bytes));
    expect(guess.isFree).toEqual({ length: true, width: true });
    const text = firstManifest(guess, { name: 'press', file: 'press.onnx' });
    expect(text).toMatch(/length: 64 +# SET: the model takes any length/);
    expect(text).toContain('SET: the model takes any number of channels');
  });

  it('feeds states back: by the wiring of recurrent nodes, and by names', () => {
    const lstm: onnx.INodeProto = {
      opType: 'LSTM',
      input: ['x', 'W', 'R', '', '', 'h', 'c'],
      output: ['score', 'after', 'cell'],
    };
    const dims = [1, 'batch', 8];
    const graph = (
      node: onnx.INodeProto[],
      inputs: string[],
      outputs: string[],
      shape: (number | string)[],
    ) =>
      encode(onnx.ModelProto, {
        irVersion: 8,
        opsetImport: [{ domain: '', version: 17 }],
        graph: {
          name: 'g',
          node,
          input: [
            valueInfo('x', 'float32', [32, 'batch', 3]),
            ...inputs.map((n) => valueInfo(n, 'float32', shape)),
          ],
          output: [
            valueInfo('score', 'float32', ['batch', 1]),
            ...outputs.map((n) => valueInfo(n, 'float32', shape)),
          ],
        },
      });
    const wired = written(graph([lstm], ['h', 'c'], ['after', 'cell'], dims));
    expect(wired.manifest.input).toMatchObject([
      {},
      { tensor: 'h', state: 'after' },
      { tensor: 'c', state: 'cell' },
    ]);
    expect(wired.manifest.output.slice(1)).toMatchObject([
      { name: 'after', kind: 'state', batchAxis: 1 },
      { name: 'cell', kind: 'state', batchAxis: 1 },
    ]);
    const add: onnx.INodeProto = { opType: 'Add', input: ['x', 'memory_in'], output: ['score'] };
    const named = written(graph([add], ['memory_in'], ['memory_out'], ['n', 4]));
    expect(named.manifest.input).toMatchObject([{}, { tensor: 'memory_in', state: 'memory_out' }]);
  });

  it('takes inputs of one column each as channels, strings as the device, the rest as constants', () => {
    const g = new GraphBuilder('columns');
    const [a, b] = ['speed', 'load'].map((name) => g.input(name, 'float32', ['batch', 1]));
    g.input('who', 'string', ['batch', 1]);
    g.input('gain', 'float32', []);
    g.output(g.node('Add', [a!, b!], { output: 'y' }), 'float32', ['batch', 1]);
    const { manifest } = written(encodeModel(g.build()));
    expect(manifest.window.channels.map((c) => c.name)).toEqual(['speed', 'load']);
    expect(manifest.input).toMatchObject([
      { tensor: 'speed', channels: ['speed'] },
      { tensor: 'load', channels: ['load'] },
      { tensor: 'who', from: 'device' },
      { tensor: 'gain', value: 0 },
    ]);
  });

  it('keeps the classes of a classifier, and their names', () => {
    const strings = ['worn', 'good'].map((s) => new TextEncoder().encode(s));
    const labels = [{ name: 'classlabels_strings', type: 8, strings }];
    const maps = { mapType: { keyType: 8, valueType: { tensorType: { elemType: 1 } } } };
    const bytes = encode(onnx.ModelProto, {
      irVersion: 8,
      opsetImport: [{ domain: 'ai.onnx.ml', version: 1 }],
      graph: {
        name: 'g',
        node: [
          {
            opType: 'LinearClassifier',
            domain: 'ai.onnx.ml',
            input: ['x'],
            output: ['label', 'p'],
            attribute: labels,
          },
          {
            opType: 'ZipMap',
            domain: 'ai.onnx.ml',
            input: ['p'],
            output: ['probability'],
            attribute: labels,
          },
        ],
        input: [valueInfo('x', 'float32', ['batch', 4])],
        output: [
          valueInfo('label', 'string', ['batch']),
          { name: 'probability', type: { sequenceType: { elemType: maps } } },
        ],
      },
    });
    expect(written(bytes).manifest.output).toMatchObject([
      { name: 'label', kind: 'class', labels: ['worn', 'good'] },
      { name: 'probability', kind: 'class', labels: ['worn', 'good'] },
    ]);
  });

  it('is refused for a graph that takes no window', () => {
    expect(() => guessRelease(readModel(scorer('Mul', ['image', ['batch', 3, 224, 224]])))).toThrow(
      'input "image" has the dimensions [batch, 3, 224, 224]; a window has time and channels',
    );
    const g = new GraphBuilder('texts');
    g.output(g.node('Identity', [g.input('text', 'string', ['batch'])], { output: 'y' }), 'string', [
      'batch',
    ]);
    expect(() => guessRelease(readModel(encodeModel(g.build())))).toThrow(
      'no input of the model takes numbers',
    );
  });
});
