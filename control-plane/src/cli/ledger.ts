/** `skerry ledger`: whether every reading and every result is accounted for. */
import { SkerryError } from '@skerry/proto/errors';
import { type Command, print } from '@skerry/proto/node/program';
import type { LedgerInfo } from '../core/shard/ledger.ts';
import type { LaneProof, LedgerProof } from '../core/shard/proof.ts';
import { ago, table } from './format.ts';
import { action, type Session, wholeNumber } from './session.ts';

/** Adds `ledger show|verify`. */
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
  ledger
    .command('verify')
    .description(
      'prove every ledger against the blocks that the control plane holds; exit code 1 where one differs',
    )
    .argument('[agent]', 'only of this agent')
    .addHelpText(
      'after',
      `
What is delivered by an agent's count must be stored here once, a duplicate or kept aside, and every block number up to
the agent's cursor must be covered. What is pending, or held here and not known to the agent yet, differs in nothing.

Examples:
  skerry ledger verify
  skerry ledger verify oslo-gw1 --json`,
    )
    .action(action(verifyLedgers));
}

async function verifyLedgers(session: Session, [agent]: string[]): Promise<void> {
  const proofs: LedgerProof[] = [];
  const query = { agent, limit: PROOFS_A_PAGE };
  for await (const page of session.client.pages<LedgerProof>('api/v1/ledger/verify', query))
    proofs.push(...page);
  // An agent that isn't there is another matter than one that has nothing to prove yet.
  if (agent !== undefined && proofs.length === 0)
    await session.client.json('GET', `api/v1/agents/${encodeURIComponent(agent)}`);
  const differing = proofs.filter(({ proven }) => !proven);
  session.show({ proven: differing.length === 0, ledgers: proofs }, () => showProofs(proofs));
  if (differing.length === 0) return;
  const agents = [...new Set(differing.map((proof) => proof.agent))];
  throw new SkerryError('failed', `the ledgers of ${agents.join(', ')} are not proven`, {
    hint: 'what differs is named above, and under problems with --json',
  });
}

function showProofs(proofs: readonly LedgerProof[]): void {
  table(
    [
      'agent',
      'epoch',
      'lane',
      'delivered',
      '= stored',
      '+ duplicates',
      '+ kept aside',
      'pending',
      'here already',
      'unknown',
      'gaps',
      'proven',
    ],
    proofs.flatMap(({ agent, epoch, current, lanes }) =>
      lanes.map(({ lane, claim, held, ahead, unknown, gaps, gapsOmitted, proven }) => [
        agent,
        epochName(epoch, current),
        lane,
        `${claim.delivered}`,
        `${held.stored}`,
        `${held.duplicates}`,
        `${held.quarantined}`,
        `${claim.pending}`,
        `${ahead}`,
        `${unknown}`,
        `${gaps.length + gapsOmitted}`,
        proven ? 'yes' : 'NO',
      ]),
    ),
    'no agent has reported a ledger yet',
  );
  for (const proof of proofs) {
    const name = `${proof.agent} ${epochName(proof.epoch, proof.current)}`;
    for (const problem of proof.problems) print(`! ${name}: ${problem}`);
    for (const lane of proof.lanes) showGaps(name, lane);
  }
}

function showGaps(name: string, { lane, gaps, gapsOmitted, unknown }: LaneProof): void {
  for (const { first, last, records, reason } of gaps) {
    const blocks = first === last ? `block ${first}` : `blocks ${first} to ${last}`;
    print(`  ${name}: ${lane} ${blocks}: ${records ?? 'some'} records, ${REASONS[reason] ?? reason}`);
  }
  if (gapsOmitted > 0) print(`  ${name}: ${lane}: ${gapsOmitted} gaps before these`);
  if (unknown > 0)
    print(
      `  ${name}: ${lane}: ${unknown} records were pending when this epoch ended, and never came: unknown`,
    );
}

const PROOFS_A_PAGE = 20;

const REASONS: Readonly<Record<string, string>> = {
  summarized: 'made coarser by the agent',
  age: 'given up by the agent: too old',
  space: 'given up by the agent: no space',
  corrupt: 'damaged on the agent',
  unknown: 'delivered once, not held here any more',
  missing: 'delivered once, not held here any more',
  several: 'given up by the agent, for several reasons',
};

function epochName(epoch: string, current: boolean): string {
  return current ? `${epoch.slice(0, 8)} (now)` : epoch.slice(0, 8);
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
      epochName(l.epoch, l.current),
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
