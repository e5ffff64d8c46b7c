/**
 * What people at the device have a say in (agent.yaml, `updates`): a release that the control plane wishes for waits until
 * one of them consents to it, or while updates are on hold. Going back to what served here before never waits, nor does
 * what agent.yaml pins or a person installed.
 *
 * `g/consents` in the store, JSON, by pipeline the digest that was last consented to: {"press":"sha256:…"}
 */
import { fromUtf8, utf8 } from '@skerry/proto/bytes';
import { messageOf, SkerryError } from '@skerry/proto/errors';
import { releaseRef } from '@skerry/proto/release';
import { isWithin } from '@skerry/proto/time-of-day';
import { z } from 'zod';
import type { AgentConfig } from '../config.ts';
import type { Log, Store, Timers } from '../ports.ts';
import type { ReleaseTarget } from '../release/slots.ts';

const KEY = 'g/consents';
const consents = z.record(z.string(), z.string());
/** How often it is looked whether a hold has ended. */
const LOOK_AGAIN_MS = 30_000;

export interface Waiting {
  target: ReleaseTarget;
  for: 'consent' | 'hold';
}

export interface UpdateGateOptions {
  store: Store;
  log: Log;
  timers: Timers;
  settings: AgentConfig['updates'];
  time: { nowMs(): number };
  /** Digests that are or were active here. */
  known: () => readonly string[];
}

export class UpdateGate {
  readonly #o: UpdateGateOptions;
  #consents: z.output<typeof consents> | undefined;
  #waiting = new Map<string, Waiting>();
  #cancelLook: (() => void) | undefined;
  #stopped = false;

  constructor(options: UpdateGateOptions) {
    this.#o = options;
  }

  /** Takes those that wait out of the wishes; `again` is called when it may be otherwise. */
  async holdBack(wishes: Map<string, ReleaseTarget>, again: () => void): Promise<void> {
    const held = await this.#load();
    const known = this.#o.known();
    const waiting = new Map<string, Waiting>();
    for (const [pipeline, target] of wishes) {
      const why = known.includes(target.digest) || held[pipeline] === target.digest ? undefined : this.#why();
      if (!why) continue;
      waiting.set(pipeline, { target, for: why });
      wishes.delete(pipeline);
      if (this.#waiting.get(pipeline)?.target.digest !== target.digest)
        this.#o.log('info', 'twin', `${releaseRef(target)} waits: ${WHY[why]}`, { pipeline });
    }
    this.#waiting = waiting;
    if (this.#stopped || ![...waiting.values()].some((w) => w.for === 'hold')) return;
    this.#cancelLook ??= this.#o.timers.after(LOOK_AGAIN_MS, () => {
      this.#cancelLook = undefined;
      again();
    });
  }

  #why(): Waiting['for'] | undefined {
    const { consent, hold } = this.#o.settings;
    if (hold === true || (hold !== false && isWithin(hold, hold.zone, this.#o.time.nowMs()))) return 'hold';
    return consent === 'ask' ? 'consent' : undefined;
  }

  /** What a pipeline isn't given yet, and why. */
  waiting(pipeline: string): Waiting | undefined {
    return this.#waiting.get(pipeline);
  }

  /**
   * A person at the device lets in what waits, whatever it waits for; remembered for restarts. Throws SkerryError
   * precondition where nothing waits.
   */
  async consent(pipeline: string): Promise<ReleaseTarget> {
    const waiting = this.#waiting.get(pipeline);
    if (!waiting)
      throw new SkerryError('precondition', `no release waits on pipeline ${pipeline}`, {
        hint: 'skerry-agent status shows what does',
      });
    const next = { ...(await this.#load()), [pipeline]: waiting.target.digest };
    const op = { type: 'put' as const, key: KEY, value: utf8(JSON.stringify(next)) };
    await this.#o.store.batch([op], { sync: true });
    this.#consents = next;
    this.#o.log('info', 'twin', `${releaseRef(waiting.target)} was consented to at the device`, { pipeline });
    return waiting.target;
  }

  stop(): void {
    this.#stopped = true;
    this.#cancelLook?.();
  }

  async #load(): Promise<z.output<typeof consents>> {
    if (this.#consents) return this.#consents;
    const bytes = await this.#o.store.get(KEY);
    try {
      this.#consents = bytes ? consents.parse(JSON.parse(fromUtf8(bytes))) : {};
    } catch (error) {
      // Asked again: nothing is let in that nobody is known to have consented to.
      this.#o.log('warn', 'twin', `what was consented to is damaged: ${messageOf(error)}`);
      this.#consents = {};
    }
    return this.#consents;
  }
}

const WHY: Record<Waiting['for'], string> = {
  consent: 'somebody at the device is to consent to it (skerry-agent consent)',
  hold: 'updates are on hold here',
};
