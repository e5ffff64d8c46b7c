/**
 * A gateway as the control plane sees one, over real HTTP: enrolled by a token, signed in by the agent's own assertion,
 * syncing blocks that are built as the outbox builds them. What it reports and sends is what a test tells it to.
 */
import { randomBytes } from 'node:crypto';
import { signAssertion } from '@skerry/agent/identity/jwt';
import { toBase64Url } from '@skerry/proto/bytes';
import { crc32c } from '@skerry/proto/crc32c';
import { nodeCrypto } from '@skerry/proto/node/crypto';
import { encodeResults, type ResultRow } from '@skerry/proto/results';
import { decode, encode, skerry, v1 } from '@skerry/proto/wire';

export interface GatewayOptions {
  url: string;
  id: string;
  enrolToken: string;
  labels?: Record<string, string>;
  pipelines: skerry.v1.IReportedPipeline[];
}

type Lane = 'alert' | 'result';
const LANES: Record<Lane, skerry.v1.Lane> = {
  alert: skerry.v1.Lane.LANE_ALERT,
  result: skerry.v1.Lane.LANE_RESULT,
};

export class Gateway {
  readonly id: string;
  readonly pipelines: skerry.v1.IReportedPipeline[];
  unclaimed: skerry.v1.IUnclaimedTopic[] = [];
  ledger: Omit<skerry.v1.ILedgerReport, 'epoch'> | undefined;
  desired: skerry.v1.IDesired | undefined;
  /** Captured windows that the control plane doesn't hold yet. */
  samples: skerry.v1.ICapturedWindow[] = [];
  readonly #options: GatewayOptions;
  readonly #privateKey = new Uint8Array(randomBytes(32));
  readonly #epoch = new Uint8Array(randomBytes(16));
  readonly #startedMs = Date.now();
  readonly #last: Record<Lane, number> = { alert: 0, result: 0 };
  #blocks: skerry.v1.IBlock[] = [];
  #sketches: skerry.v1.IDriftSketch[] = [];
  #sketchSeq = 0;
  #instance = '';
  #token = '';

  constructor(options: GatewayOptions) {
    this.id = options.id;
    this.pipelines = options.pipelines;
    this.#options = options;
  }

  /** Enrols, gets an access token, and syncs once. */
  async join(): Promise<void> {
    const { url, id, enrolToken, labels = {} } = this.#options;
    await post(
      `${url}/agent/v1/enroll`,
      'application/json',
      JSON.stringify({
        agent: id,
        token: enrolToken,
        publicKey: toBase64Url(nodeCrypto.publicKey(this.#privateKey)),
        labels,
        facts: FACTS,
      }),
    );
    const audience = `${url}/agent/v1/token`;
    const assertion = signAssertion(nodeCrypto, this.#privateKey, {
      agentId: id,
      audience,
      id: randomBytes(16).toString('hex'),
      nowMs: Date.now(),
    });
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: assertion,
    });
    const answer = await post(audience, 'application/x-www-form-urlencoded', form.toString());
    this.#token = ((await answer.json()) as { access_token: string }).access_token;
    await this.sync();
  }

  /** Puts results into the outbox as one block. */
  results(rows: readonly ResultRow[]): void {
    this.#append('result', skerry.v1.BlockKind.BLOCK_KIND_RESULTS, rows.length, encodeResults(rows));
  }

  /** Puts one event of an alert episode into the outbox. */
  alert(record: skerry.v1.IAlertRecord): void {
    const bytes = encode(v1.AlertList, { alerts: [record] });
    this.#append('alert', skerry.v1.BlockKind.BLOCK_KIND_ALERTS, 1, bytes);
  }

  sketch(sketch: skerry.v1.IDriftSketch): void {
    this.#sketches.push({ ...sketch, seq: ++this.#sketchSeq });
  }

  /** One exchange: everything held goes up, what is acknowledged is forgotten, desired state is taken. */
  async sync(): Promise<void> {
    const request = encode(v1.SyncRequest, {
      protocol: 1,
      epoch: this.#epoch,
      clock: { boot: this.id, monoMs: Date.now() - this.#startedMs, wallMs: Date.now() },
      reported: {
        version: '0.1.0',
        labels: this.#options.labels ?? {},
        facts: FACTS,
        pipelines: this.pipelines,
        unclaimed: this.unclaimed,
        unclaimedMessages: this.unclaimed.reduce((sum, u) => sum + Number(u.messages), 0),
        appliedGeneration: this.desired?.generation ?? 0,
      },
      blocks: this.#blocks,
      sketches: this.#sketches,
      samples: this.samples,
      ledgers: this.ledger ? [{ ...this.ledger, epoch: this.#epoch }] : [],
      seenInstance: this.#instance,
      seenGeneration: this.desired?.generation ?? 0,
      lanes: [this.#laneRange('alert'), this.#laneRange('result')],
    });
    const answer = await post(
      `${this.#options.url}/agent/v1/sync`,
      'application/x-protobuf',
      request,
      this.#token,
    );
    const response = decode(v1.SyncResponse, new Uint8Array(await answer.arrayBuffer()));
    for (const ack of response.acks)
      this.#blocks = this.#blocks.filter(
        (b) => b.lane !== ack.lane || Number(b.seqLast) > Number(ack.cursor ?? 0),
      );
    this.#sketches = this.#sketches.filter((s) => Number(s.seq) > Number(response.sketchCursor));
    this.samples = this.samples.filter(({ id }) => !response.heldSamples.includes(id ?? ''));
    this.#instance = response.instance;
    if (response.desired) this.desired = response.desired;
  }

  /** Activates what is desired of every pipeline, as an agent does once the golden vectors have passed. */
  apply(): void {
    for (const wanted of this.desired?.pipelines ?? []) {
      const pipeline = this.pipelines.find((p) => p.name === wanted.name);
      if (!pipeline || !wanted.release || pipeline.releaseDigest === wanted.releaseDigest) continue;
      Object.assign(pipeline, {
        previous: pipeline.release ?? '',
        release: wanted.release,
        releaseDigest: wanted.releaseDigest,
        variant: 'int8',
        backend: 'native',
        state: skerry.v1.SlotState.SLOT_STATE_ACTIVE,
        golden: [{ variant: 'int8', backend: 'native', passed: true, detail: '', inferUs: 184 }],
      });
    }
  }

  #laneRange(lane: Lane): skerry.v1.ILaneRange {
    const first = this.#blocks.find((b) => b.lane === LANES[lane]);
    return { lane: LANES[lane], firstPending: Number(first?.seq ?? 0), last: this.#last[lane] };
  }

  #append(lane: Lane, kind: skerry.v1.BlockKind, count: number, columns: Uint8Array): void {
    const seq = ++this.#last[lane];
    this.#blocks.push({
      epoch: this.#epoch,
      lane: LANES[lane],
      seq,
      seqLast: seq,
      kind,
      count,
      codec: skerry.v1.Codec.CODEC_NONE,
      columns,
      crc32c: crc32c(columns),
    });
  }
}

const FACTS = { arch: 'x64', os: 'linux', runtime: 'node 24', backends: 'native,wasm' };

async function post(url: string, type: string, body: string | Uint8Array, token?: string): Promise<Response> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': type, ...(token !== undefined && { authorization: `Bearer ${token}` }) },
    body: body as string,
  });
  if (!response.ok) throw new Error(`POST ${url}: ${response.status} ${await response.text()}`);
  return response;
}
