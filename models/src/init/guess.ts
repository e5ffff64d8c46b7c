/** What a release of a graph would say: read off where the graph tells it, guessed where it doesn't. Nothing is run. */
import { fromUtf8 } from '@skerry/proto/bytes';
import { SkerryError } from '@skerry/proto/errors';
import {
  allNodes,
  inputsOfGraph,
  type Model,
  outputsOfGraph,
  shapeOf,
  type ValueShape,
} from '@skerry/proto/onnx/graph';
import { structuresOf } from '@skerry/proto/onnx/structures';
import { elementTypeName, FLOAT16 } from '@skerry/proto/onnx/tensor';
import type { ReleaseInput, ReleaseOutput } from '@skerry/proto/release';
import { type StatePair, statePairs } from './states.ts';
import { guessWindow, type WindowGuess } from './window.ts';

export type InputGuess = { tensor: string; shape: string } & (
  | { source: 'window'; layout: ReleaseInput['layout']; channels: string[] }
  | { source: 'state'; state: string }
  | { source: 'device' }
  | { source: 'value'; value: number | string | boolean }
);

export interface OutputGuess {
  name: string;
  tensor: string;
  shape: string;
  kind: ReleaseOutput['kind'];
  labels: readonly string[];
  batchAxis: number;
}

export interface Guess {
  channels: string[];
  length: number;
  /** What the graph leaves open. */
  isFree: { length: boolean; width: boolean };
  inputs: InputGuess[];
  outputs: OutputGuess[];
  precision: 'fp32' | 'fp16' | 'int8';
}

const DEFAULT_LENGTH = 64;

/** Throws SkerryError unsupported where no input can take a window. */
export function guessRelease(model: Model): Guess {
  const states = statePairs(model);
  const ports = inputsOfGraph(model).map(shapeOf);
  const windows = ports.filter((port) => takesWindow(port, states));
  const guesses = new Map(windows.map((port) => [port.name, guessWindow(model, port)]));
  if (guesses.size === 0)
    throw new SkerryError(
      'unsupported',
      `no input of the model takes numbers: ${ports.map(described).join(', ')}`,
      { hint: 'an agent feeds windows of sensor values; let the graph take them' },
    );
  const all = [...guesses.values()];
  const lengths = all.map(({ length }) => length).filter((length) => length !== undefined);
  const channelsOf = (port: ValueShape): string[] =>
    channelNames(port, guesses.get(port.name)!, windows.length);
  const isFree = {
    length: lengths.length === 0,
    width: all.some(({ width }) => width === undefined),
  };
  return {
    channels: windows.flatMap(channelsOf),
    length: lengths.length > 0 ? Math.max(...lengths) : DEFAULT_LENGTH,
    isFree,
    inputs: ports.map((port): InputGuess => {
      const head = { tensor: port.name, shape: described(port) };
      const guess = guesses.get(port.name);
      if (guess) return { ...head, source: 'window', layout: guess.layout, channels: channelsOf(port) };
      const state = states.find((pair) => pair.input === port.name);
      if (state) return { ...head, source: 'state', state: outputName(state.output) };
      if (elementTypeName(port.elementType) !== 'string')
        return { ...head, source: 'value', value: elementTypeName(port.elementType) === 'bool' ? false : 0 };
      const isOnePerWindow = port.dims.slice(1).every((dim) => dim === 1);
      return isOnePerWindow ? { ...head, source: 'device' } : { ...head, source: 'value', value: '' };
    }),
    outputs: outputsOfGraph(model).map((port) => guessOutput(model, port, states)),
    precision: precisionOf(model),
  };
}

function takesWindow(port: ValueShape, states: readonly StatePair[]): boolean {
  const isNumber = !['string', 'bool'].includes(elementTypeName(port.elementType));
  return isNumber && port.dims.length > 0 && !states.some((pair) => pair.input === port.name);
}

// An input of one column among several is one sensor's: scikit-learn's exports name them after their columns.
function channelNames({ name }: ValueShape, { width = 1 }: WindowGuess, inputs: number): string[] {
  if (inputs > 1 && width === 1) return [name.slice(0, 64)];
  const stem = inputs > 1 ? `${name.slice(0, 58)}_` : 'channel';
  return Array.from({ length: width }, (_, i) => `${stem}${i + 1}`);
}

const SCORE = /score|anomal|error|loss|mse|distance|residual/i;
const CLASS = /label|class|prob|pred|softmax|logit/i;

function guessOutput(model: Model, port: ValueShape, states: readonly StatePair[]): OutputGuess {
  const state = states.find((pair) => pair.output === port.name);
  const isString = elementTypeName(port.elementType) === 'string';
  const structure = structuresOf(model).get(port.name);
  const labels =
    structure?.kind === 'maps' ? structure.labels : isString ? (classLabels(model) ?? ['FILL-IN']) : [];
  const isSingle = port.dims.slice(1).every((dim) => dim === 1);
  const kind = (): OutputGuess['kind'] => {
    if (state) return 'state';
    if (isString || labels.length > 0 || CLASS.test(port.name)) return 'class';
    if (SCORE.test(port.name) && isSingle) return 'anomaly-score';
    return /attrib|contrib/i.test(port.name) ? 'attribution' : 'value';
  };
  return {
    name: outputName(port.name),
    tensor: port.name,
    shape: described(port),
    kind: kind(),
    labels,
    batchAxis: state?.batchAxis ?? 0,
  };
}

function outputName(tensor: string): string {
  return tensor.slice(-64);
}

/** The names of classes that a classifier of the graph holds. */
function classLabels(model: Model): string[] | undefined {
  for (const node of allNodes(model.graph)) {
    const strings = node.attribute?.find((a) => a.name === 'classlabels_strings')?.strings;
    if (strings?.length) return strings.map((s) => fromUtf8(s));
  }
  return undefined;
}

function precisionOf(model: Model): Guess['precision'] {
  for (const { opType } of allNodes(model.graph))
    if (/Quantize|QLinear|Integer$/.test(opType ?? '')) return 'int8';
  return model.graph.initializer?.some((t) => t.dataType === FLOAT16) ? 'fp16' : 'fp32';
}

function described({ elementType, dims }: ValueShape): string {
  return `${elementTypeName(elementType)} [${dims.map((dim) => (dim === '' ? '?' : dim)).join(', ')}]`;
}
