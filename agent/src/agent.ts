import { randomId } from '@skerry/proto/ids';
import type { skerry } from '@skerry/proto/wire';
import type { Agent, AgentOptions } from './agent-options.ts';
import { AgentView } from './agent-view.ts';
import { createLanes, engineOf, processorLimits } from './assemble.ts';
import { type ByHand, createByHand } from './byhand/byhand.ts';
import type { Captures } from './capture/captures.ts';
import { fallbackReason } from './drift/fallback.ts';
import type { EvidenceBook } from './evidence/book.ts';
import { SelfRevert } from './evidence/self-revert.ts';
import { Telling } from './evidence/telling.ts';
import type { Engine } from './inference/engine.ts';
import type { Lane } from './lane.ts';
import { createLink, type Link } from './link.ts';
import type { LocalView } from './local/view.ts';
import { InferenceDurations } from './metrics.ts';
import { type Opened, openParts } from './opened.ts';
import type { Outbox } from './outbox/outbox.ts';
import type { Origin } from './outbox/repeats.ts';
import type { Pipeline } from './pipeline/pipeline.ts';
import { createTopicRouter, type TopicRouter } from './pipeline/topics.ts';
import type { Concluded, Inferred, WindowBatch } from './pipeline/types.ts';
import { createProcessor, type Processor } from './processor.ts';
import { outMessages, statusMessage } from './publish.ts';
import { createReleases } from './release/activate.ts';
import type { CarriedWishes } from './release/carried-wishes.ts';
import { changeOver } from './release/change-over.ts';
import { createInstaller, type Installer, type InstallOutcome } from './release/install.ts';
import type { Releases } from './release/releases.ts';
import { ReleaseSources } from './release/sources.ts';
import { allLabels, OpenAlerts } from './reported.ts';
import { Shadows } from './shadow/shadows.ts';
import type { ServerClock } from './sync/server-clock.ts';
import type { AgentTime } from './time/agent-time.ts';
import { Convergence } from './twin/convergence.ts';
import type { DesiredStore } from './twin/desired-store.ts';
import { UnclaimedTopics } from './twin/unclaimed.ts';

export type { Agent, AgentOptions } from './agent-options.ts';

/** Opens the store and assembles the agent; nothing is taken or sent before start(). */
export async function createAgent(options: AgentOptions): Promise<Agent> {
  let agent: RunningAgent | undefined;
  const opened = await openParts(options, () => agent);
  agent = new RunningAgent(options, opened);
  await agent.openLink();
  return agent;
}

/** On a metered link what is known of releases goes along so often, unless there are news. */
const METERED_TELLING_MS = 60_000;

class RunningAgent implements Agent {
  readonly #o: AgentOptions;
  readonly #outbox: Outbox;
  readonly #desired: DesiredStore;
  readonly #captures: Captures;
  readonly #evidence: EvidenceBook;
  readonly #selfRevert: SelfRevert;
  readonly #twin: Convergence;
  readonly #lanes: ReadonlyMap<string, Lane>;
  readonly #router: TopicRouter<Pipeline>;
  readonly #unclaimed: UnclaimedTopics;
  readonly #alerts = new OpenAlerts();
  readonly #durations = new InferenceDurations();
  readonly #boot: string;
  readonly #engine: Engine;
  readonly #processor: Processor;
  readonly #releases: Releases;
  readonly #shadows: Shadows;
  readonly #view: AgentView;
  readonly byHand: ByHand;
  readonly #installer: Installer;
  readonly #sources: ReleaseSources;
  #link: Link | undefined;
  #state: 'loading' | 'replaying' | 'running' | 'stopping' = 'loading';

  constructor(options: AgentOptions, opened: Opened) {
    const { ports, config } = options;
    const { time, outbox, recovered, desired, carried, captures, evidence } = opened;
    this.#o = options;
    this.#outbox = outbox;
    this.#desired = desired;
    this.#captures = captures;
    this.#evidence = evidence;
    this.#boot = randomId(ports.random);
    this.#unclaimed = new UnclaimedTopics(config.limits.maxUnclaimedTopics);
    this.#lanes = createLanes(options, opened);
    const lanes = [...this.#lanes.values()];
    this.#router = createTopicRouter(
      lanes.map(({ config: { source }, pipeline }) => ({ filters: source.topics, target: pipeline })),
    );
    this.#engine = engineOf(options, () => this.#shadows.giveWay());
    this.#processor = createProcessor({
      ...ports,
      time,
      pipelines: lanes.map((lane) => lane.pipeline),
      outbox,
      recovered,
      route: (topic) => this.#router.match(topic),
      infer: (pipeline, windows) => this.#infer(pipeline, windows),
      onCommitted: (pipeline, concluded) => this.#onCommitted(pipeline, concluded),
      takeDrift: (isLast) => this.#takeDrift(isLast),
      evidence,
      onFatal: options.onFatal,
      whenFull: config.buffer.whenFull,
      limits: processorLimits(config),
    });
    this.#sources = this.#createSources(time);
    this.#releases = this.#createReleases(carried, time);
    this.#selfRevert = this.#createSelfRevert(time);
    this.#shadows = this.#createShadows();
    this.#twin = new Convergence({
      ...ports,
      ...opened,
      settings: config.updates,
      lanes: this.#lanes,
      releases: this.#releases,
      shadows: this.#shadows,
      link: () => this.#link,
    });
    this.#view = new AgentView({
      updates: this.#twin.updates,
      options,
      time,
      outbox,
      desired,
      lanes: this.#lanes,
      unclaimed: this.#unclaimed,
      alerts: this.#alerts,
      durations: this.#durations,
      engine: this.#engine,
      processor: this.#processor,
      releases: this.#releases,
      evidence,
      shadows: this.#shadows,
      link: () => this.#link,
    });
    this.#installer = this.#createInstaller(carried);
    this.byHand = this.#createByHand(time);
  }

  #createSources(time: AgentTime): ReleaseSources {
    const { ports, config, rootBytes, localReleases } = this.#o;
    return new ReleaseSources({
      ports,
      pipelines: config.pipelines,
      rootBytes,
      link: () => this.#link,
      knownDigests: () => this.#releases.knownDigests(),
      local: localReleases,
      nowMs: () => time.nowMs(),
    });
  }

  #createReleases(carried: CarriedWishes, time: AgentTime): Releases {
    const parts = {
      lanes: this.#lanes,
      blobs: this.#o.ports.blobs,
      engine: this.#engine,
      evidence: this.#evidence,
      between: (change: () => void) => this.#between(change),
    };
    return createReleases({
      ...this.#o.ports,
      pipelines: [...this.#lanes.values()].map(({ pipeline }) => ({
        name: pipeline.name,
        channels: pipeline.channels,
      })),
      engine: this.#engine,
      obtain: (pipeline, target) => this.#sources.obtain(pipeline, target),
      changeOver: (pipeline, candidate, serve) => changeOver(parts, pipeline, candidate, serve),
      reversion: (pipeline, digest, reason) =>
        this.#evidence.reversion(pipeline, digest, reason, time.clock.wallMs()),
      carried: (pipeline) => carried.of(pipeline, (name) => this.#desired.wished(name)),
      shadowed: () => this.#shadows.wished(),
    });
  }

  #createShadows(): Shadows {
    return new Shadows({
      ...this.#o,
      lanes: this.#lanes,
      engine: this.#engine,
      releases: this.#releases,
      evidence: this.#evidence,
      obtain: (pipeline, target) => this.#sources.obtain(pipeline, target),
      isBusy: () => this.#processor.stats().queuedRows > 0,
      onChange: () => this.#link?.notify(),
    });
  }

  #createByHand(time: AgentTime): ByHand {
    const { ports, agentId } = this.#o;
    return createByHand({
      ...ports,
      agentId,
      outbox: this.#outbox,
      situation: () => ({
        clock: {
          boot: this.#boot,
          monoMs: Math.floor(ports.clock.monoMs()),
          wallMs: Math.floor(time.clock.wallMs()),
        },
        reported: this.#view.reported(),
        seen: this.#desired.seen(),
      }),
      applyDesired: (wanted, instance) => this.#applyDesired(wanted, instance),
    });
  }

  #createSelfRevert(time: AgentTime): SelfRevert {
    return new SelfRevert({
      evidence: this.#evidence,
      releases: this.#releases,
      clock: time.clock,
      log: this.#o.ports.log,
      alert: (alert) => this.#raise(alert),
      notify: () => this.#link?.notify(),
    });
  }

  #createInstaller(wishes: CarriedWishes): Installer {
    return createInstaller({
      ...this.#o.ports,
      pipelines: this.#o.config.pipelines,
      releases: this.#releases,
      wishes,
      trust: () => this.#sources.trust(),
      wished: (pipeline) => this.#desired.wished(pipeline),
      serving: (pipeline) => this.#engine.serving(pipeline),
      converge: () => this.#twin.converge(),
    });
  }

  get serverClock(): ServerClock | undefined {
    return this.#link?.status()?.serverClock;
  }

  async openLink(): Promise<void> {
    const { config, ports, agentId, facts } = this.#o;
    if (!config.controlPlane) return;
    const { interval, metered } = config.controlPlane;
    const telling = new Telling({
      everyMs: metered ? METERED_TELLING_MS : interval / 2,
      news: () => this.#evidence.news,
      nowMs: () => ports.clock.monoMs(),
      lastOkMs: () => this.#link?.status()?.lastOkMonoMs,
      instance: () => this.#desired.seen().instance,
    });
    this.#link = await createLink({
      ...ports,
      url: config.controlPlane.url,
      enrollToken: config.controlPlane.enrollToken,
      intervalMs: interval,
      metered,
      trustIntervalMs: config.trust.refresh,
      rootBytes: this.#o.rootBytes,
      agentId,
      boot: this.#boot,
      labels: allLabels(config, facts),
      facts,
      outbox: this.#outbox,
      samples: this.#captures,
      reported: () => telling.sparing(this.#view.reported()),
      seen: () => this.#desired.seen(),
      applyDesired: (desired, instance) => this.#applyDesired(desired, instance),
      applyDelta: this.#o.applyDelta,
    });
  }

  async #applyDesired(desired: skerry.v1.IDesired, instance: string): Promise<void> {
    await this.#desired.put(desired, instance);
    this.#twin.converge();
  }

  async start(): Promise<void> {
    // What served before, and what lies on disk, is loaded before the journal is replayed; the network comes later.
    await this.#shadows.start();
    await this.#releases.start();
    this.#twin.applyPolicies();
    const local = await this.#sources.local();
    if (local.size > 0) await this.#releases.apply(local);
    await this.#evidence.started();
    // Before the windows are run again that the process may have died of.
    for (const pipeline of this.#lanes.keys()) await this.#selfRevert.check(pipeline);
    this.#state = 'replaying';
    await this.#processor.start();
    this.#state = 'running';
    this.#link?.start();
    this.#twin.converge();
  }

  async stop(): Promise<void> {
    this.#state = 'stopping';
    this.#twin.stop();
    const released = [this.#shadows.stop(), this.#releases.stop()];
    await this.#link?.stop();
    // A release on its way ends here, too: its download was just broken off, and the store is about to close.
    await Promise.all([this.#processor.stop(), ...released]);
    await this.#captures.settled();
    await this.#evidence.stopped();
    this.#o.ports.publisher.publish(statusMessage(this.#o.agentId, 'offline'));
    await this.#engine.close();
  }

  ingest(topic: string, payload: Uint8Array, done: (error?: Error) => void, origin?: Origin): void {
    // Unanswered, it stays with its sender, and the last results still find their subscribers connected.
    if (this.#state === 'stopping') return;
    const pipelines = this.#router.match(topic);
    if (pipelines.length === 0) {
      this.#unclaimed.count(topic);
      done();
      return;
    }
    for (const { name } of pipelines) this.#lanes.get(name)!.messages++;
    this.#processor.ingest(topic, payload, done, origin);
  }

  announce(): void {
    this.#o.ports.publisher.publish(statusMessage(this.#o.agentId, 'online', { version: this.#o.version }));
  }

  idle(): Promise<void> {
    return this.#processor.idle();
  }

  async #infer(pipeline: string, windows: WindowBatch): Promise<Inferred> {
    const inferred = await this.#engine.run(pipeline, windows);
    this.#evidence.noteRun(pipeline, 'active', inferred, windows.count);
    const { variant, backend, inferUs } = inferred;
    const release = this.#lanes.get(pipeline)!.release;
    if (inferred.error === undefined)
      this.#durations.observe({ pipeline, release, variant, backend }, inferUs / 1e6, windows.count);
    return inferred;
  }

  #onCommitted(pipeline: string, concluded: Concluded): void {
    const { ports, agentId } = this.#o;
    const settings = new Map([[pipeline, this.#lanes.get(pipeline)!.config.publish]]);
    for (const message of outMessages(ports.crypto, agentId, settings, concluded))
      ports.publisher.publish(message);
    for (const message of concluded.actions) ports.publisher.publish(message);
    this.#alerts.note(concluded.alerts);
    // Neither ever rejects, and processing goes on meanwhile.
    void this.#selfRevert.check(pipeline);
    if (concluded.alerts.length === 0) return;
    const { onAlert } = this.#lanes.get(pipeline)!;
    const digest = this.#engine.serving(pipeline)?.digest;
    const reason = fallbackReason(onAlert, concluded.alerts, digest);
    if (reason !== undefined) void this.#selfRevert.giveBack(pipeline, digest!, reason);
    this.#link?.notify();
  }

  async #raise(alert: skerry.v1.IAlertRecord): Promise<void> {
    await this.#outbox.appendAlerts([alert]);
    this.#alerts.note([alert]);
  }

  #takeDrift(isLast: boolean): ReturnType<Parameters<typeof createProcessor>[0]['takeDrift']> {
    if (isLast) for (const { drift } of this.#lanes.values()) drift.end();
    return [...this.#lanes.values()].map(({ pipeline, drift }) => ({
      pipeline: pipeline.name,
      ...drift.take(),
    }));
  }

  install(chunks: AsyncIterable<Uint8Array>, what: string): Promise<InstallOutcome> {
    return this.#installer.install(chunks, what);
  }

  consent: LocalView['consent'] = (pipeline) => this.#twin.consent(pipeline);

  /** While loading nothing is on its way. */
  async #between(change: () => void): Promise<void> {
    if (this.#state === 'loading') change();
    else await this.#processor.between(change);
  }

  sign(message: Uint8Array): Uint8Array | undefined {
    return this.#link?.sign(message);
  }

  ready(): { ok: boolean; why: string } {
    return this.#state === 'running' ? { ok: true, why: '' } : { ok: false, why: this.#state };
  }

  status(): ReturnType<LocalView['status']> {
    return this.#view.status();
  }

  recent(limit: number, device?: string): Record<string, unknown>[] {
    return this.#view.recent(limit, device);
  }

  metrics(): ReturnType<LocalView['metrics']> {
    return this.#view.metrics();
  }
}
