/** The first model.yaml of a graph: complete enough to be read, with a comment wherever a person has to decide. */
import type { Guess, InputGuess, OutputGuess } from './guess.ts';

/** The text. `file` is the model's, beside it. */
export function firstManifest(guess: Guess, release: { name: string; file: string }): string {
  const { channels, length, isFree, inputs, outputs, precision } = guess;
  const judged = outputs.some(({ kind }) => kind === 'anomaly-score');
  return `apiVersion: skerry/v1
kind: Release
name: ${text(release.name)}
${noted('version: 0.1.0', 'immutable once pushed: count up with every change')}
${noted('description: ""', 'SET: what it watches, and what it was trained on')}
license: ""

window:
${noted('  channels:', 'SET: names as agent.yaml maps them, units, and what a working sensor can say')}
${channels.map((name) => `    - { name: ${text(name)}, unit: "" }   # range: [low, high]`).join('\n')}
${isFree.width ? '  # SET: the model takes any number of channels: list them all.\n' : ''}${noted('  rate: 1Hz', 'SET: ticks as in training; `any`: consecutive samples, whatever their spacing')}
${isFree.length ? noted(`  length: ${length}`, 'SET: the model takes any length') : `  length: ${length}`}
${noted(`  hop: ${length}`, 'samples from one window to the next; less overlaps them')}
  missing: interpolate
${noted('  maxGap: 5s', 'a longer gap leaves the window out')}
  lateness: 0s

${noted('input:', "normalize: { mean: [one a channel], std: […] } where the graph doesn't itself")}
${inputs.map((input) => inputLine(input, inputs)).join('\n')}

output:
${outputs.map(outputLine).join('\n')}
${judged ? '' : '# Alerts come of an output with a threshold: kind anomaly-score or value, threshold: 0.8, sustain: 3.\n'}
variants:
  - { name: ${precision}, file: ${text(release.file)}, precision: ${precision} }

# golden: { file: golden.pb, rtol: 0.01, atol: 0.001 }              # written by: skerry-model golden
# drift: { reference: reference.pb, input: { psi: { alert: 0.2 } } }  # written by: skerry-model profile
limits: { latencyP95: 50ms, errorRate: 1% }
${noted('provenance: {}', 'dataset, code, metrics: whoever approves it will ask')}
`;
}

function noted(line: string, comment: string): string {
  return `${line.padEnd(30)} # ${comment}`;
}

function inputLine(input: InputGuess, all: readonly InputGuess[]): string {
  const parts = [`tensor: ${text(input.tensor)}`];
  switch (input.source) {
    case 'window':
      parts.push(`layout: [${input.layout.join(', ')}]`);
      if (all.filter(({ source }) => source === 'window').length > 1)
        parts.push(`channels: [${input.channels.map(text).join(', ')}]`);
      break;
    case 'state':
      parts.push(`state: ${text(input.state)}`);
      break;
    case 'device':
      parts.push('from: device');
      break;
    case 'value':
      parts.push(`value: ${JSON.stringify(input.value)}`);
      break;
  }
  const note = input.source === 'value' ? `SET, ${input.shape}` : input.shape;
  return `  - { ${parts.join(', ')} }   # ${note}`;
}

function outputLine({ name, tensor, shape, kind, labels, batchAxis }: OutputGuess): string {
  const parts = [`name: ${text(name)}`, `tensor: ${text(tensor)}`, `kind: ${kind}`];
  if (kind === 'anomaly-score') parts.push('threshold: 1', 'sustain: 3');
  if (batchAxis !== 0) parts.push(`batchAxis: ${batchAxis}`);
  if (labels.length > 0) parts.push(`labels: [${labels.map(text).join(', ')}]`);
  const note =
    kind === 'anomaly-score'
      ? `SET the threshold; ${shape}`
      : kind === 'value'
        ? `value, class, anomaly-score or attribution? ${shape}`
        : shape;
  return `  - { ${parts.join(', ')} }   # ${note}`;
}

const PLAIN = /^[A-Za-z][A-Za-z0-9_.-]*$/;
const RESERVED = /^(?:true|false|null|yes|no|on|off|y|n|inf|nan)$/i;

function text(value: string): string {
  return PLAIN.test(value) && !RESERVED.test(value) ? value : JSON.stringify(value);
}
