import { SkerryError } from '@skerry/proto/errors';
import { type ReadPiece, readOpsets } from '@skerry/proto/onnx/opsets';
import { z } from 'zod';
import type { ReleaseDetails } from '../core/fleet/releases.ts';
import type { RolloutInfo } from '../core/fleet/rollouts.ts';
import { mergePreflights, type Preflight } from '../core/shard/preflight.ts';
import type { AppDeps } from './deps.ts';
import type { Api } from './endpoint.ts';

/** What a release would meet on the agents that a selector matches. */
export function preflightRoutes(api: Api, deps: AppDeps): void {
  api.add(
    {
      method: 'GET',
      path: '/releases/:name/:version/preflight',
      summary: 'Which agents the release would fail on, and why, from what they report',
      role: 'viewer',
      query: z.strictObject({
        selector: z.string().max(2000).default(''),
        /** Whether it is to run beside what serves first. */
        shadow: z.enum(['true', 'false']).default('false'),
      }),
    },
    ({ param, query }) =>
      preflightOf(deps, param('name'), param('version'), {
        selector: query.selector,
        isShadow: query.shadow === 'true',
      }),
  );
}

/** Asks every shard. Throws SkerryError not-found, or invalid where the selector is none. */
export async function preflightOf(
  deps: AppDeps,
  name: string,
  version: string,
  asked: { selector: string; isShadow: boolean },
): Promise<Preflight> {
  const release = await deps.fleet.release(name, version);
  const { digest, manifest, files } = release;
  const sizeBytes = files.reduce((total, file) => total + file.sizeBytes, 0);
  const opsets = await opsetsOf(deps, release);
  const windows = await deps.fleet.releaseWindows(name);
  const query = { name, digest, sizeBytes, manifest, opsets, windows, ...asked };
  return mergePreflights(await Promise.all(deps.shards.map((shard) => shard.preflight(query))));
}

/** The operator sets of every variant, or none where one of them isn't known: that one may run anywhere. */
async function opsetsOf(
  { blobs }: AppDeps,
  { manifest, files }: ReleaseDetails,
): Promise<Record<string, number>[]> {
  const variants: Record<string, number>[] = [];
  for (const variant of manifest.variants) {
    const file = files.find(({ path }) => path === variant.file);
    const read: ReadPiece = async (from, to) =>
      (await blobs.get(file?.digest ?? '', [from, to - 1]))?.bytes ?? new Uint8Array();
    const opsets = file && (await readOpsets(read, file.sizeBytes));
    if (!opsets) return [];
    variants.push(opsets);
  }
  return variants;
}

/**
 * Throws SkerryError precondition where a rollout would begin although the release fails on more of its agents than
 * its `preflight.maxFailing` allows.
 */
export async function checkPreflight(deps: AppDeps, { id, spec, release }: RolloutInfo): Promise<void> {
  const isShadow = spec.stages.some(({ mode }) => mode === 'shadow');
  const asked = { selector: spec.selector, isShadow };
  const { eligible, failing, findings } = await preflightOf(deps, release.name, release.version, asked);
  if (eligible === 0 || failing / eligible <= spec.preflight.maxFailing) return;
  const first = findings[0]!;
  throw new SkerryError(
    'precondition',
    `${spec.release} would fail on ${failing} of ${eligible} agents, for one ${first.agent}: ${first.reason}`,
    {
      hint: `see skerry preflight ${spec.release}; to start it all the same: skerry rollout start ${id} --force`,
    },
  );
}
