/** What the contract suite needs of a host, and the two who call it: an operator and agents, both over HTTP alone. */
import { randomBytes } from 'node:crypto';
import { signAssertion } from '@skerry/agent/identity/jwt';
import { packTestRelease, SimAgent } from '@skerry/control-plane/node/testing';
import { toBase64Url, utf8 } from '@skerry/proto/bytes';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import type { PackedRelease } from '@skerry/proto/pack';
import { parseMetadata, type TargetsSigned, type TufKey, tufKey } from '@skerry/proto/tuf/metadata';
import { addTarget, createRoot, emptyTargets, signMetadata, signTargets } from '@skerry/proto/tuf/repository';
import { decode, type skerry, v1 } from '@skerry/proto/wire';

/** A running control plane. */
export interface ContractHost {
  fetch(request: Request): Promise<Response>;
  /** Where it listens, for the wake socket. */
  url: string;
  adminToken: string;
  /** Ends it, or its memory, and brings it back over the same data. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

export interface Answer {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: the suite asserts on JSON of every shape
  json: any;
  bytes: Uint8Array;
}

interface CallOptions {
  token?: string;
  body?: unknown;
  headers?: Record<string, string>;
}

/** One request; a body that is no text and no bytes is sent as JSON. */
export async function call(
  host: ContractHost,
  method: string,
  path: string,
  options: CallOptions = {},
): Promise<Answer> {
  const headers = new Headers(options.headers);
  if (options.token !== undefined) headers.set('authorization', `Bearer ${options.token}`);
  const { body } = options;
  const raw = typeof body === 'string' || body instanceof Uint8Array || body === undefined;
  if (!raw) headers.set('content-type', 'application/json');
  const init: RequestInit = { method, headers };
  if (body !== undefined) init.body = raw ? (body as string | Uint8Array<ArrayBuffer>) : JSON.stringify(body);
  const response = await host.fetch(new Request(`${host.url}${path}`, init));
  const bytes = new Uint8Array(await response.arrayBuffer());
  const isJson = (response.headers.get('content-type') ?? '').includes('json');
  return {
    status: response.status,
    headers: response.headers,
    json: isJson && bytes.length > 0 ? JSON.parse(new TextDecoder().decode(bytes)) : undefined,
    bytes,
  };
}

/** An operator: an administrator's token and a signing key. */
export class Operator {
  readonly host: ContractHost;
  readonly #seed: Uint8Array = new Uint8Array(randomBytes(32));

  constructor(host: ContractHost) {
    this.host = host;
  }

  /** Calls `/api/v1/…` as administrator. */
  api(method: string, path: string, options: CallOptions = {}): Promise<Answer> {
    return call(this.host, method, `/api/v1/${path}`, { token: this.host.adminToken, ...options });
  }

  /** The same, and it must be good. */
  async ok(method: string, path: string, options: CallOptions = {}): Promise<Answer> {
    const answer = await this.api(method, path, options);
    if (answer.status >= 400)
      throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.json)}`);
    return answer;
  }

  /** A token of a lesser role. */
  async token(role: string): Promise<{ id: string; token: string }> {
    return (await this.ok('POST', 'tokens', { body: { kind: 'operator', name: `a-${role}`, role } })).json;
  }

  async enrolToken(changes: Record<string, unknown> = {}): Promise<string> {
    const body = { kind: 'enrol', uses: null, autoApprove: true, ...changes };
    return (await this.ok('POST', 'tokens', { body })).json.token;
  }

  /** The first root, signed by this operator. */
  async root(): Promise<Uint8Array> {
    const online = (await this.ok('GET', 'tuf/online-key')).json as { key: TufKey };
    const root = createRoot(nodeCrypto, {
      operatorKeys: [tufKey(nodeCrypto.publicKey(this.#seed))],
      onlineKey: online.key,
      nowMs: Date.now(),
    });
    return signMetadata(nodeCrypto, root, [this.#seed]);
  }

  /** The targets that the server holds. */
  async targets(): Promise<TargetsSigned> {
    const answer = await call(this.host, 'GET', '/tuf/targets.json');
    return answer.status === 404 ? emptyTargets(Date.now()) : parseMetadata('targets', answer.bytes).signed;
  }

  /** Signs the next version of targets; by another key where one is given. */
  sign(targets: TargetsSigned, seed: Uint8Array = this.#seed): Uint8Array {
    return signTargets(nodeCrypto, targets, { nowMs: Date.now(), privateKeys: [seed] });
  }

  putTargets(bytes: Uint8Array, ifMatch?: number): Promise<Answer> {
    return this.api('PUT', 'tuf/targets', {
      body: bytes,
      ...(ifMatch !== undefined && { headers: { 'if-match': `"${ifMatch}"` } }),
    });
  }

  async putBlob(bytes: Uint8Array, digest: string): Promise<Answer> {
    return this.api('PUT', `blobs/${digest}`, { body: bytes });
  }

  /** Pushes small releases, `NAME@VERSION` each. */
  async push(...refs: string[]): Promise<PackedRelease[]> {
    const packs = refs.map((ref) => packTestRelease(ref.split('@')[0]!, ref.split('@')[1]!));
    for (const { blobs } of packs)
      for (const [digest, bytes] of blobs) {
        const { status } = await this.putBlob(bytes, digest);
        if (status !== 201) throw new Error(`blob: ${status}`);
      }
    const held = await this.targets();
    const next = packs.reduce((targets, { release }) => addTarget(targets, targetOf(release)), held);
    const answer = await this.putTargets(this.sign(next), held.version);
    if (answer.status !== 200) throw new Error(`targets: ${answer.status} ${JSON.stringify(answer.json)}`);
    return packs.map((p) => p.release);
  }

  /** Creates a rollout, and starts it. */
  async rollOut(spec: Record<string, unknown>): Promise<Answer> {
    const document = { apiVersion: 'skerry/v1', kind: 'Rollout', minReached: 1, ...spec };
    const draft = (await this.ok('POST', 'rollouts', { body: JSON.stringify(document) })).json;
    return this.ok('POST', `rollouts/${draft.id}/start`);
  }
}

/** A release as targets list it. */
export function targetOf(release: PackedRelease): { path: string; digest: string; lengthBytes: number } {
  return {
    path: `${release.name}/${release.version}`,
    digest: release.digest,
    lengthBytes: release.manifestBytes.length,
  };
}

type SimPipeline = SimAgent['pipeline'];

/** An agent over HTTP: a device key of its own, enrolled, with an access token, and SimAgent's outbox. */
export class HttpAgent {
  readonly sim: SimAgent;
  readonly host: ContractHost;
  readonly #seed: Uint8Array = new Uint8Array(randomBytes(32));
  accessToken = '';

  constructor(
    host: ContractHost,
    id: string,
    labels: Record<string, string> = {},
    pipeline: Partial<SimPipeline> = {},
  ) {
    this.host = host;
    const offline = (): never => {
      throw new Error('this agent speaks HTTP');
    };
    this.sim = new SimAgent(id, labels, { nowMs: Date.now() }, offline, pipeline);
  }

  /** The device key's seed. */
  get seed(): Uint8Array {
    return this.#seed;
  }

  get publicKey(): string {
    return toBase64Url(nodeCrypto.publicKey(this.#seed));
  }

  enrol(token?: string): Promise<Answer> {
    const body = {
      agent: this.sim.id,
      token,
      publicKey: this.publicKey,
      labels: this.sim.labels,
      facts: { arch: 'x64' },
    };
    return call(this.host, 'POST', '/agent/v1/enroll', { body });
  }

  /** An assertion as RFC 7523 has it; parts of it may be made wrong. */
  assertion(changes: { audience?: string; nowMs?: number } = {}): string {
    return signAssertion(nodeCrypto, this.#seed, {
      agentId: this.sim.id,
      audience: `${this.host.url}/agent/v1/token`,
      id: toBase64Url(randomBytes(12)),
      nowMs: Date.now(),
      ...changes,
    });
  }

  askToken(assertion: string = this.assertion()): Promise<Answer> {
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: assertion,
    });
    return call(this.host, 'POST', '/agent/v1/token', {
      body: `${form}`,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
  }

  /** Enrols with a token and gets an access token. */
  async comeIn(token: string): Promise<this> {
    const enrolled = await this.enrol(token);
    if (enrolled.status !== 200)
      throw new Error(`enrol: ${enrolled.status} ${JSON.stringify(enrolled.json)}`);
    this.accessToken = (await this.askToken()).json.access_token;
    return this;
  }

  /** Sends sync bytes as they are. */
  post(bytes: Uint8Array, headers: Record<string, string> = {}): Promise<Answer> {
    return call(this.host, 'POST', '/agent/v1/sync', {
      token: this.accessToken,
      body: bytes,
      headers: { 'content-type': 'application/x-protobuf', ...headers },
    });
  }

  /** One exchange whose answer doesn't arrive. */
  async exchange(): Promise<skerry.v1.SyncResponse> {
    const answer = await this.post(this.sim.request());
    if (answer.status !== 200) throw new Error(`sync: ${answer.status} ${JSON.stringify(answer.json)}`);
    return decode(v1.SyncResponse, answer.bytes);
  }

  /** One exchange whose answer arrives. */
  async sync(): Promise<skerry.v1.SyncResponse> {
    const response = await this.exchange();
    this.sim.take(response);
    return response;
  }
}

/** Agents that came in and said once what they run. */
export async function agentsThatSynced(
  operator: Operator,
  prefix: string,
  count: number,
  labels: Record<string, string>,
  wants: string,
): Promise<HttpAgent[]> {
  const token = await operator.enrolToken();
  const agents: HttpAgent[] = [];
  for (let i = 0; i < count; i++) {
    const agent = await new HttpAgent(operator.host, `${prefix}-${i}`, labels, { wants }).comeIn(token);
    await agent.sync();
    agents.push(agent);
  }
  return agents;
}

/** Bytes of a text, with the digest they have. */
export function blobOf(text: string): { bytes: Uint8Array; digest: string } {
  const bytes = utf8(text);
  return { bytes, digest: `sha256:${Buffer.from(nodeCrypto.sha256(bytes)).toString('hex')}` };
}
