/** One agent that is ended in the worst ways, the pumps that publish to it all the while, and what must hold at the end. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { AgentProcess, type ConfigParts, pumpPipeline } from '../e2e/support/agent.ts';
import { CATALOG, type ControlPlane, type ResultJson } from '../e2e/support/control-plane.ts';
import { type Ended, type Program, runProgram } from '../e2e/support/program.ts';
import { closedWindows } from '../e2e/support/recordings.ts';
import { until } from '../e2e/support/until.ts';
import type { Treatment } from './agent-main.ts';
import { Pump, recordingCsv } from './pump.ts';

const ENTRY = join(import.meta.dirname, 'agent-main.ts');
const FROM_MS = Date.UTC(2026, 0, 1);
const END_MS = 20_000;

/** A pipeline of `pump` with this version of the catalogue's release. */
export function pumpRelease(version: string): ConfigParts {
  return pumpPipeline(`file:${join(CATALOG, 'pump-anomaly', version)}`);
}

interface KillOptions extends Omit<Treatment, 'killAt'> {
  under?: readonly string[];
}

export class Site {
  readonly agent: AgentProcess;
  readonly pumps: Pump[] = [];
  readonly #folder: string;

  private constructor(folder: string, agent: AgentProcess) {
    this.#folder = folder;
    this.agent = agent;
  }

  static async create(
    folder: string,
    id: string,
    parts: ConfigParts = {},
    controlPlane?: ControlPlane,
  ): Promise<Site> {
    const config = {
      trust: { allowUnsigned: true },
      // Every start and the backtest take the same variant, so the scores are the same as well.
      inference: { choose: 'first' },
      pipelines: [pumpRelease('1.0.0')],
      ...parts,
    };
    return new Site(folder, await AgentProcess.create(folder, id, config, controlPlane));
  }

  /** So many pumps begin to publish; they go on over whatever happens to the agent. */
  startPumps(count: number, perSecond = 200): void {
    for (let i = 0; i < count; i++) {
      const options = { seed: 7 + i, fromMs: FROM_MS, perSecond };
      this.pumps.push(new Pump(`pump-${i + 1}`, this.agent.mqttUrl, options));
    }
  }

  /** The agent, with what a test does to it. */
  launch(treatment: Treatment, under: readonly string[] = []): Program {
    return this.agent.launch({ entry: { script: ENTRY, args: [JSON.stringify(treatment)] }, under });
  }

  /** Starts the agent and waits for it to kill itself at the nth time through a crash point. */
  async killAt(point: string, nth = 1, { under, ...treatment }: KillOptions = {}): Promise<void> {
    const program = this.launch({ ...treatment, killAt: { point, nth } }, under);
    await until(`the agent to come to ${point}`, () => !program.running, END_MS).catch((error: Error) => {
      throw new Error(`${error.message}; it said: ${program.stderr}`);
    });
    const { code, stderr } = await program.ended;
    if (code !== null) throw new Error(`the agent ended by itself on its way to ${point}: ${stderr}`);
  }

  /** The pumps send what they have left, and end. */
  async finishPumps(): Promise<void> {
    await Promise.all(this.pumps.map((pump) => pump.finish()));
  }

  async end(): Promise<void> {
    await Promise.all(this.pumps.map((pump) => pump.abandon()));
    await this.agent.stop();
  }

  get acknowledged(): number {
    return this.pumps.reduce((sum, pump) => sum + pump.acknowledged, 0);
  }

  /** Distinct samples in the agent's ledger. */
  async kept(): Promise<number> {
    return keptSamples((await this.agent.pipeline('pump')).samples);
  }

  /** `skerry-agent outbox verify`. */
  verify(): Promise<Ended> {
    return runProgram('skerry-agent', ['outbox', 'verify', '-c', this.agent.configFile], {
      env: this.agent.env,
    });
  }

  /** What a backtest makes of everything that was published. */
  async backtest(): Promise<ResultJson[]> {
    const recording = join(this.#folder, `${this.agent.id}.csv`);
    const out = join(this.#folder, `${this.agent.id}.ndjson`);
    writeFileSync(recording, recordingCsv(this.pumps));
    const args = ['--pipeline', 'pump', '--input', recording, '--device', 'device', '--out', out];
    const ended = await runProgram('skerry-agent', ['backtest', '-c', this.agent.configFile, ...args], {
      env: this.agent.env,
    });
    expect(ended).toMatchObject({ code: 0 });
    const lines = readFileSync(out, 'utf8').trim().split('\n');
    return lines.map((line) => JSON.parse(line) as ResultJson);
  }

  /** Windows that data alone closes; a device's last ones wait for silence, which the end of a recording is. */
  get closedWindows(): number {
    return this.pumps.reduce((sum, { readings }) => sum + closedWindows(readings.length), 0);
  }

  /** Fails where these aren't the results of a backtest, each once, as far as data alone takes them. */
  async expectResults(held: readonly ResultJson[]): Promise<void> {
    const expected = await this.backtest();
    expect(held.length).toBeGreaterThanOrEqual(this.closedWindows);
    for (const { id } of this.pumps) {
      const mine = held.filter(({ device }) => device === id).map(essence);
      const all = expected.filter(({ device }) => device === id).map(essence);
      expect(mine).toEqual(all.slice(0, mine.length));
    }
    expect(new Set(held.map(({ id }) => id)).size).toBe(held.length);
    expect(held.filter(({ device }) => !this.pumps.some(({ id }) => id === device))).toEqual([]);
  }
}

/**
 * Distinct samples of a ledger. What a pump sent twice, because its PUBACK died with the agent, is rejected as a duplicate
 * or as late, and is no sample of its own; nothing else may be rejected.
 */
export function keptSamples(ledger: {
  received: number;
  rejected: Readonly<Record<string, number>>;
}): number {
  const { duplicate = 0, late = 0, ...others } = ledger.rejected;
  expect(others).toEqual({});
  return ledger.received - duplicate - late;
}

/** What must be the same; scores differ in their last digits with the batch that a window was in. */
function essence({ id, from, to, decision, inputDigest }: ResultJson): Partial<ResultJson> {
  return { id, from, to, decision, inputDigest };
}
