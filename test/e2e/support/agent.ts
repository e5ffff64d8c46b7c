/** `skerry-agent run` as a process, over a configuration that a test writes. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AgentStatus } from '@skerry/agent/local/view';
import type { ControlPlane } from './control-plane.ts';
import { fetchMetrics, type Metrics } from './metrics.ts';
import { freePorts } from './ports.ts';
import { type Ended, type Program, type ProgramOptions, startProgram, startScript } from './program.ts';
import { until } from './until.ts';

/** Parts of agent.yaml; JSON is YAML, so what tests write is JSON. */
export type ConfigParts = Readonly<Record<string, unknown>>;

const PUMP_CHANNELS = ['flow', 'suction', 'discharge', 'current', 'vibration'] as const;

/** The pipeline `pump` of the catalogue's machines, with the release named. */
export function pumpPipeline(release: string, rest: ConfigParts = {}): ConfigParts {
  return {
    name: 'pump',
    release,
    source: {
      topics: ['plant/+/pump/+/telemetry'],
      device: '{topic[3]}',
      time: { field: 'ts', unit: 'ms' },
      channels: Object.fromEntries(PUMP_CHANNELS.map((name) => [name, name])),
    },
    ...rest,
  };
}

interface AgentOptions extends ProgramOptions {
  /** A script of a test's own in the place of `skerry-agent run`; its first argument is the configuration. */
  entry?: { script: string; args: readonly string[] };
}

export class AgentProcess {
  readonly id: string;
  readonly folder: string;
  readonly configFile: string;
  readonly dataDir: string;
  readonly mqttUrl: string;
  readonly localUrl: string;
  /** Also given to every start. */
  env: Record<string, string> = {};
  #config: ConfigParts = { apiVersion: 'skerry/v1', kind: 'Agent' };
  #program: Program | undefined;

  private constructor(folder: string, id: string, mqttPort: number, localPort: number) {
    this.folder = folder;
    this.id = id;
    this.configFile = join(folder, `${id}.yaml`);
    this.dataDir = join(folder, id);
    this.mqttUrl = `mqtt://127.0.0.1:${mqttPort}`;
    this.localUrl = `http://127.0.0.1:${localPort}`;
  }

  /**
   * An agent on free ports that keeps everything under `folder`, with these parts of agent.yaml beside its own. With a
   * control plane, which must have been started, it enrols there by a token.
   */
  static async create(
    folder: string,
    id: string,
    parts: ConfigParts,
    controlPlane?: ControlPlane,
  ): Promise<AgentProcess> {
    const [mqttPort, localPort] = await freePorts(2);
    const agent = new AgentProcess(folder, id, mqttPort!, localPort!);
    if (controlPlane) agent.env = { SKERRY_ENROLL_TOKEN: controlPlane.enrollToken };
    agent.configure({
      agent: { id, data: agent.dataDir },
      ...(controlPlane && {
        controlPlane: { url: controlPlane.url, enrollToken: '${SKERRY_ENROLL_TOKEN}', interval: '1s' },
      }),
      mqtt: { listen: { host: '127.0.0.1', port: mqttPort } },
      local: { listen: `127.0.0.1:${localPort}` },
      ...parts,
    });
    return agent;
  }

  /** Replaces parts of its agent.yaml, for the next start. */
  configure(parts: ConfigParts): void {
    this.#config = { ...this.#config, ...parts };
    writeFileSync(this.configFile, JSON.stringify(this.#config, null, 2));
  }

  /** Starts it, again over what is there already, and waits until it is ready. */
  async start(options: AgentOptions = {}): Promise<void> {
    const program = this.launch(options);
    await until('the agent to be ready', async () => {
      if (!program.running) throw new Error(`the agent ended: ${program.stderr}`);
      // The page answers before the broker listens; the line on stdout comes last.
      return program.stdout.includes(' runs: ');
    });
  }

  /** Starts it and doesn't wait. */
  launch({ entry, ...options }: AgentOptions = {}): Program {
    const all = { ...options, env: { ...this.env, ...options.env } };
    this.#program = entry
      ? startScript(entry.script, [this.configFile, ...entry.args], all)
      : startProgram('skerry-agent', ['run', '-c', this.configFile], all);
    return this.#program;
  }

  async stop(): Promise<Ended | undefined> {
    return this.#program?.stop();
  }

  async kill(): Promise<Ended | undefined> {
    return this.#program?.kill();
  }

  get running(): boolean {
    return this.#program?.running === true;
  }

  get pid(): number {
    return this.#program?.pid ?? 0;
  }

  /** What it logged since its last start. */
  get log(): string {
    return this.#program?.stderr ?? '';
  }

  async status(): Promise<AgentStatus> {
    const answer = await fetch(`${this.localUrl}/api/status`);
    return (await answer.json()) as AgentStatus;
  }

  async metrics(): Promise<Metrics> {
    return until('the agent to show its metrics', () => fetchMetrics(this.localUrl));
  }

  /** Its newest results, newest first, as its own page shows them. */
  async recent(device?: string): Promise<Record<string, unknown>[]> {
    const query = device === undefined ? '' : `&device=${device}`;
    const answer = await fetch(`${this.localUrl}/api/results?limit=500${query}`);
    return ((await answer.json()) as { results: Record<string, unknown>[] }).results;
  }

  /** Samples that were refused, by reason. */
  async rejected(pipeline: string): Promise<Record<string, number>> {
    return (await this.pipeline(pipeline)).samples.rejected;
  }

  async pipeline(name: string): Promise<AgentStatus['pipelines'][number]> {
    const found = (await this.status()).pipelines.find((pipeline) => pipeline.name === name);
    if (!found) throw new Error(`the agent has no pipeline ${name}`);
    return found;
  }
}

/**
 * Waits until agent and control plane count the same results and nothing is under way between them; returns that count.
 * Both numbers come from the databases.
 */
export async function agreement(
  agent: AgentProcess,
  controlPlane: ControlPlane,
  deadlineMs = 30_000,
): Promise<number> {
  let seen = '';
  const agreed = async (): Promise<number | undefined> => {
    const metrics = await agent.metrics();
    const produced = metrics.sum('skerry_agent_results_total');
    const pending = metrics.sum('skerry_agent_outbox_records', { state: 'pending' });
    const ingested = await controlPlane.ingested();
    seen = `${produced} produced, ${pending} records pending, ${ingested} ingested`;
    return pending === 0 && produced === ingested ? produced : undefined;
  };
  return until('agent and control plane to agree', agreed, deadlineMs).catch((error: Error) => {
    throw new Error(`${error.message}: ${seen}`);
  });
}
