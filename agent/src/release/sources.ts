/** Where a pipeline's release comes from: its folder, the control plane, or a person's hand. */
import type { PipelineConfig } from '../config.ts';
import type { Link } from '../link.ts';
import type { Ports } from '../ports.ts';
import type { TrustClient } from '../trust/client.ts';
import { offlineTrust, type TrustKeeper } from '../trust/keeper.ts';
import { requireCarried } from './carried.ts';
import type { ReleaseTarget } from './slots.ts';

export interface SourcesOptions {
  ports: Pick<Ports, 'store' | 'crypto' | 'clock' | 'timers' | 'random' | 'log' | 'blobs'>;
  pipelines: readonly PipelineConfig[];
  /** The file of `trust.root`. */
  rootBytes: Uint8Array | undefined;
  link(): Link | undefined;
  /** Digests that are or were active here. */
  knownDigests(): string[];
  /** Releases from disk, verified and in Blobs, by pipeline. */
  local(knownDigests: readonly string[], nowMs: number): Promise<ReadonlyMap<string, ReleaseTarget>>;
  nowMs(): number;
}

export class ReleaseSources {
  readonly #o: SourcesOptions;
  /** Where there is no control plane: for releases that are installed by hand. */
  readonly #offline: TrustKeeper;

  constructor(options: SourcesOptions) {
    this.#o = options;
    this.#offline = offlineTrust({ ...options.ports, rootBytes: options.rootBytes });
  }

  /** The trust client. Throws SkerryError untrusted where no root is known. */
  trust(): Promise<TrustClient> {
    return this.#o.link()?.trust() ?? this.#offline.client();
  }

  /** What lies in the folders of agent.yaml. */
  local(): Promise<ReadonlyMap<string, ReleaseTarget>> {
    const { ports, knownDigests, local, nowMs } = this.#o;
    return local(knownDigests(), Math.max(ports.clock.wallMs(), nowMs()));
  }

  /** Gets and verifies a release that was never active here; afterwards its files are in Blobs. Throws SkerryError. */
  async obtain(pipeline: string, target: ReleaseTarget): Promise<void> {
    const { pipelines, ports, link, knownDigests } = this.#o;
    const way = link();
    if (pipelines.some(({ name, release }) => name === pipeline && release.kind === 'file'))
      await this.local();
    else if (way) await way.obtain(target, knownDigests());
    else await requireCarried(await this.trust(), ports.crypto, ports.blobs, target);
  }
}
