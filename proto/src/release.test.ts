import { describe, expect, test } from 'vitest';
import { parseDocument } from './document.ts';
import { channelsOf, inputsOf, type ReleaseManifest, releaseManifest, sourceOf } from './release.ts';

/** A release with these inputs and outputs; windows of two channels and four ticks. */
function manifest(input: string, output = '[{ name: y, tensor: y, kind: value }]'): ReleaseManifest {
  return parseDocument(
    `
apiVersion: skerry/v1
kind: Release
name: press
version: 1.0.0
window: { channels: [{ name: a }, { name: b }], rate: 1Hz, length: 4 }
input: ${input}
output: ${output}
variants: [{ name: fp32, file: m.onnx, precision: fp32 }]
`,
    releaseManifest,
    { file: 'model.yaml' },
  );
}

describe('what a model is given', () => {
  test('is the whole window unless something else is said', () => {
    const release = manifest('{ tensor: x }');
    const [input] = inputsOf(release);
    expect(input).toEqual({ tensor: 'x', layout: ['batch', 'time', 'channel'] });
    expect([sourceOf(input!), channelsOf(release, input!)]).toEqual(['window', [0, 1]]);
  });

  test('may be several things at once', () => {
    const release = manifest(
      `
  - { tensor: x, channels: [b], layout: [time, batch, 1] }
  - { tensor: h, state: memory }
  - { tensor: who, from: device }
  - { tensor: gain, value: 2 }`,
      '[{ name: y, tensor: y, kind: value }, { name: memory, tensor: h_out, kind: state, batchAxis: 1 }]',
    );
    const inputs = inputsOf(release);
    expect(inputs.map(sourceOf)).toEqual(['window', 'state', 'device', 'value']);
    expect(channelsOf(release, inputs[0]!)).toEqual([1]);
    expect(release.output[1]!.batchAxis).toBe(1);
  });

  test.each([
    ['{ tensor: x, layout: [batch, channel] }', 'without time, expected windows of length 1'],
    ['{ tensor: x, layout: [batch, time] }', 'without channel, expected a single channel'],
    ['{ tensor: x, layout: [batch, feature, time] }', 'feature is time and channel in one'],
    ['{ tensor: x, layout: [batch, time, time, channel] }', '"time" stands twice'],
    ['{ tensor: x, channels: [c] }', '"c" is no channel of the window'],
    [
      '{ tensor: x, channels: [a], normalize: { mean: [1, 2], std: [1, 2] } }',
      'expected 1 numbers, one per channel',
    ],
    ['{ tensor: gain, value: 2 }', 'expected at least one input that takes the window'],
    ['[{ tensor: x }, { tensor: h, state: m }]', 'expected an output of kind state: there is none'],
    ['[{ tensor: x }, { tensor: x, value: 1 }]', '"x" stands twice'],
    ['[{ tensor: x }, { tensor: n, from: device, value: 1 }]', 'either a value or where it comes from'],
    [
      '[{ tensor: x }, { tensor: n, from: device, channels: [a] }]',
      'goes with an input that takes the window',
    ],
  ])('%s is refused: %s', (input, why) => {
    expect(() => manifest(input)).toThrow(why);
  });

  test('a state that no input gets back is refused', () => {
    expect(() => manifest('{ tensor: x }', '[{ name: h, tensor: h, kind: state }]')).toThrow(
      'expected one input with state: h',
    );
  });
});

describe('provenance', () => {
  const from = (provenance: string): ReleaseManifest['provenance'] =>
    manifest(`{ tensor: x }\nprovenance: ${provenance}`).provenance;

  test('says of what, by what and from which release it was made, and whatever else its maker notes', () => {
    expect(
      from('{ dataset: sha256:ab, code: git@3f9a, parent: press@0.9.0, metrics: { auc: 0.93 }, seeds: [1] }'),
    ).toEqual({
      dataset: 'sha256:ab',
      code: 'git@3f9a',
      parent: 'press@0.9.0',
      metrics: { auc: 0.93 },
      seeds: [1],
    });
  });

  test('names its parent by name and version', () => {
    for (const parent of ['press', 'press@latest', '"press@1.0.0@2"'])
      expect(() => from(`{ parent: ${parent} }`)).toThrow(/provenance\.parent: expected NAME@VERSION/);
  });
});
