import { parseDocument } from '@skerry/proto/document';
import { releaseManifest } from '@skerry/proto/release';
import { describe, expect, test } from 'vitest';
import { MODEL_YAML } from '../../node/testing.ts';
import { type Candidate, failuresOf, type PreflightAgent, warningsOf } from './preflight-checks.ts';
import type { PipelineInfo } from './reported.ts';

const MIB = 2 ** 20;

function manifestOf(version: string, changes: Record<string, string> = {}) {
  let text = MODEL_YAML('press', version);
  for (const [from, to] of Object.entries(changes)) text = text.replace(from, to);
  return parseDocument(text, releaseManifest, { file: 'model.yaml' });
}

const PIPELINE = {
  name: 'p',
  release: 'press@1.0.0',
  releaseDigest: 'old',
  channels: ['value'],
} as PipelineInfo;

function judge(
  release: Partial<Candidate>,
  agent: Partial<PreflightAgent> = {},
): { fails: string[]; warns: string[] } {
  const candidate: Candidate = {
    digest: 'new',
    sizeBytes: 3 * MIB,
    manifest: manifestOf('2.0.0'),
    opsets: [],
    windows: {},
    isShadow: false,
    ...release,
  };
  const of = { version: '0.1.0', facts: {}, ...agent };
  const known = (reasons: (string | undefined)[]) => reasons.filter((reason) => reason !== undefined);
  return {
    fails: known(failuresOf(candidate, of, PIPELINE)),
    warns: known(warningsOf(candidate, of, PIPELINE)),
  };
}

test('what is to run beside what serves needs an agent that can, and windows that are cut alike', () => {
  const facts = { shadow: '1' };
  const other = manifestOf('1.0.0', { 'length: 4': 'length: 8' }).window;
  const alike = manifestOf('1.0.0').window;
  expect(other).not.toEqual(alike);
  const shadow = { isShadow: true, windows: { old: other } };
  expect(judge(shadow, { facts }).fails).toEqual([expect.stringMatching(/not those of press@1\.0\.0/)]);
  expect(judge({ ...shadow, isShadow: false }, { facts }).fails).toEqual([]);
  expect(judge({ isShadow: true, windows: { old: alike } }, { facts })).toEqual({ fails: [], warns: [] });
  expect(judge({ isShadow: true, windows: { old: alike } }).warns).toEqual([
    'it can run no release beside what serves: shadow stages leave it out',
  ]);
});

test('an agent that says nothing of itself isn’t judged', () => {
  expect(judge({ opsets: [{ '': 99 }] })).toEqual({ fails: [], warns: [] });
});

describe('an agent that a release would fail on', () => {
  const requires = (agent: string) =>
    manifestOf('2.0.0', { 'variants:': `requires: { agent: ${agent} }\nvariants:` });

  test('is too old, where the release requires a newer one', () => {
    expect(judge({ manifest: requires('0.2.0') }).fails).toEqual([
      'its agent is 0.1.0, the release requires 0.2.0',
    ]);
    expect(judge({ manifest: requires('0.1.0') }).fails).toEqual([]);
    expect(judge({ manifest: requires('0.2.0') }, { version: 'my own build' }).fails).toEqual([]);
  });

  test('has a runtime that knows none of the operator sets that the variants ask for', () => {
    const facts = { opset: '21', opsetMl: '5' };
    expect(judge({ opsets: [{ '': 23, 'ai.onnx.ml': 3 }] }, { facts }).fails).toEqual([
      'its runtime knows operator set 21, the release asks for 23',
    ]);
    expect(judge({ opsets: [{ '': 17, 'ai.onnx.ml': 6 }] }, { facts }).fails).toEqual([
      'its runtime knows operator set ai.onnx.ml 5, the release asks for 6',
    ]);
    expect(judge({ opsets: [{ '': 23 }, { '': 17 }] }, { facts }).fails).toEqual([]);
    expect(judge({ opsets: [{ '': 17, 'com.microsoft': 99 }] }, { facts }).fails).toEqual([]);
  });

  test('takes the channel in another unit', () => {
    const unit = (text: string) => ({ '{ name: value }': `{ name: value, unit: "${text}" }` });
    const windows = { old: manifestOf('1.0.0', unit('Cel')).window };
    expect(judge({ manifest: manifestOf('2.0.0', unit('[degF]')), windows }).fails).toEqual([
      'channel value is in Cel for press@1.0.0, which serves there, and in [degF] for this one',
    ]);
    expect(judge({ manifest: manifestOf('2.0.0', unit('Cel')), windows }).fails).toEqual([]);
    expect(judge({ manifest: manifestOf('2.0.0'), windows }).fails).toEqual([]);
  });

  test('has no backend, or no room', () => {
    expect(judge({}, { facts: { backends: '', diskFreeMiB: '2' } }).fails).toEqual([
      'it has no inference backend',
      'free disk is 2 MiB, the release needs 3 MiB',
    ]);
    expect(judge({}, { facts: { backends: 'wasm', diskFreeMiB: 'unknown' } }).fails).toEqual([]);
  });
});

describe('an agent with something to know', () => {
  test('is metered, and how long the release takes to come', () => {
    expect(judge({}, { facts: { metered: 'true', meteredBytesPerHour: `${MIB}` } }).warns).toEqual([
      'its link is metered: the release takes at least 3h 0m to come',
    ]);
    expect(judge({}, { facts: { metered: 'true', meteredBytesPerHour: `${10 * MIB}` } }).warns).toEqual([
      'its link is metered',
    ]);
  });

  test('serves a release that takes another rate', () => {
    const windows = { old: manifestOf('1.0.0', { '1Hz': '10Hz' }).window };
    expect(judge({ windows }).warns).toEqual([
      'press@1.0.0, which serves there, takes 10 samples a second, and this one 1',
    ]);
  });
});
