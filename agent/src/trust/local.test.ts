import { utf8 } from '@skerry/proto/bytes';
import { digestOf } from '@skerry/proto/crypto';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import { tufKey } from '@skerry/proto/tuf/metadata';
import { addTarget, createRoot, emptyTargets, signMetadata, signTargets } from '@skerry/proto/tuf/repository';
import { expect, test } from 'vitest';
import { type LocalRelease, verifyLocalRelease } from './local.ts';

const NOW = Date.parse('2026-11-20T09:00:00Z');
const DAY_MS = 86_400_000;
const seed = (n: number): Uint8Array => new Uint8Array(32).fill(n);
const publicOf = (n: number) => tufKey(nodeCrypto.publicKey(seed(n)));
const manifestBytes = utf8('{"a":"packed manifest"}');

const rootBytes = signMetadata(
  nodeCrypto,
  createRoot(nodeCrypto, { operatorKeys: [publicOf(1)], onlineKey: publicOf(2), nowMs: NOW }),
  [seed(1)],
);

function targetsBytes(signer = 1): Uint8Array {
  const target = {
    path: 'pump/1.0.0',
    digest: digestOf(nodeCrypto, manifestBytes),
    lengthBytes: manifestBytes.length,
  };
  return signTargets(nodeCrypto, addTarget(emptyTargets(NOW), target), {
    nowMs: NOW,
    privateKeys: [seed(signer)],
  });
}

const verify = (change: Partial<LocalRelease> = {}) =>
  verifyLocalRelease(nodeCrypto, {
    rootBytes,
    targetsBytes: targetsBytes(),
    name: 'pump',
    version: '1.0.0',
    manifestBytes,
    nowMs: NOW,
    allowUnsigned: false,
    activatedBefore: false,
    ...change,
  });

test('a release from disk runs when the operator of the given root signed it', () => {
  expect(verify()).toBe('signed');
});

test('an unsigned one does not, and says what to do', () => {
  expect(() => verify({ targetsBytes: undefined })).toThrow('pump@1.0.0 is not signed');
  expect(() => verify({ rootBytes: undefined })).toThrow('no root says who may sign it');
});

test('allowUnsigned lets through what has no signature, and nothing with a wrong one', () => {
  expect(verify({ allowUnsigned: true, targetsBytes: undefined })).toBe('unsigned');
  expect(() => verify({ allowUnsigned: true, targetsBytes: targetsBytes(3) })).toThrow(/signatures/);
});

test('other bytes, another version and another signer are refused', () => {
  expect(() => verify({ manifestBytes: utf8('{"b":"packed manifest"}') })).toThrow('other bytes');
  expect(() => verify({ version: '1.0.1' })).toThrow('not among the signed targets');
  expect(() => verify({ targetsBytes: targetsBytes(2) })).toThrow(/targets metadata refused \(signatures\)/);
});

test('after expiry nothing new runs, and what ran before still does', () => {
  const nowMs = NOW + 91 * DAY_MS;
  expect(() => verify({ nowMs })).toThrow(/targets metadata refused \(expired\)/);
  expect(verify({ nowMs, activatedBefore: true })).toBe('signed');
});
