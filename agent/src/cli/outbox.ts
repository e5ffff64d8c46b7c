import { SkerryError } from '@skerry/proto/errors';
import { print, printJson, printTable } from '@skerry/proto/node/program';
import { stderrLog } from '../adapters/log.ts';
import { nodeCompression } from '../adapters/node-compression.ts';
import { systemClock, systemRandom } from '../adapters/system-clock.ts';
import type { AgentStatus } from '../local/view.ts';
import { sampleLedgerMessage } from '../outbox/ledger.ts';
import { openOutbox } from '../outbox/open.ts';
import { epochText, outboxStatus } from '../reported.ts';
import { openStore } from './compose.ts';
import { loadConfig } from './config-file.ts';
import { fetchStatus, localUrl, showLedger } from './status.ts';

type LedgerView = Pick<AgentStatus, 'agent' | 'epoch' | 'outbox' | 'outboxBytes'> & {
  pipelines: Pick<AgentStatus['pipelines'][number], 'name' | 'samples'>[];
};

/** `skerry-agent outbox ledger`: asks the running agent, and opens the database only when none runs. */
export async function outboxLedger(options: { config: string; json: boolean }): Promise<void> {
  const view = await ledgerView(options.config);
  if (options.json) return printJson(view);
  print(view.agent);
  showLedger(view);
}

/** `skerry-agent outbox verify`: the two sums. Throws SkerryError failed, naming what doesn't add up. */
export async function outboxVerify(options: { config: string; json: boolean }): Promise<void> {
  const view = await ledgerView(options.config);
  const wrong = [
    ...view.pipelines
      .filter(
        ({ samples: s }) =>
          s.received !== sum(Object.values(s.rejected)) + s.open + s.used + s.gap + s.skipped || s.open < 0,
      )
      .map(({ name }) => `samples of ${name}`),
    ...view.outbox
      .filter((l) => l.produced !== l.delivered + l.pending + l.summarized + l.evicted)
      .map(({ lane }) => lane),
  ];
  if (wrong.length > 0)
    throw new SkerryError('corrupt', `the ledger doesn't add up for ${wrong.join(', ')}`, {
      hint: 'skerry-agent outbox ledger shows the terms',
    });
  if (options.json) return printJson({ agent: view.agent, epoch: view.epoch, verified: true });
  print(`${view.agent}: every sample and every result is accounted for (epoch ${view.epoch})`);
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
  try {
    const status = await fetchStatus(localUrl(loaded.config.local.listen));
    // Another agent may have that port while this one is down.
    if (status.agent === loaded.agentId) return status;
  } catch (error) {
    if (!(error instanceof SkerryError) || error.code !== 'unavailable') throw error;
  }
  const log = stderrLog(systemClock, 'error');
  const store = await openStore(loaded);
  try {
    const { maxBytes, maxAge, whenFull, durability } = loaded.config.buffer;
    const { outbox, recovered } = await openOutbox(store, {
      clock: systemClock,
      random: systemRandom,
      log,
      crashPoint: () => undefined,
      limits: { maxBytes, maxAgeMs: maxAge, whenFull, durability },
      compression: nodeCompression,
    });
    const stats = outbox.stats();
    const pipelines = [...recovered.counters].map(([name, counters]) => {
      const { received, rejected, used, gap, skipped } = counters;
      return {
        name,
        samples: {
          received,
          rejected,
          used,
          gap,
          skipped,
          open: sampleLedgerMessage(name, counters).open ?? 0,
        },
      };
    });
    return {
      agent: loaded.agentId,
      epoch: epochText(outbox.epoch),
      outbox: outboxStatus(stats),
      outboxBytes: stats.sizeBytes,
      pipelines,
    };
  } finally {
    await store.close();
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}
