/** A whole agent over ports in memory, for tests: virtual time, a store that survives restarts, a scripted control plane. */
import { utf8 } from '@skerry/proto/bytes';
import type { Crypto } from '@skerry/proto/crypto';
import { parseDocument } from '@skerry/proto/document';
import { buildSignalReference } from '@skerry/proto/drift/reference';
import { packRelease } from '@skerry/proto/pack';
import { releaseManifest } from '@skerry/proto/release';
import { decode, encode, type skerry, v1 } from '@skerry/proto/wire';
import { type Agent, createAgent } from './agent.ts';
import { agentConfig } from './config.ts';
import { gemmModel } from './inference/test-model.ts';
import type { Blobs, InferenceBackend, OutMessage, Transport } from './ports.ts';
import type { ReleaseTarget } from './release/slots.ts';
import { TestWorld } from './sync/test-world.ts';

const HOUR_MS = 3_600_000;

/** What the control plane answers to an exchange; undefined where it can't be reached. */
export type Answer = (request: skerry.v1.SyncRequest) => skerry.v1.ISyncResponse | undefined;

export interface TestAgentOptions {
  crypto: Crypto;
  backend: InferenceBackend;
}

/** One machine: start() and stop() or kill() its agent as often as wanted. */
export class TestAgent {
  readonly world = new TestWorld();
  readonly published: OutMessage[] = [];
  readonly requests: skerry.v1.SyncRequest[] = [];
  readonly blobs = new Map<string, Uint8Array>();
  /** More settings of agent.yaml and of its one pipeline. */
  config: Record<string, unknown> = {};
  pipeline: Record<string, unknown> = {};
  /** Where a corrupt database was put before this start. */
  setAside: string | undefined;
  answer: Answer = () => undefined;
  /** Aborted requests, by path. */
  readonly aborted: string[] = [];
  /** The control plane takes connections and never says a word. */
  silent = false;
  fatal: unknown;
  agent!: Agent;
  release: ReleaseTarget;
  readonly #o: TestAgentOptions;

  constructor(options: TestAgentOptions) {
    this.#o = options;
    this.release = this.pack('1.0.0');
  }

  /**
   * Packs press@version into Blobs: two channels, two ticks at 1 Hz, `score` their sum over 4; psi is watched by the minute.
   * `limits` as they stand in model.yaml, and the whole of it as `edit` makes it.
   */
  pack(
    version: string,
    files: Record<string, Uint8Array> = {},
    limits = '{}',
    edit = (text: string): string => text,
  ): ReleaseTarget {
    const text = edit(`
apiVersion: skerry/v1
kind: Release
name: press
version: ${version}
window: { channels: [{ name: vibration, range: [0, 100] }, { name: temperature }], rate: 1Hz, length: 2, hop: 2 }
input: { tensor: window }
output: [{ name: score, tensor: score, kind: anomaly-score, threshold: 5, thresholdRange: [2, 9] }]
variants: [{ name: fp32, file: fp32.onnx, precision: fp32 }]
drift: { reference: reference.pb, window: { duration: 1m, minSamples: 20 }, input: { psi: { alert: 0.2 } } }
limits: ${limits}
`);
    const manifest = parseDocument(text, releaseManifest, { file: 'model.yaml' });
    const healthy = Float64Array.from({ length: 400 }, (_, i) => 1 + (i % 7) / 7);
    const signal = buildSignalReference('vibration', false, healthy, { samplesPerHour: 3600 });
    const all = {
      'model.yaml': utf8(text),
      'fp32.onnx': gemmModel({ time: 2, channels: 2, weights: [0.25, 0.25, 0.25, 0.25], bias: 0 }),
      'reference.pb': encode(v1.DriftReference, { signals: [signal] }),
      ...files,
    };
    const { release, blobs } = packRelease(this.#o.crypto, manifest, new Map(Object.entries(all)));
    for (const [digest, bytes] of blobs) this.blobs.set(digest, bytes);
    return { name: release.name, version: release.version, digest: release.digest };
  }

  /** Creates the agent without starting it. */
  async create(): Promise<Agent> {
    this.agent = await createAgent({
      config: agentConfig.parse({
        apiVersion: 'skerry/v1',
        kind: 'Agent',
        agent: { id: 'gw', labels: { site: 'oslo' } },
        controlPlane: { url: 'https://control.test', enrollToken: 'secret', interval: '10s' },
        mqtt: { listen: {} },
        pipelines: [
          {
            name: 'press',
            release: 'file:press',
            source: {
              topics: ['plant/+/telemetry'],
              time: { field: 'ts', unit: 's' },
              channels: { vibration: 'v', temperature: 't' },
            },
            ...this.pipeline,
          },
        ],
        ...this.config,
      }),
      agentId: 'gw',
      version: '1.2.3',
      facts: { platform: 'linux', cpu: 'x', runtime: 'node 24' },
      localReleases: async () => new Map([['press', this.release]]),
      ...(this.setAside !== undefined && { setAside: this.setAside }),
      onFatal: (error) => {
        this.fatal = error;
      },
      ports: {
        ...this.world,
        crypto: this.#o.crypto,
        blobs: this.#blobs(),
        backends: [this.#o.backend],
        publisher: { publish: (message) => void this.published.push(message) },
        transport: this.#transport,
        wake: { connect: () => () => undefined },
        crashPoint: () => undefined,
      },
    });
    return this.agent;
  }

  async start(): Promise<Agent> {
    await this.create();
    await this.agent.start();
    return this.agent;
  }

  /** The same machine after its process died: what lies on its disk, in a new one. Nothing of the old one happens any more. */
  async crash(): Promise<TestAgent> {
    const next = new TestAgent(this.#o);
    const { world, blobs, release, config, pipeline, answer } = this;
    for (const [key, value] of world.entries) next.world.entries.set(key, value);
    for (const [digest, bytes] of blobs) next.blobs.set(digest, bytes);
    await next.world.pass(world.monoMs);
    return Object.assign(next, { release, config, pipeline, answer });
  }

  /** Publishes one reading; resolves when it may be acknowledged. */
  send(device: string, seconds: number, v: number, t = 0): Promise<void> {
    const payload = utf8(JSON.stringify({ ts: this.startS + seconds, v, t }));
    return new Promise((resolve, reject) =>
      this.agent.ingest(`plant/${device}/telemetry`, payload, (error) => (error ? reject(error) : resolve())),
    );
  }

  /** Event time 0 of `send`, an hour before now. */
  readonly startS = Math.floor((this.world.wallMs - HOUR_MS) / 1000);

  /** Lets an interval of the sync pass. */
  async sync(): Promise<void> {
    await this.agent.idle();
    await this.world.pass(11_000);
  }

  /** What was published under topics that end like this, parsed. */
  messages(end: string): Record<string, unknown>[] {
    return this.published
      .filter(({ topic }) => topic.endsWith(end))
      .map(({ payload }) => JSON.parse(new TextDecoder().decode(payload)) as Record<string, unknown>);
  }

  #blobs(): Blobs {
    return {
      path: async () => undefined,
      read: async (digest) => this.blobs.get(digest),
      write: async (digest, bytes) => void this.blobs.set(digest, bytes),
      retain: async () => undefined,
    };
  }

  readonly #transport: Transport = async (request) => {
    const { pathname } = new URL(request.url);
    if (this.silent)
      return new Promise((_, reject) => {
        request.signal.addEventListener('abort', () => {
          this.aborted.push(pathname);
          reject(new Error('aborted'));
        });
      });
    if (pathname === '/agent/v1/enroll')
      return Response.json({ status: 'approved', agent: 'gw', instance: 'one' });
    if (pathname === '/agent/v1/token')
      return Response.json({ access_token: 'token', token_type: 'Bearer', expires_in: 900 });
    const sync = decode(v1.SyncRequest, new Uint8Array(await request.arrayBuffer()));
    this.requests.push(sync);
    const answer = this.answer(sync);
    if (!answer) throw new Error('no route to host');
    const body = encode(v1.SyncResponse, { instance: 'one', ...answer }) as Uint8Array<ArrayBuffer>;
    return new Response(body, { headers: { 'content-type': 'application/x-protobuf' } });
  };
}
