import { expect, test } from 'vitest';
import { decodePolicy, driftPolicy, encodePolicy, mergePolicies } from './policy.ts';

const policyOf = (change: Record<string, unknown>) =>
  driftPolicy.parse({ apiVersion: 'skerry/v1', kind: 'DriftPolicy', name: 'p', release: 'press', ...change });

const HOOK = { webhook: 'https://train.example/hook' };

test('what is merged travels and is read as it was', () => {
  const merged = mergePolicies([
    policyOf({ input: { psi: { warn: 0.1, alert: 0.2 } }, sequential: { falseAlarmEvery: '7d' } }),
    policyOf({ output: { psi: { alert: 0.3 } }, onAlert: ['fallback', HOOK] }),
  ])!;
  expect(merged).toMatchObject({
    input: { psi: { warn: 0.1, alert: 0.2 } },
    output: { psi: { alert: 0.3 } },
    sequential: { falseAlarmEvery: 7 * 86_400_000 },
    onAlert: ['fallback', HOOK],
  });
  expect(decodePolicy(encodePolicy(merged))).toEqual(merged);
});

test('a later policy turns the sequential detectors off, and one that says nothing of them leaves them', () => {
  const merged = mergePolicies([policyOf({ sequential: {} }), policyOf({ sequential: 'off' }), policyOf({})]);
  expect(merged?.sequential).toBe('off');
  expect(mergePolicies([policyOf({})])).not.toHaveProperty('sequential');
});

test('a webhook without any threshold is called at psi 0.2 or kl 0.15, and with one at that', () => {
  expect(mergePolicies([policyOf({ onAlert: [HOOK] })])?.input).toEqual({
    psi: { alert: 0.2 },
    kl: { alert: 0.15 },
  });
  const own = { js: { alert: 0.1 } };
  expect(mergePolicies([policyOf({ onAlert: [HOOK], output: own })])).toMatchObject({
    input: {},
    output: own,
  });
});

test('a webhook is http or https', () => {
  expect(() => policyOf({ onAlert: [{ webhook: 'file:///etc/passwd' }] })).toThrow();
});
