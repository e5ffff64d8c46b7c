/**
 * A release's models against its manifest, as it is read from disk to be packed: what an agent couldn't run is refused
 * here, with the reason and what to do, and graphs that take or give anything but tensors are rewritten (onnx/plain.ts).
 * Every program that packs a release does it through this, so all come to the same digest.
 */
import { messageOf, SkerryError } from './errors.ts';
import { acceptModel } from './onnx/check.ts';
import { inputsOfGraph, type Model, outputsOfGraph, shapeOf, type ValueShape } from './onnx/graph.ts';
import { structuresOf } from './onnx/structures.ts';
import { elementTypeName } from './onnx/tensor.ts';
import { channelsOf, inputsOf, type ReleaseInput, type ReleaseManifest, sourceOf } from './release.ts';

/** Files of a release, its models as plain tensors. */
export interface AcceptedRelease {
  files: Map<string, Uint8Array>;
  /** What was rewritten, one line each. */
  changes: string[];
}

/** Throws SkerryError `invalid` with everything that is wrong, each with the file's name. */
export function acceptModels(
  manifest: ReleaseManifest,
  files: ReadonlyMap<string, Uint8Array>,
): AcceptedRelease {
  const accepted = new Map(files);
  const changes: string[] = [];
  const problems: string[] = [];
  for (const file of new Set(manifest.variants.map((variant) => variant.file))) {
    const bytes = files.get(file);
    if (!bytes || !file.endsWith('.onnx')) continue;
    try {
      const plain = acceptModel(bytes);
      accepted.set(file, plain.bytes);
      changes.push(...plain.changes.map((change) => `${file}: ${change}`));
      problems.push(...mismatches(manifest, plain.model).map((problem) => `${file}: ${problem}`));
    } catch (error) {
      if (!(error instanceof SkerryError)) throw error;
      problems.push(`${file}: ${messageOf(error)}${error.hint ? ` (${error.hint})` : ''}`);
    }
  }
  if (problems.length === 0) return { files: accepted, changes };
  const [first] = problems;
  throw new SkerryError(
    'invalid',
    problems.length === 1 ? first! : `the models don't fit:\n  ${problems.join('\n  ')}`,
    { hint: 'correct model.yaml, or export the model anew; nothing was packed' },
  );
}

function mismatches(manifest: ReleaseManifest, model: Model): string[] {
  return [...inputMismatches(manifest, model), ...outputMismatches(manifest, model)];
}

function inputMismatches(manifest: ReleaseManifest, model: Model): string[] {
  const problems: string[] = [];
  const graph = inputsOfGraph(model).map(shapeOf);
  const inputs = inputsOf(manifest);
  for (const { name } of graph)
    if (!inputs.some((input) => input.tensor === name))
      problems.push(
        `the model also wants "${name}": name it under input (window, state, value or from: device)`,
      );
  for (const input of inputs) {
    const port = graph.find(({ name }) => name === input.tensor);
    if (!port) problems.push(`the model has no input "${input.tensor}"; it has ${listOf(graph)}`);
    else if (sourceOf(input) === 'window') problems.push(...windowMismatches(manifest, input, port));
    else if (sourceOf(input) === 'device' && elementTypeName(port.elementType) !== 'string')
      problems.push(
        `input "${port.name}" wants ${elementTypeName(port.elementType)}; a device's id is a string`,
      );
  }
  return problems;
}

function windowMismatches(manifest: ReleaseManifest, input: ReleaseInput, port: ValueShape): string[] {
  if (elementTypeName(port.elementType) === 'string')
    return [`input "${port.name}" wants strings; windows are numbers: give it a value, or from: device`];
  // A graph may leave the shape out altogether.
  if (port.dims.length === 0) return [];
  const { layout } = input;
  if (port.dims.length !== layout.length)
    return [
      `input "${port.name}" has the dimensions [${port.dims.join(', ')}], and its layout [${layout.join(', ')}]`,
    ];
  const width = channelsOf(manifest, input).length;
  const { length } = manifest.window;
  const sizes = { batch: undefined, time: length, channel: width, feature: length * width };
  return layout.flatMap((axis, i) => {
    const [is, wants] = [axis === 1 ? 1 : sizes[axis], port.dims[i]];
    return typeof wants !== 'number' || wants <= 0 || is === undefined || is === wants
      ? []
      : [`input "${port.name}" wants ${wants} at "${axis}", and the window has ${is}`];
  });
}

function outputMismatches(manifest: ReleaseManifest, model: Model): string[] {
  const problems: string[] = [];
  const graph = outputsOfGraph(model);
  const structures = structuresOf(model);
  for (const output of manifest.output) {
    const port = graph.find(({ name }) => name === output.tensor);
    if (!port) {
      problems.push(`the model has no output "${output.tensor}"; it has ${listOf(graph)}`);
      continue;
    }
    const type = elementTypeName(port.elementType);
    if (type === 'string' && !output.labels)
      problems.push(
        `output "${output.name}" gives strings: list them under labels, in the order of their numbers`,
      );
    const structure = structures.get(output.tensor);
    if (structure?.kind === 'maps' && output.labels && output.labels.join() !== structure.labels.join())
      problems.push(
        `output "${output.name}" has the labels ${output.labels.join(', ')}, and the model ${structure.labels.join(', ')}`,
      );
    const input = inputsOf(manifest).find((i) => i.state === output.name);
    const into = inputsOfGraph(model)
      .map(shapeOf)
      .find(({ name }) => name === input?.tensor);
    if (into && elementTypeName(into.elementType) !== type)
      problems.push(
        `state "${output.name}" is ${type} as output "${port.name}", and ${elementTypeName(into.elementType)} as input "${into.name}"`,
      );
  }
  return problems;
}

function listOf(ports: readonly ValueShape[]): string {
  return ports
    .map(({ name, elementType, dims }) => `${name}: ${elementTypeName(elementType)} [${dims.join(', ')}]`)
    .join(', ');
}
