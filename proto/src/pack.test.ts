import { expect, test } from 'vitest';
import { utf8 } from './bytes.ts';
import { canonicalJson } from './canonical.ts';
import { parseDocument } from './document.ts';
import { nodeCrypto } from './node/crypto.ts';
import { packRelease, readPackedRelease } from './pack.ts';
import { releaseManifest } from './release.ts';

const text = `
apiVersion: skerry/v1
kind: Release
name: press
version: 1.2.0
window: { channels: [{ name: a }], rate: any, length: 8, hop: 1 }
input: { tensor: x }
output: [{ name: score, tensor: s, kind: anomaly-score, threshold: 1 }]
variants: [{ name: fp32, file: m.onnx, precision: fp32 }]
`;
const manifest = parseDocument(text, releaseManifest, { file: 'model.yaml' });
const files = new Map([
  ['model.yaml', utf8(text)],
  ['m.onnx', utf8('weights')],
]);

test('the same files always have the same release digest, and any changed byte another one', () => {
  const { release } = packRelease(nodeCrypto, manifest, files);
  expect(packRelease(nodeCrypto, manifest, new Map(files)).release.digest).toBe(release.digest);
  const altered = new Map(files).set('m.onnx', utf8('weightz'));
  expect(packRelease(nodeCrypto, manifest, altered).release.digest).not.toBe(release.digest);
});

test('a packed release names its files and reads back', () => {
  const { release, blobs } = packRelease(nodeCrypto, manifest, files);
  const read = readPackedRelease(nodeCrypto, release.manifestBytes);
  expect(read).toEqual(release);
  for (const ref of read.files.values()) expect(blobs.get(ref.digest)?.length).toBe(ref.sizeBytes);
});

test('a manifest that names a missing file, or climbs out of its folder, is refused', () => {
  expect(() => packRelease(nodeCrypto, manifest, new Map([['model.yaml', utf8(text)]]))).toThrow(
    /m\.onnx, which is missing/,
  );
  const { release } = packRelease(nodeCrypto, manifest, files);
  const climbing = new TextDecoder().decode(release.manifestBytes).replace('"m.onnx"', '"../m.onnx"');
  expect(() => readPackedRelease(nodeCrypto, utf8(climbing))).toThrow(/file path/);
});

test('canonical JSON sorts keys, drops undefined and refuses what JSON cannot carry', () => {
  expect(canonicalJson({ b: [1, 'é', null], a: { d: undefined, c: 1e21 } })).toBe(
    '{"a":{"c":1e+21},"b":[1,"é",null]}',
  );
  expect(() => canonicalJson({ a: Number.NaN })).toThrow(TypeError);
});
