/**
 * From desired state to what runs: policies act at once, releases are handed to their keeper, pinned ones are looked up
 * among the trusted targets first. Converging takes as long as it takes (downloads); it runs beside everything else.
 */
import { messageOf } from '@skerry/proto/errors';
import { decodePolicy } from '@skerry/proto/policy';
import type { skerry } from '@skerry/proto/wire';
import type { Lane } from '../lane.ts';
import type { Link } from '../link.ts';
import type { CarriedWishes } from '../release/carried-wishes.ts';
import type { Releases } from '../release/releases.ts';
import type { ReleaseTarget } from '../release/slots.ts';
import type { Shadows } from '../shadow/shadows.ts';
import type { ShadowWish } from '../shadow/types.ts';
import { type DesiredStore, servingWishes, shadowWishes } from './desired-store.ts';
import { UpdateGate, type UpdateGateOptions } from './update-gate.ts';

export interface ConvergenceOptions extends Omit<UpdateGateOptions, 'known'> {
  lanes: ReadonlyMap<string, Lane>;
  desired: DesiredStore;
  releases: Releases;
  shadows: Pick<Shadows, 'apply'>;
  /** Releases that were installed by hand. */
  carried: CarriedWishes;
  link: () => Link | undefined;
}

const PIN_RETRY_MS = 30_000;

export class Convergence {
  readonly #o: ConvergenceOptions;
  /** What people at the device have a say in. */
  readonly updates: UpdateGate;
  #cancelRetry: (() => void) | undefined;
  /** One after the other: wishes that took long to look up never replace newer ones. */
  #turn: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(options: ConvergenceOptions) {
    this.#o = options;
    this.updates = new UpdateGate({ ...options, known: () => options.releases.knownDigests() });
  }

  /** Works towards the desired state in the background, and tells the control plane what came of it. */
  converge(): void {
    const { link } = this.#o;
    this.applyPolicies();
    this.#turn = this.#turn.then(() => this.#wish()).finally(() => link()?.notify());
  }

  /** A person at the device lets in what waits. Throws SkerryError precondition where nothing does. */
  async consent(pipeline: string): Promise<ReleaseTarget> {
    const target = await this.updates.consent(pipeline);
    this.converge();
    return target;
  }

  stop(): void {
    this.#stopped = true;
    this.#cancelRetry?.();
    this.updates.stop();
  }

  /** Hands the wishes to the releases' keeper, which takes its own time with them. */
  async #wish(): Promise<void> {
    if (this.#stopped) return;
    const { log, link, releases, shadows } = this.#o;
    const failed = (error: unknown): void =>
      log('error', 'twin', `desired releases were not applied: ${messageOf(error)}`);
    try {
      const wishes = await this.#wishes();
      // First: a shadow that is to serve from now on gives its memory back.
      shadows.apply(this.#shadowWishes());
      for (const name of this.#takenBack()) await releases.withdraw(name);
      const applied = releases.apply(wishes);
      void applied.catch(failed).finally(() => link()?.notify());
    } catch (error) {
      failed(error);
    }
  }

  /**
   * Managed pipelines that are named without a release: the one they had was taken back, and there is none before it.
   * A pipeline that isn't named at all keeps what it has, because a control plane that was set up anew knows nothing yet.
   */
  #takenBack(): string[] {
    return servingWishes(this.#o.desired.current())
      .filter(
        ({ name, release }) =>
          !release &&
          this.#o.lanes.get(name ?? '')?.config.release.kind === 'managed' &&
          !this.#installed(name ?? ''),
      )
      .map(({ name }) => name!);
  }

  /** What was installed by hand and not wished away since. */
  #installed(pipeline: string): ReleaseTarget | undefined {
    return this.#o.carried.of(pipeline, (name) => this.#o.desired.wished(name));
  }

  /**
   * What the control plane wishes, what agent.yaml pins, and what was installed by hand; releases from disk are wished for
   * at the start.
   */
  async #wishes(): Promise<Map<string, ReleaseTarget>> {
    const wishes = new Map<string, ReleaseTarget>();
    for (const wish of servingWishes(this.#o.desired.current())) {
      const target = this.#target(wish);
      if (target) wishes.set(wish.name!, target);
    }
    await this.updates.holdBack(wishes, () => this.converge());
    for (const lane of this.#o.lanes.values()) {
      const wish = wanted(lane, this.#installed(lane.config.name)) ?? (await this.#pinned(lane));
      if (wish) wishes.set(lane.config.name, wish);
    }
    return wishes;
  }

  /** The release of a managed pipeline's wish; undefined where agent.yaml says otherwise. */
  #target({ name, release, releaseDigest }: skerry.v1.IDesiredPipeline): ReleaseTarget | undefined {
    const [releaseName, version] = (release ?? '').split('@');
    const wanted = this.#o.lanes.get(name ?? '')?.config.release;
    if (wanted?.kind !== 'managed' || !version || !releaseDigest) return undefined;
    // agent.yaml says which release a pipeline runs; the control plane says which version of it.
    if (releaseName !== wanted.name) return undefined;
    return { name: releaseName, version, digest: releaseDigest };
  }

  #shadowWishes(): Map<string, ShadowWish> {
    const wishes = new Map<string, ShadowWish>();
    for (const wish of shadowWishes(this.#o.desired.current())) {
      const target = this.#target(wish);
      if (!target) continue;
      try {
        const policy = wish.policy ? decodePolicy(wish.policy) : undefined;
        wishes.set(wish.name!, { target, policy, policyGeneration: wish.policyGeneration ?? 0 });
      } catch (error) {
        // A later control plane may know more than this agent: it would decide by other thresholds than are meant.
        this.#o.log('error', 'twin', `the policy of a shadow is not understood: ${messageOf(error)}`, {
          pipeline: wish.name,
        });
      }
    }
    return wishes;
  }

  async #pinned({ config }: Lane): Promise<ReleaseTarget | undefined> {
    const { log, link, releases, timers } = this.#o;
    const pin = config.release;
    const way = link();
    if (pin.kind !== 'pinned' || !way) return undefined;
    const { active } = releases.status(config.name);
    if (active?.name === pin.name && active.version === pin.version) return undefined;
    try {
      return await way.resolve(pin.name, pin.version);
    } catch (error) {
      if (this.#stopped) return undefined;
      log('warn', 'twin', `the pinned release is not known yet: ${messageOf(error)}`, {
        pipeline: config.name,
      });
      this.#cancelRetry ??= timers.after(PIN_RETRY_MS, () => {
        this.#cancelRetry = undefined;
        this.converge();
      });
      return undefined;
    }
  }

  /** Puts the policies of the desired state into force where they aren't yet. */
  applyPolicies(): void {
    for (const { name, policy, policyGeneration } of servingWishes(this.#o.desired.current())) {
      const lane = this.#o.lanes.get(name ?? '');
      const [generation, text] = [policyGeneration ?? 0, policy ?? ''];
      // The text as well: a restored control plane numbers its policies anew.
      if (!lane || (lane.policyGeneration === generation && lane.policy === text)) continue;
      let onAlert: Lane['onAlert'];
      try {
        const effective = text === '' ? undefined : decodePolicy(text);
        onAlert = effective?.onAlert ?? [];
        lane.pipeline.setPolicy(effective, generation);
        lane.drift.usePolicy(effective, generation);
        lane.capture?.usePolicy(effective);
      } catch (error) {
        // A later control plane may know more than this agent; the policy that is in force stays.
        this.#o.log('error', 'twin', `policy ${generation} is not applied: ${messageOf(error)}`, {
          pipeline: name,
        });
        continue;
      }
      [lane.policyGeneration, lane.policy, lane.onAlert] = [generation, text, onAlert];
    }
  }
}

/** An installed release, where agent.yaml still runs it. */
function wanted({ config }: Lane, installed: ReleaseTarget | undefined): ReleaseTarget | undefined {
  const { release } = config;
  if (!installed || release.kind === 'file' || release.name !== installed.name) return undefined;
  return release.kind === 'managed' || release.version === installed.version ? installed : undefined;
}
