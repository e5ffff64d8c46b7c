/** `skerry serve` as a process, and an operator in front of it: command line and HTTP. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fetchMetrics } from './metrics.ts';
import { freePorts } from './ports.ts';
import { type Program, runProgram, startProgram } from './program.ts';
import { until } from './until.ts';

export const CATALOG = join(import.meta.dirname, '../../../models/catalog');

/** A result as it appears on MQTT and over HTTP, as far as tests look at it. */
export interface ResultJson {
  id: string;
  device: string;
  pipeline: string;
  release: string;
  from: string;
  to: string;
  decision: string;
  outputs: Record<string, number>;
  attribution?: { channel: string; share: number }[];
  policy: number;
  inputDigest: string;
}

export interface AlertJson {
  agent: string;
  episode: string;
  state: string;
  kind: string;
  pipeline: string;
  device: string;
  result: Record<string, unknown> & { attribution: { channel: string; share: number }[] };
}

interface Tokens {
  adminToken: string;
  enrollToken: string;
}

export class ControlPlane {
  readonly url: string;
  readonly dataDir: string;
  readonly #port: number;
  readonly #bootstrap: string;
  #program: Program | undefined;
  #tokens: Tokens = { adminToken: '', enrollToken: '' };

  private constructor(folder: string, port: number) {
    this.#port = port;
    this.url = `http://127.0.0.1:${port}`;
    this.dataDir = join(folder, 'control-plane');
    this.#bootstrap = join(folder, 'bootstrap.json');
  }

  /** A control plane that keeps everything under `folder`; `start` brings it up. */
  static async create(folder: string): Promise<ControlPlane> {
    const [port] = await freePorts(1);
    return new ControlPlane(folder, port!);
  }

  /** Starts it, again over what is there already, and waits until it is ready. */
  async start(): Promise<void> {
    const args = ['--data', this.dataDir, '--port', `${this.#port}`, '--bootstrap', this.#bootstrap];
    const program = startProgram('skerry', ['serve', ...args]);
    this.#program = program;
    await until('the control plane to be ready', async () => {
      if (!program.running) throw new Error(`the control plane ended: ${program.stderr}${program.stdout}`);
      const answer = await fetch(`${this.url}/readyz`).catch(() => undefined);
      return answer?.ok;
    });
    this.#tokens = JSON.parse(await readFile(this.#bootstrap, 'utf8')) as Tokens;
  }

  async stop(): Promise<void> {
    await this.#program?.stop();
  }

  async kill(): Promise<void> {
    await this.#program?.kill();
  }

  /** What agents enrol with. */
  get enrollToken(): string {
    return this.#tokens.enrollToken;
  }

  /** `skerry …` as the administrator; rejects where it fails. Returns what `--json` prints. */
  async skerry<T = unknown>(...args: string[]): Promise<T> {
    const env = { SKERRY_URL: this.url, SKERRY_TOKEN: this.#tokens.adminToken };
    const { code, stdout, stderr } = await runProgram('skerry', ['--json', ...args], { env });
    if (code !== 0) throw new Error(`skerry ${args.join(' ')} ended with ${code}: ${stderr}`);
    return (stdout.trim() === '' ? undefined : JSON.parse(stdout)) as T;
  }

  /** The operators' HTTP API. */
  async get<T>(path: string): Promise<T> {
    const answer = await fetch(`${this.url}/api/v1/${path}`, {
      headers: { authorization: `Bearer ${this.#tokens.adminToken}` },
    });
    if (!answer.ok) throw new Error(`GET ${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  }

  /** Every result that matches the query, page by page, the oldest window first. */
  async results(query: Readonly<Record<string, string>> = {}): Promise<ResultJson[]> {
    const all: ResultJson[] = [];
    let cursor: string | undefined;
    do {
      const search = new URLSearchParams({ order: 'asc', limit: '500', ...query });
      if (cursor !== undefined) search.set('cursor', cursor);
      const page = await this.get<{ items: ResultJson[]; cursor?: string }>(`results?${search}`);
      all.push(...page.items);
      cursor = page.cursor;
    } while (cursor !== undefined);
    return all;
  }

  async alerts(query = 'state=all&limit=500'): Promise<AlertJson[]> {
    return (await this.get<{ items: AlertJson[] }>(`alerts?${query}`)).items;
  }

  /** `skerry_control_results_ingested_total`; undefined where the control plane doesn't answer. */
  async ingested(): Promise<number | undefined> {
    return (await fetchMetrics(this.url))?.sum('skerry_control_results_ingested_total');
  }
}
