import { expect, test } from 'vitest';
import { z } from 'zod';
import { parseDocument } from './document.ts';
import { releaseManifest } from './release.ts';
import { duration, size } from './schema.ts';

const schema = z.strictObject({
  wait: duration,
  buffer: z.strictObject({ maxBytes: size }).optional(),
  secret: z.string().optional(),
});

function refusal(text: string, env = {}): string {
  try {
    parseDocument(text, schema, { file: 'agent.yaml', env });
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('it was accepted');
}

test('durations and sizes arrive as milliseconds and bytes', () => {
  expect(parseDocument('wait: 1.5s\nbuffer: { maxBytes: 4MiB }', schema, { file: 'f' })).toEqual({
    wait: 1_500,
    buffer: { maxBytes: 4 * 1024 ** 2 },
  });
});

test('every error is told at once, with its line, its path and what was expected', () => {
  const message = refusal('wait: soon\nbuffer:\n  maxBytes: 5 apples\n  maxByte: 1\n');
  expect(message).toContain('agent.yaml is refused');
  expect(message).toContain('line 1: wait: "soon" is no duration');
  expect(message).toContain('line 3: buffer.maxBytes: "5 apples" is no size');
  expect(message).toContain('line 4: buffer.maxByte: not a key here');
});

test('a key that must be there and is not is called missing', () => {
  expect(refusal('buffer: {}\n')).toContain('line 1: buffer.maxBytes: missing; expected string');
});

test('malformed YAML is refused with its line', () => {
  expect(refusal('wait: 1s\n  bad: [')).toMatch(/line 2/);
});

test('${NAME} expands from the environment; unset is an error; $${ is literal', () => {
  const env = { PW: 'geheim' };
  expect(parseDocument('wait: 1s\nsecret: "${PW}!"', schema, { file: 'f', env }).secret).toBe('geheim!');
  expect(parseDocument('wait: 1s\nsecret: "$${PW}"', schema, { file: 'f', env }).secret).toBe('${PW}');
  expect(refusal('wait: 1s\nsecret: ${NOPE}', env)).toContain('line 2: environment variable NOPE is not set');
});

test('${NAME} needs no quotes between braces and brackets', () => {
  const open = z.strictObject({
    mqtt: z.strictObject({ user: z.string(), password: z.string() }),
    list: z.array(z.string()),
  });
  const text = 'mqtt: { user: u, password: ${PW} }\nlist: [${PW}, a-${PW}, $${PW}] # ${ignored}';
  expect(parseDocument(text, open, { file: 'f', env: { PW: 'a: {b} #c' } })).toEqual({
    mqtt: { user: 'u', password: 'a: {b} #c' },
    list: ['a: {b} #c', 'a-a: {b} #c', '${PW}'],
  });
});

test('a syntax error is not drowned in what follows from it', () => {
  expect(refusal('wait: { a: ${PW }\nsecret: x\nbuffer: {}\n').split('\n').length).toBeLessThanOrEqual(4);
});

test('a release manifest is checked as a whole: counts, names and paths', () => {
  const text = `
apiVersion: skerry/v1
kind: Release
name: press
version: 1.2
window: { channels: [{ name: a, range: [2, 1] }, { name: a }], rate: 1Hz, length: 8, hop: 9 }
input: { tensor: x, normalize: { mean: [0], std: [1] } }
output: [{ name: score, tensor: s, kind: anomaly-score }]
variants: [{ name: fp32, file: ../m.onnx, precision: fp32 }]
`;
  let message = '';
  try {
    parseDocument(text, releaseManifest, { file: 'model.yaml' });
  } catch (error) {
    message = (error as Error).message;
  }
  expect(message).toContain('version: ');
  const corrected = text.replace('version: 1.2\n', 'version: 1.2.0\n');
  try {
    parseDocument(corrected, releaseManifest, { file: 'model.yaml' });
  } catch (error) {
    message = (error as Error).message;
  }
  for (const part of ['window.hop', '"a" stands twice', 'input.normalize.mean', 'range', '../m.onnx'])
    expect(message).toContain(part);
});
