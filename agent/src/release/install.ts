/** `skerry-agent install` in the running agent: the bundle is taken, and its release activated like any other. */
import { SkerryError } from '@skerry/proto/errors';
import { releaseRef } from '@skerry/proto/release';
import type { PipelineConfig } from '../config.ts';
import { type CarriedOptions, takeBundle } from './carried.ts';
import type { CarriedWishes, Wished } from './carried-wishes.ts';
import type { Releases } from './releases.ts';

/** What came of it. */
export interface InstallOutcome {
  /** NAME@VERSION. */
  release: string;
  digest: string;
  pipelines: { name: string; state: 'active' | 'at the next start'; variant: string; backend: string }[];
}

/** Takes releases that people carried here. */
export interface Installer {
  /**
   * Takes a bundle and activates its release on every pipeline that runs it; `what` names the bundle in errors. Rejects
   * with SkerryError where it is refused, and what served before still does.
   */
  install(chunks: AsyncIterable<Uint8Array>, what: string): Promise<InstallOutcome>;
}

export interface InstallerOptions extends Omit<CarriedOptions, 'accept'> {
  pipelines: readonly PipelineConfig[];
  releases: Releases;
  wishes: CarriedWishes;
  wished: Wished;
  /** What serves a pipeline now. */
  serving(pipeline: string): { variant: string; backend: string } | undefined;
  /** Goes back to what else is wished for. */
  converge(): void;
}

/** The installer of a running agent. */
export function createInstaller(options: InstallerOptions): Installer {
  const { releases, wishes, pipelines } = options;
  return {
    async install(chunks, what) {
      let outcome: InstallOutcome | undefined;
      await releases.bring(async () => {
        let names: string[] = [];
        const accept = (release: { name: string; version: string }): void => {
          names = pipelinesOf(pipelines, release);
        };
        const target = await takeBundle({ ...options, accept }, chunks, what);
        await wishes.put(names, target, options.wished);
        outcome = {
          release: releaseRef(target),
          digest: target.digest,
          pipelines: names.map((name) => ({ name, state: 'active', variant: '', backend: '' })),
        };
        return new Map(names.map((name) => [name, target]));
      });
      if (!outcome) throw new SkerryError('unavailable', 'the agent is stopping');
      const { release, digest } = outcome;
      const failed = outcome.pipelines.filter(({ name }) => releases.status(name).active?.digest !== digest);
      if (failed.length === 0) {
        const served = outcome.pipelines.map(({ name, state }) => {
          const { variant = '', backend = '' } = options.serving(name) ?? {};
          return { name, state, variant, backend };
        });
        return { ...outcome, pipelines: served };
      }
      await wishes.remove(failed.map(({ name }) => name));
      options.converge();
      const reasons = failed.map(({ name }) => `${name}: ${releases.status(name).error ?? 'not activated'}`);
      throw new SkerryError('invalid', `${release} is not activated: ${reasons.join('; ')}`, {
        hint: 'what served before still does',
      });
    },
  };
}

/**
 * The pipelines of agent.yaml that run a release of this name and, where they pin one, this version. Throws SkerryError
 * conflict where they pin another, not-found where none runs it at all.
 */
export function pipelinesOf(
  pipelines: readonly PipelineConfig[],
  release: { name: string; version: string },
): string[] {
  const ref = releaseRef(release);
  const named = pipelines.filter(({ release: r }) => r.kind !== 'file' && r.name === release.name);
  if (named.length === 0)
    throw new SkerryError('not-found', `no pipeline of agent.yaml runs ${release.name}`, {
      hint: `write release: ${release.name} under one of them; file:DIR takes it from that folder alone`,
    });
  const fitting = named.filter(({ release: r }) => r.kind === 'managed' || r.version === release.version);
  if (fitting.length === 0)
    throw new SkerryError('conflict', `agent.yaml pins another version of ${release.name} than ${ref}`, {
      hint: `write release: ${ref} there, or ${release.name} alone`,
    });
  return fitting.map(({ name }) => name);
}
