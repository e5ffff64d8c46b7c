/** `skerry ledger`: whether every reading and every result is accounted for. */
import { type Command, print } from '@skerry/proto/node/program';
import type { LedgerInfo } from '../core/shard/ledger.ts';
import { ago, table } from './format.ts';
import { action, wholeNumber } from './session.ts';

/** Adds `ledger show`. */
export function addLedgerCommands(program: Command): void {
  const ledger = program
    .command('ledger')
    .description('ledgers: every reading and every result in exactly one term');
  ledger
    .command('show')
    .description('the two sums of every agent, by epoch of its outbox')
    .argument('[agent]', 'only of this agent')
    .option('--limit <n>', 'at most so many', wholeNumber(1), 1_000)
    .addHelpText('after', '\nExamples:\n  skerry ledger show\n  skerry ledger show oslo-gw1')
    .action(
      action<{ limit: number }>(async (session, [agent], { limit }) => {
        const ledgers = await session.client.list<LedgerInfo>('api/v1/ledger', { agent }, limit);
        session.show(ledgers, () => showLedgers(ledgers));
      }),
    );
}

function showLedgers(ledgers: readonly LedgerInfo[]): void {
  print('results: produced = delivered + pending + summarized + evicted');
  table(
    [
      'agent',
      'epoch',
      'produced',
      'delivered',
      'pending',
      'summarized',
      'evicted',
      'unknown',
      'adds up',
      'as of',
    ],
    ledgers.map((l) => [
      l.agent,
      l.current ? `${l.epoch.slice(0, 8)} (now)` : l.epoch.slice(0, 8),
      `${l.results.produced}`,
      `${l.results.delivered}`,
      `${l.results.pending}`,
      `${l.results.summarized}`,
      `${l.results.evicted}`,
      `${l.unknown}`,
      l.addsUp ? 'yes' : 'NO',
      ago(l.updatedMs),
    ]),
    'no agent has reported a ledger yet',
  );
  const samples = ledgers.flatMap((l) => l.samples.map((s) => ({ agent: l.agent, epoch: l.epoch, ...s })));
  if (samples.length === 0) return;
  print('\nsamples: received = rejected + open + used + gap + skipped');
  table(
    ['agent', 'epoch', 'pipeline', 'received', 'rejected', 'open', 'used', 'gap', 'skipped', 'reasons'],
    samples.map((s) => [
      s.agent,
      s.epoch.slice(0, 8),
      s.pipeline,
      `${s.received}`,
      `${Object.values(s.rejected).reduce((a, b) => a + b, 0)}`,
      `${s.open}`,
      `${s.used}`,
      `${s.gap}`,
      `${s.skipped}`,
      Object.entries(s.rejected)
        .map(([reason, n]) => `${reason} ${n}`)
        .join(', '),
    ]),
  );
}
