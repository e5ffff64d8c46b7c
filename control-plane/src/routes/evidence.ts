import { messageOf } from '@skerry/proto/errors';
import { decode, v1 } from '@skerry/proto/wire';
import {
  type OutputEdges,
  type OutputShift,
  outputShifts,
  type ShownArm,
  showArm,
} from '../core/evidence-view.ts';
import type { ReleaseDetails } from '../core/fleet/releases.ts';
import { type Evidence, type GateVerdict, lastFrozen } from '../core/rollout/rollout.ts';
import { mergeSummaries } from '../core/shard/arm-summary.ts';
import type { AppDeps } from './deps.ts';
import type { Api } from './endpoint.ts';

/** What `GET rollouts/{id}/evidence` answers. */
export interface RolloutEvidence {
  rollout: string;
  /** The last stage that was entered; null before the first. */
  stage: string | null;
  /** Everything below counts from then on. */
  enteredMs: number | null;
  /** Of the stage's members, and the gates, as they were last judged. */
  evidence: Evidence | null;
  gates: GateVerdict[];
  arms: ShownArm[];
  outputs: OutputShift[];
}

/** The numbers behind verdicts: of a rollout's arms, and of a release on the whole fleet. */
export function evidenceRoutes(api: Api, deps: AppDeps): void {
  api.add(
    {
      method: 'GET',
      path: '/rollouts/:id/evidence',
      summary: "What the stage's agents and the others show since the stage was entered, metric by metric",
      role: 'viewer',
    },
    ({ param }) => rolloutEvidence(deps, param('id')),
  );
  api.add(
    {
      method: 'GET',
      path: '/releases/:name/:version/evidence',
      summary: 'What the agents that ran the release show of it, since it was activated on each',
      role: 'viewer',
    },
    ({ param }) => releaseEvidence(deps, param('name'), param('version')),
  );
}

async function rolloutEvidence(deps: AppDeps, id: string): Promise<RolloutEvidence> {
  const rollout = await deps.fleet.rollout(id);
  const { release, spec, evidence, gates, frozen } = rollout;
  const stage = lastFrozen(rollout);
  const answer = {
    rollout: id,
    stage: spec.stages[stage]?.name ?? null,
    enteredMs: frozen.at(-1)?.atMs ?? null,
    evidence,
    gates,
  };
  if (stage < 0) return { ...answer, arms: [], outputs: [] };
  const isShadow = spec.stages[stage]!.mode === 'shadow';
  const query = { rollout: id, name: release.name, digest: release.digest, stage, isShadow };
  const parts = await Promise.all(deps.shards.map((shard) => shard.armSummaries(query)));
  const pushed = await deps.fleet.releases(release.name);
  const refs = new Map(pushed.map(({ digest, name, version }) => [digest, { name, version }]));
  const arms = mergeSummaries(parts).map((summary) =>
    showArm(summary, (digest) => {
      const ref = refs.get(digest);
      return ref && `${ref.name}@${ref.version}`;
    }),
  );
  const edges = new Map<string, OutputEdges>();
  for (const { digest, outputs } of arms) {
    const ref = refs.get(digest);
    const found =
      ref && Object.keys(outputs).length > 0
        ? await outputEdges(deps, await deps.fleet.release(ref.name, ref.version))
        : undefined;
    if (found) edges.set(digest, found);
  }
  return { ...answer, arms, outputs: outputShifts(arms, (digest) => edges.get(digest)) };
}

/** The edges of a release's drift reference; undefined where it has none, or its bytes aren't here. */
async function outputEdges(
  deps: AppDeps,
  { manifest, files }: ReleaseDetails,
): Promise<OutputEdges | undefined> {
  const file = files.find(({ path }) => path === manifest.drift?.reference);
  const blob = file && (await deps.blobs.get(file.digest));
  if (!blob) return undefined;
  try {
    const { signals } = decode(v1.DriftReference, blob.bytes);
    const outputs = signals.filter(({ isOutput }) => isOutput === true);
    return new Map(outputs.map(({ name, edges }) => [name ?? '', edges ?? []]));
  } catch (error) {
    // The rest of the evidence is worth showing all the same.
    deps.log('warn', 'evidence', `${manifest.drift?.reference} can't be read: ${messageOf(error)}`);
    return undefined;
  }
}

async function releaseEvidence(deps: AppDeps, name: string, version: string): Promise<{ arms: ShownArm[] }> {
  const { digest } = await deps.fleet.release(name, version);
  const parts = await Promise.all(deps.shards.map((shard) => shard.releaseSummaries(digest)));
  return { arms: mergeSummaries(parts).map((summary) => showArm(summary, () => `${name}@${version}`)) };
}
