/**
 * The agent's own revert: a release that is past one of its limits (limits.ts), or drifts where the policy asks for
 * fallback, gives way to the one before it, without asking anyone. The one left is refused until another release has been
 * activated (release/slots.ts). Where there is none before it, it goes on serving, and that is told once.
 */
import { messageOf } from '@skerry/proto/errors';
import { releaseRef } from '@skerry/proto/release';
import { type skerry, v1 } from '@skerry/proto/wire';
import type { Clock, Log } from '../ports.ts';
import type { Releases } from '../release/releases.ts';
import type { EvidenceBook } from './book.ts';
import { passedLimit } from './limits.ts';

export interface SelfRevertOptions {
  evidence: Pick<EvidenceBook, 'conduct'>;
  releases: Pick<Releases, 'status' | 'revert'>;
  /** Its wall time stamps alerts. */
  clock: Clock;
  log: Log;
  /** Keeps an alert of the agent's own. */
  alert: (alert: skerry.v1.IAlertRecord) => Promise<void>;
  /** Something is worth telling the control plane. */
  notify: () => void;
}

/** After a revert that failed (the disk, memory for two models), before it is tried again. */
const RETRY_MS = 60_000;

export class SelfRevert {
  readonly #options: SelfRevertOptions;
  readonly #underWay = new Set<string>();
  /** By pipeline, the release that goes on for want of another one. */
  readonly #stuck = new Map<string, string>();
  readonly #notBeforeMs = new Map<string, number>();

  constructor(options: SelfRevertOptions) {
    this.#options = options;
  }

  /** Gives a pipeline's release back if it is past a limit. Resolves when that is done, or has failed and was logged. */
  async check(pipeline: string): Promise<void> {
    const conduct = this.#options.evidence.conduct(pipeline);
    const reason = conduct && passedLimit(conduct.manifest.limits, conduct);
    if (reason !== undefined) await this.giveBack(pipeline, conduct!.digest, reason);
  }

  /** Back to the previous release. Resolves when that is done, or has failed and was logged. */
  async giveBack(pipeline: string, digest: string, reason: string): Promise<void> {
    const { releases, clock, log } = this.#options;
    const { active, substitute } = releases.status(pipeline);
    if (active?.digest !== digest || this.#underWay.has(pipeline)) return;
    if (clock.monoMs() < (this.#notBeforeMs.get(pipeline) ?? 0)) return;
    this.#underWay.add(pipeline);
    try {
      if (substitute) {
        await releases.revert(pipeline, reason);
        if (releases.status(pipeline).active?.digest === digest) return; // the agent is stopping
        const when = Math.round(clock.wallMs());
        await this.#tell(pipeline, digest, `${releaseRef(active)} was given back: ${reason}`, `${when}`);
      } else if (this.#stuck.get(pipeline) !== digest) {
        this.#stuck.set(pipeline, digest);
        const why = `${releaseRef(active)} goes on, for there is no previous release to go back to: ${reason}`;
        log('warn', 'release', why, { pipeline });
        // The same episode at every start, of which a crash loop has many.
        await this.#tell(pipeline, digest, why, `stays-${digest.slice(-12)}`);
      }
    } catch (error) {
      this.#notBeforeMs.set(pipeline, clock.monoMs() + RETRY_MS);
      log('error', 'release', `giving a release back failed: ${messageOf(error)}`, { pipeline, reason });
    } finally {
      this.#underWay.delete(pipeline);
    }
  }

  async #tell(pipeline: string, releaseDigest: string, message: string, id: string): Promise<void> {
    const { alert, clock, log, notify } = this.#options;
    const wallMs = Math.round(clock.wallMs());
    const episode = `limits-${pipeline}-${id}`;
    const state = v1.EpisodeState.EPISODE_STATE_OPEN;
    try {
      await alert({ episode, state, kind: 'agent', pipeline, releaseDigest, message, wallMs });
    } catch (error) {
      log('error', 'release', `this could not be kept as an alert: ${messageOf(error)}`, {
        pipeline,
        message,
      });
    }
    notify();
  }
}
