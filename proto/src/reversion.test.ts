import { expect, test } from 'vitest';
import { toHex } from './bytes.ts';
import { nodeCrypto } from './node/crypto.ts';
import { type ReversionFacts, reversionBytes } from './reversion.ts';

const facts: ReversionFacts = {
  agent: 'gw',
  pipeline: 'press',
  releaseDigest: 'sha256:ab',
  reason: 'errorRate: 12% of the last 240 windows, allowed 1%',
  wallMs: 1_795_000_000_123,
};

test('what is signed of a reversion never changes between versions: agents in the field sign it', () => {
  expect(toHex(reversionBytes({ ...facts, reason: 'x' }))).toBe(
    '000000026777' + // gw
      '000000057072657373' + // press
      '000000097368613235363a6162' + // sha256:ab
      '0000000178' + // x
      '0000000d31373935303030303030313233', // 1795000000123
  );
});

test('a signature holds for its own agent, pipeline, release, reason and time alone', () => {
  const seed = new Uint8Array(32).fill(7);
  const signature = nodeCrypto.sign(seed, reversionBytes(facts));
  const verify = (of: ReversionFacts): boolean =>
    nodeCrypto.verify(nodeCrypto.publicKey(seed), reversionBytes(of), signature);
  expect(verify({ ...facts })).toBe(true);
  for (const [name, value] of Object.entries(facts))
    expect(verify({ ...facts, [name]: typeof value === 'number' ? value + 1 : `${value}x` })).toBe(false);
  // A byte may not wander from one field into the next.
  expect(verify({ ...facts, agent: 'gwp', pipeline: 'ress' })).toBe(false);
});
