/**
 * What a control plane promises over HTTP, whatever it runs on. One suite, run over every host: Node (SQLite files) and
 * workerd (Durable Objects, R2). One host serves the whole suite, so every test has agents, labels and release names of
 * its own; both hosts have more than one shard.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { accessContract } from './control-plane-access.ts';
import { agentsContract } from './control-plane-agents.ts';
import { byHandContract } from './control-plane-byhand.ts';
import { copiesContract } from './control-plane-copies.ts';
import { evidenceContract } from './control-plane-evidence.ts';
import { liveContract } from './control-plane-live.ts';
import { releasesContract } from './control-plane-releases.ts';
import { rolloutsContract } from './control-plane-rollouts.ts';
import { shadowContract } from './control-plane-shadow.ts';
import { syncContract } from './control-plane-sync.ts';
import { type ContractHost, Operator } from './control-plane-world.ts';

export type { ContractHost } from './control-plane-world.ts';

/** Runs the suite over a host. */
export function controlPlaneContract(name: string, makeHost: () => Promise<ContractHost>): void {
  describe(`control plane on ${name}`, () => {
    let operator: Operator;
    beforeAll(async () => {
      operator = new Operator(await makeHost());
    });
    afterAll(() => operator?.host.close());
    const operatorOf = (): Operator => operator;

    test('before there is a root, targets are refused and enrolment tokens carry no digest', async () => {
      const targets = operator.sign(await operator.targets());
      expect((await operator.putTargets(targets)).status).toBe(412);
      expect(await operator.enrolToken()).not.toContain('.');
      expect((await operator.api('PUT', 'tuf/root', { body: await operator.root() })).json).toMatchObject({
        version: 1,
        rootDigest: expect.stringMatching(/^sha256:/),
      });
      expect((await operator.putTargets(targets, 0)).json.version).toBe(1);
      expect(await operator.enrolToken()).toMatch(/^ske_[A-Za-z0-9_-]+\.[0-9a-f]{64}$/);
    });

    describe('access', () => accessContract(operatorOf));
    describe('agents', () => agentsContract(operatorOf));
    describe('sync', () => syncContract(operatorOf));
    describe('ledgers, restored images, clones and replaced gateways', () => copiesContract(operatorOf));
    describe('results carried by hand', () => byHandContract(operatorOf));
    describe('releases', () => releasesContract(operatorOf));
    describe('rollouts and policies', () => rolloutsContract(operatorOf));
    describe('shadow stages', () => shadowContract(operatorOf));
    describe('evidence', () => evidenceContract(operatorOf));
    describe('live', () => liveContract(operatorOf));
  });
}
