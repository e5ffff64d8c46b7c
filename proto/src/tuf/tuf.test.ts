import { createPublicKey, verify } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fromUtf8, toHex, utf8 } from '../bytes.ts';
import { nodeCrypto } from '../node/crypto.ts';
import { tufCanonicalJson } from './canonical.ts';
import { keyId, metadataBytes, parseMetadata, type TargetsSigned, tufKey } from './metadata.ts';
import {
  addTarget,
  createRoot,
  createSnapshot,
  createTimestamp,
  emptyTargets,
  removeTarget,
  signMetadata,
  signTargets,
} from './repository.ts';
import {
  ed25519Check,
  type SignatureCheck,
  verifyFirstRoot,
  verifyNextRoot,
  verifyNotExpired,
  verifySignatures,
  verifySnapshot,
  verifyTargets,
  verifyTimestamp,
} from './verify.ts';

const NOW = Date.parse('2026-11-20T09:00:00Z');
const check = ed25519Check(nodeCrypto);
const seed = (n: number): Uint8Array => new Uint8Array(32).fill(n);
const publicOf = (n: number) => tufKey(nodeCrypto.publicKey(seed(n)));
const [OPERATOR, SERVER, OTHER] = [1, 2, 3];
const release = { path: 'pump/1.2.0', digest: `sha256:${'ab'.repeat(32)}`, lengthBytes: 321 };

function root(version = 1, operator = OPERATOR, signers = [operator]) {
  const signed = createRoot(nodeCrypto, {
    operatorKeys: [publicOf(operator)],
    onlineKey: publicOf(SERVER),
    nowMs: NOW,
    version,
  });
  return parseMetadata('root', signMetadata(nodeCrypto, signed, signers.map(seed)));
}

function targets(content: TargetsSigned = addTarget(emptyTargets(NOW), release), signer = OPERATOR) {
  return parseMetadata(
    'targets',
    signTargets(nodeCrypto, content, { nowMs: NOW, privateKeys: [seed(signer)] }),
  );
}

describe('canonical form', () => {
  test('keys are sorted, and only quotes and backslashes are escaped', () => {
    const value = { b: 'line\nbreak "q" \\', a: [1, true, null] };
    expect(tufCanonicalJson(value)).toBe('{"a":[1,true,null],"b":"line\nbreak \\"q\\" \\\\"}');
  });

  test('a fraction has no canonical form', () => {
    expect(() => tufCanonicalJson({ x: 1.5 })).toThrow(TypeError);
  });
});

describe('signatures', () => {
  test('what the operator signed holds, and with one digit changed it is refused', () => {
    const signed = targets();
    verifySignatures(check, root().signed, signed);
    const text = fromUtf8(signed.bytes);
    const altered = parseMetadata('targets', utf8(text.replace('"length":321', '"length":322')));
    expect(() => verifySignatures(check, root().signed, altered)).toThrow(/refused \(signatures\)/);
  });

  test("the server's key can't sign targets", () => {
    expect(() => verifySignatures(check, root().signed, targets(undefined, SERVER))).toThrow(
      /targets metadata refused \(signatures\): 0 of the 1/,
    );
  });

  test('one key counts once, however many ids and signatures bear its name', () => {
    const two = createRoot(nodeCrypto, {
      operatorKeys: [publicOf(OPERATOR), publicOf(OTHER)],
      onlineKey: publicOf(SERVER),
      nowMs: NOW,
      threshold: 2,
    });
    const id = keyId(nodeCrypto, publicOf(OPERATOR));
    const alias = 'f'.repeat(64);
    const aliased = {
      ...two,
      keys: { ...two.keys, [alias]: publicOf(OPERATOR) },
      roles: { ...two.roles, targets: { keyids: [id, alias], threshold: 2 } },
    };
    const once = targets();
    const sig = once.signatures[0]!.sig;
    const twice = [
      { keyid: id, sig },
      { keyid: id, sig },
      { keyid: alias, sig },
    ];
    const offered = parseMetadata('targets', metadataBytes(once.signed, twice));
    expect(() => verifySignatures(check, aliased, offered)).toThrow(/1 of the 2/);
    const operator = publicOf(OPERATOR);
    const shouted = { ...operator, keyval: { public: operator.keyval.public.toUpperCase() } };
    const cased = { ...aliased, keys: { ...aliased.keys, [alias]: shouted } };
    expect(() => verifySignatures(check, cased, offered)).toThrow(/1 of the 2/);
  });

  test('members that nobody knows are signed over too', () => {
    const signed = { ...emptyTargets(NOW), version: 1, 'x-note': 'kept' };
    const offered = parseMetadata('targets', signMetadata(nodeCrypto, signed, [seed(OPERATOR)]));
    verifySignatures(check, root().signed, offered);
    expect(fromUtf8(offered.signedBytes)).toContain('"x-note":"kept"');
  });
});

describe('root', () => {
  test('the next root needs the old key and the new', () => {
    const trusted = root().signed;
    verifyNextRoot(check, trusted, root(2, OTHER, [OPERATOR, OTHER]));
    expect(() => verifyNextRoot(check, trusted, root(2, OTHER, [OTHER]))).toThrow(/signatures/);
    expect(() => verifyNextRoot(check, trusted, root(2, OTHER, [OPERATOR]))).toThrow(/signatures/);
  });

  test('neither the same version again nor a step over one is a next root', () => {
    expect(() => verifyNextRoot(check, root(3).signed, root(3))).toThrow(/rollback/);
    expect(() => verifyNextRoot(check, root(3).signed, root(5))).toThrow(/version 5 offered, 4 is next/);
  });

  test('a root that its own keys did not sign is no first root', () => {
    verifyFirstRoot(check, root());
    expect(() => verifyFirstRoot(check, root(1, OPERATOR, [OTHER]))).toThrow(/signatures/);
  });

  test("the server's key can't be an operator's", () => {
    const options = { operatorKeys: [publicOf(SERVER)], onlineKey: publicOf(SERVER), nowMs: NOW };
    expect(() => createRoot(nodeCrypto, options)).toThrow(/use another key|also an operator/);
  });
});

describe('snapshot and timestamp', () => {
  const online = (signed: Parameters<typeof signMetadata>[1]) =>
    signMetadata(nodeCrypto, signed, [seed(SERVER)]);
  const snapshotOf = (of: { bytes: Uint8Array; signed: { version: number } }, version: number) =>
    parseMetadata(
      'snapshot',
      online(
        createSnapshot(nodeCrypto, {
          targetsBytes: of.bytes,
          targetsVersion: of.signed.version,
          version,
          nowMs: NOW,
        }),
      ),
    );
  const timestampOf = (of: { bytes: Uint8Array; signed: { version: number } }, version: number) =>
    parseMetadata(
      'timestamp',
      online(
        createTimestamp(nodeCrypto, {
          snapshotBytes: of.bytes,
          snapshotVersion: of.signed.version,
          version,
          nowMs: NOW,
        }),
      ),
    );

  test('a whole repository verifies from the root down', () => {
    const t = targets();
    const s = snapshotOf(t, 1);
    const ts = timestampOf(s, 1);
    const { signed } = root();
    verifyTimestamp(check, signed, undefined, ts);
    verifySnapshot(nodeCrypto, check, signed, ts.signed.meta['snapshot.json'], undefined, s.bytes);
    verifyTargets(nodeCrypto, check, signed, s.signed.meta['targets.json']!, t.bytes);
  });

  test('a timestamp may repeat its version, and neither it nor its snapshot may go back', () => {
    const { signed } = root();
    const [s1, s2] = [snapshotOf(targets(), 1), snapshotOf(targets(), 2)];
    const trusted = timestampOf(s2, 5).signed;
    verifyTimestamp(check, signed, trusted, timestampOf(s2, 5));
    expect(() => verifyTimestamp(check, signed, trusted, timestampOf(s2, 4))).toThrow(/rollback/);
    expect(() => verifyTimestamp(check, signed, trusted, timestampOf(s1, 6))).toThrow(/names snapshot 1/);
  });

  test('a snapshot that the timestamp does not name is refused, and so is one with older targets', () => {
    const { signed } = root();
    const t2 = targets(addTarget({ ...emptyTargets(NOW), version: 1 }, release));
    const old = snapshotOf(targets(), 2);
    const trusted = snapshotOf(t2, 1);
    const verify = (named: ReturnType<typeof timestampOf>) => () =>
      verifySnapshot(
        nodeCrypto,
        check,
        signed,
        named.signed.meta['snapshot.json'],
        trusted.signed,
        old.bytes,
      );
    expect(verify(timestampOf(trusted, 2))).toThrow(/mismatch/);
    expect(verify(timestampOf(old, 2))).toThrow(/rollback.*targets\.json 1, and 2/);
  });

  test('metadata is good until its second, not at it', () => {
    const { signed } = targets();
    verifyNotExpired('targets', signed, NOW + 90 * 86_400_000 - 1);
    expect(() => verifyNotExpired('targets', signed, NOW + 90 * 86_400_000)).toThrow(
      'targets metadata refused (expired): it was good until 2027-02-18T09:00:00Z',
    );
  });
});

describe('targets', () => {
  test('a pushed version never changes its bytes', () => {
    const content = addTarget(emptyTargets(NOW), release);
    expect(addTarget(content, release)).toEqual(content);
    expect(() => addTarget(content, { ...release, digest: `sha256:${'cd'.repeat(32)}` })).toThrow(
      /listed with other bytes/,
    );
  });

  test('a yanked release is gone, and what was never there cannot be yanked', () => {
    const content = removeTarget(addTarget(emptyTargets(NOW), release), release.path);
    expect(content.targets).toEqual({});
    expect(() => removeTarget(content, release.path)).toThrow(/not among the targets/);
  });

  test.each(['pump', 'pump/1', 'pump/1.2.0/x', '../1.2.0', '/1.2.0'])('%s is no target path', (path) => {
    expect(() => addTarget(emptyTargets(NOW), { ...release, path })).toThrow();
  });
});

test.each([
  ['no JSON', 'hello'],
  ['no signatures', '{"signed":{}}'],
  ['another role', fromUtf8(root().bytes)],
  ['a version of 0', fromUtf8(metadataBytes(emptyTargets(NOW), []))],
  ['a day that is none', fromUtf8(targets().bytes).replace('2027-02-18', '2027-02-99')],
  ['nesting without end', `{"signed":${'['.repeat(200_000)}`],
])('bytes with %s are malformed, and say so', (_, text) => {
  expect(() => parseMetadata('targets', utf8(text))).toThrow(/targets metadata refused \(malformed\)/);
});

const data = process.env.SKERRY_DATA;
const folder = join(data ?? '', 'update_security/tuf_static_tuf-on-ci-0.11');

describe.skipIf(!data || !existsSync(folder))('a repository that tuf-on-ci signed (SKERRY_DATA)', () => {
  const at = Date.parse('2025-02-09T09:17:23Z');
  const read = (name: string) => new Uint8Array(readFileSync(join(folder, 'metadata', name)));
  // Its keys are ECDSA; the rules are the same whatever the key type.
  const ecdsa: SignatureCheck = (key, message, signature) =>
    key.scheme === 'ecdsa-sha2-nistp256' &&
    verify('sha256', message, createPublicKey(key.keyval.public), signature);

  test('verifies from the root down, and with a changed version does not', () => {
    const first = parseMetadata('root', read('1.root.json'));
    verifyFirstRoot(ecdsa, first);
    const ts = parseMetadata('timestamp', read('timestamp.json'));
    verifyTimestamp(ecdsa, first.signed, undefined, ts);
    const s = parseMetadata('snapshot', read('2.snapshot.json'));
    verifySnapshot(nodeCrypto, ecdsa, first.signed, ts.signed.meta['snapshot.json'], undefined, s.bytes);
    const t = parseMetadata('targets', read('1.targets.json'));
    verifyTargets(nodeCrypto, ecdsa, first.signed, s.signed.meta['targets.json']!, t.bytes);
    for (const metadata of [first, ts, s, t]) verifyNotExpired(metadata.role, metadata.signed, at);

    const altered = fromUtf8(read('1.targets.json')).replace(/"version": 1,\n {2}"x/, '"version": 2,\n  "x');
    const other = parseMetadata('targets', utf8(altered));
    expect(other.signed.version).toBe(2);
    expect(() => verifySignatures(ecdsa, first.signed, other)).toThrow(/signatures/);
  });

  test('an ECDSA key signs nothing for Skerry, which takes Ed25519 alone', () => {
    const first = parseMetadata('root', read('1.root.json'));
    expect(() => verifyFirstRoot(check, first)).toThrow(/signatures/);
    expect(toHex(first.bytes.subarray(0, 1))).toBe('7b');
  });
});
