/** What an operator does with a new control plane: a key, the catalogue signed with it, rollouts. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CATALOG, type ControlPlane } from './control-plane.ts';
import { until } from './until.ts';

/** Makes a signing key and returns its file. */
export async function makeKey(controlPlane: ControlPlane, folder: string): Promise<string> {
  const key = join(folder, 'operator.json');
  await controlPlane.skerry('key', 'init', '--key', key, '--no-passphrase');
  return key;
}

/** Signs and pushes releases of the catalogue, named NAME/VERSION. */
export async function push(
  controlPlane: ControlPlane,
  key: string,
  releases: readonly string[],
): Promise<void> {
  await controlPlane.skerry('release', 'push', ...releases.map((name) => join(CATALOG, name)), '--key', key);
}

/** Starts a rollout to every agent at once and returns its id. */
export async function rollOut(controlPlane: ControlPlane, folder: string, release: string): Promise<string> {
  const file = join(folder, `rollout-${release}.yaml`);
  const stages = [{ name: 'all', agents: '100%', soak: '1s' }];
  writeFileSync(file, JSON.stringify({ apiVersion: 'skerry/v1', kind: 'Rollout', release, stages }));
  return (await controlPlane.skerry<{ id: string }>('rollout', 'create', '-f', file, '--start')).id;
}

/** Waits until a rollout is completed. */
export async function completed(controlPlane: ControlPlane, rollout: string): Promise<void> {
  await until(`${rollout} to complete`, async () => {
    const { status } = await controlPlane.get<{ status: string }>(`rollouts/${rollout}`);
    return status === 'completed';
  });
}

/** Applies a drift policy; returns its generation. */
export async function applyPolicy(
  controlPlane: ControlPlane,
  folder: string,
  policy: Readonly<Record<string, unknown>>,
): Promise<number> {
  const file = join(folder, 'policy.yaml');
  writeFileSync(file, JSON.stringify({ apiVersion: 'skerry/v1', kind: 'DriftPolicy', ...policy }));
  return (await controlPlane.skerry<{ generation: number }>('policy', 'apply', '-f', file)).generation;
}
