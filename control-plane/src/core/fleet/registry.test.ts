import { nodeCrypto } from '@skerry/proto/node/crypto';
import { type Metadata, parseMetadata, tufKey } from '@skerry/proto/tuf/metadata';
import { createRoot, removeTarget, signMetadata, signTargets } from '@skerry/proto/tuf/repository';
import { ed25519Check, verifySnapshot, verifyTargets, verifyTimestamp } from '@skerry/proto/tuf/verify';
import { expect, test } from 'vitest';
import {
  createWorld,
  heldTargets,
  OPERATOR_SEED,
  pushTestReleases,
  START_MS,
  signTestRoot,
  type World,
} from '../../node/testing.ts';

const DAY_MS = 86_400_000;
const check = ed25519Check(nodeCrypto);
const STRANGER = new Uint8Array(32).fill(99);

function held<R extends 'root' | 'targets' | 'snapshot' | 'timestamp'>(world: World, role: R): Metadata<R> {
  return parseMetadata(role, world.fleet.metadata(role)!);
}

test('[TR3] what a client is served verifies from the root down', () => {
  const world = createWorld();
  pushTestReleases(world.fleet, ['press@1.0.0']);
  const root = held(world, 'root').signed;
  const timestamp = held(world, 'timestamp');
  verifyTimestamp(check, root, undefined, timestamp);
  const snapshot = verifySnapshot(
    nodeCrypto,
    check,
    root,
    timestamp.signed.meta['snapshot.json'],
    undefined,
    world.fleet.metadata('snapshot')!,
  );
  const named = snapshot.signed.meta['targets.json']!;
  verifyTargets(nodeCrypto, check, root, named, world.fleet.metadata('targets')!);
});

test('[TR4] snapshot and timestamp are renewed by the alarm before they expire', () => {
  const world = createWorld();
  pushTestReleases(world.fleet, ['press@1.0.0']);
  const before = held(world, 'timestamp').signed.version;
  expect(world.alarms.get('fleet')).toBe(START_MS + DAY_MS / 2);
  world.clock.nowMs += DAY_MS / 2;
  world.fleet.alarm();
  const after = held(world, 'timestamp').signed;
  expect(after.version).toBe(before + 1);
  expect(Date.parse(after.expires)).toBe(world.clock.nowMs + DAY_MS);
});

test('[TR5] the first root comes from an admin, every later one only as the chain demands', () => {
  const world = createWorld();
  world.fleet.putRoot('ola', signTestRoot(world.fleet));
  const next = (seed: Uint8Array, version: number): Uint8Array =>
    signMetadata(
      nodeCrypto,
      createRoot(nodeCrypto, {
        operatorKeys: [tufKey(nodeCrypto.publicKey(seed))],
        onlineKey: world.fleet.onlineKey().key,
        nowMs: START_MS,
        version,
      }),
      [seed],
    );
  expect(() => world.fleet.putRoot('eve', next(STRANGER, 2))).toThrow(/root metadata refused \(signatures\)/);
  expect(() => world.fleet.putRoot('ola', next(OPERATOR_SEED, 3))).toThrow(
    /root metadata refused \(version\)/,
  );
  expect(world.fleet.putRoot('ola', next(OPERATOR_SEED, 2))).toEqual({ version: 2 });
});

test('[TR6] a root that does not let this server sign is refused with the key to name', () => {
  const world = createWorld();
  const root = createRoot(nodeCrypto, {
    operatorKeys: [tufKey(nodeCrypto.publicKey(OPERATOR_SEED))],
    onlineKey: tufKey(nodeCrypto.publicKey(STRANGER)),
    nowMs: START_MS,
  });
  expect(() => world.fleet.putRoot('ola', signMetadata(nodeCrypto, root, [OPERATOR_SEED]))).toThrow(
    /doesn't let this server sign/,
  );
});

test('[TR7] targets by another key, of another version, or on a stale If-Match are refused', () => {
  const world = createWorld();
  pushTestReleases(world.fleet, ['press@1.0.0']);
  const put = (seed: Uint8Array, version: number, expected?: number) => () =>
    world.fleet.putTargets(
      'eve',
      signTargets(
        nodeCrypto,
        { ...heldTargets(world.fleet), version: version - 1 },
        { nowMs: START_MS, privateKeys: [seed] },
      ),
      expected,
      new Map(),
    );
  expect(put(STRANGER, 2)).toThrow(/targets metadata refused \(signatures\)/);
  expect(put(OPERATOR_SEED, 4)).toThrow(/version 4 offered, 2 is next/);
  expect(put(OPERATOR_SEED, 2, 0)).toThrow(/targets are at version 1, not 0/);
  expect(put(OPERATOR_SEED, 2, 1)()).toMatchObject({ version: 2 });
});

test('[TR8] a yanked release is taken back where it is rolling out, and starts nowhere', async () => {
  const world = createWorld();
  pushTestReleases(world.fleet, ['press@1.0.0']);
  const agent = world.agent('a');
  agent.sync();
  const yaml =
    'apiVersion: skerry/v1\nkind: Rollout\nrelease: press@1.0.0\nstages: [{ name: all, agents: 100%, soak: 1h }]';
  const { id } = world.fleet.createRollout('ola', yaml);
  world.fleet.operateRollout('ola', id, 'start');
  await world.coordinator.drive();
  agent.sync();
  expect(agent.wanted()).toBe('press@1.0.0');
  const bytes = signTargets(nodeCrypto, removeTarget(heldTargets(world.fleet), 'press/1.0.0'), {
    nowMs: START_MS,
    privateKeys: [OPERATOR_SEED],
  });
  expect(world.fleet.putTargets('ola', bytes, 1, new Map()).yanked).toEqual(['press@1.0.0']);
  await world.coordinator.drive();
  agent.sync();
  expect(agent.wanted()).toBe('');
  expect(world.fleet.decisions(id).some((d) => d.rule === 'yank')).toBe(true);
  expect(() => world.fleet.createRollout('ola', yaml)).toThrow(/was yanked/);
});
