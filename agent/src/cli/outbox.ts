import { SkerryError } from '@skerry/proto/errors';
import { print, printJson, printTable } from '@skerry/proto/node/program';
import type { AgentStatus } from '../local/view.ts';
import { sampleLedgerMessage } from '../outbox/ledger.ts';
import type { Damage } from '../outbox/recover.ts';
import { epochText, outboxStatus } from '../reported.ts';
import { loadConfig } from './config-file.ts';
import { runningStatus, withOutbox } from './opened-outbox.ts';
import { showLedger } from './status.ts';

type LedgerView = Pick<AgentStatus, 'agent' | 'epoch' | 'outbox' | 'outboxBytes'> & {
  pipelines: Pick<AgentStatus['pipelines'][number], 'name' | 'samples'>[];
  damage: string[];
};

/** `skerry-agent outbox ledger`: asks the running agent, and opens the database only when none runs. */
export async function outboxLedger(options: { config: string; json: boolean }): Promise<void> {
  const { damage: _, ...view } = await ledgerView(options.config);
  if (options.json) return printJson(view);
  print(view.agent);
  showLedger(view);
}

/**
 * `skerry-agent outbox verify`: the two sums, and that every block number from the cursor to the last is covered. Where
 * the agent isn't running every block's checksum is tried, too. Throws SkerryError corrupt, naming what doesn't hold.
 */
export async function outboxVerify(options: { config: string; json: boolean }): Promise<void> {
  const view = await ledgerView(options.config);
  const problems = [
    ...view.pipelines
      .filter(
        ({ samples: s }) =>
          s.received !== sum(Object.values(s.rejected)) + s.open + s.used + s.gap + s.skipped || s.open < 0,
      )
      .map(({ name }) => `samples of ${name} don't add up`),
    ...view.outbox
      .filter((l) => l.produced !== l.delivered + l.pending + l.summarized + l.evicted)
      .map(({ lane }) => `${lane} don't add up`),
    ...view.outbox.flatMap(({ numbers }) => numbers.problems),
    ...view.damage,
  ];
  if (options.json)
    printJson({
      agent: view.agent,
      epoch: view.epoch,
      verified: problems.length === 0,
      problems,
      lanes: view.outbox,
    });
  else for (const lane of view.outbox) showGaps(lane);
  if (problems.length > 0)
    throw new SkerryError('corrupt', `the outbox of ${view.agent} doesn't verify: ${problems.join('; ')}`, {
      hint: 'skerry-agent outbox ledger shows the terms',
    });
  if (!options.json)
    print(`${view.agent}: every sample and every result is accounted for (epoch ${view.epoch})`);
}

function showGaps({ lane, numbers }: LedgerView['outbox'][number]): void {
  const { cursor, last, gaps, gapsOmitted } = numbers;
  print(`${lane}: acknowledged to block ${cursor}, ${last} is the last given out`);
  for (const { first, last: end, records, became } of gaps)
    print(
      `  ${first === end ? `block ${first}` : `blocks ${first} to ${end}`}: ${records} records, ${became}`,
    );
  if (gapsOmitted > 0) print(`  and ${gapsOmitted} such ranges before these`);
}

/** `skerry-agent outbox ls`: what each lane still holds. */
export async function outboxLs(options: { config: string; json: boolean }): Promise<void> {
  const view = await ledgerView(options.config);
  if (options.json) return printJson(view.outbox);
  printTable(
    ['records', 'pending', 'delivered'],
    view.outbox.map((l) => [l.lane, `${l.pending}`, `${l.delivered}`]),
  );
}

async function ledgerView(configFile: string): Promise<LedgerView> {
  const loaded = await loadConfig(configFile);
  const status = await runningStatus(loaded);
  if (status) return { ...status, damage: [] };
  return withOutbox(loaded, async ({ outbox, recovered, damage }) => {
    const stats = outbox.stats();
    const pipelines = [...recovered.counters].map(([name, counters]) => {
      const { received, rejected, used, gap, skipped } = counters;
      const open = sampleLedgerMessage(name, counters).open ?? 0;
      return { name, samples: { received, rejected, used, gap, skipped, open } };
    });
    return {
      agent: loaded.agentId,
      epoch: epochText(outbox.epoch),
      outbox: outboxStatus(stats),
      outboxBytes: stats.sizeBytes,
      pipelines,
      damage: describeDamage(damage),
    };
  });
}

/** Damage that this very opening found. It is counted from now on, so the next one finds none. */
function describeDamage({ headLost, holes, records, samples }: Damage): string[] {
  return [
    ...(headLost ? ['the head was lost, and a new epoch began'] : []),
    ...holes.map(
      ({ lane, first, last, records: n }) =>
        `${lane} ${first === last ? `block ${first}` : `blocks ${first} to ${last}`} of the store can't be read: ${n} records, counted as evicted now`,
    ),
    ...(samples > 0 ? [`${samples} samples of the journal are lost, counted as rejected{corrupt} now`] : []),
    ...(records.length > 0
      ? [`${records.length} other records can't be read: ${records.slice(0, 5).join(', ')}`]
      : []),
  ];
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}
