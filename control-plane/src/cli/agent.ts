/** `skerry agent`: who is enrolled, and what each runs. */
import { type Command, print } from '@skerry/proto/node/program';
import { formatDuration } from '@skerry/proto/units';
import type { AgentInfo } from '../core/shard/fleet-view.ts';
import { ago, fields, labels, number, plain, shortDigest, table, time } from './format.ts';
import { action, readLabels, type Session, usageError, wholeNumber } from './session.ts';

/** Adds `agent ls|show|approve|replace|reject|label|retire`. */
export function addAgentCommands(program: Command): void {
  const agent = program.command('agent').description('agents: the gateways that run releases');
  agent
    .command('ls')
    .description('every agent')
    .option('--state <state>', 'pending, approved, rejected or retired')
    .option('--selector <selector>', 'labels and facts: site==oslo and fact.arch==x64')
    .option('--limit <n>', 'at most so many', wholeNumber(1), 1_000)
    .addHelpText(
      'after',
      `
Examples:
  skerry agent ls
  skerry agent ls --state pending
  skerry agent ls --selector 'site==oslo and fact.arch==x64' --json`,
    )
    .action(
      action<{ state?: string; selector?: string; limit: number }>(async (session, _, options) => {
        const { state, selector, limit } = options;
        const agents = await session.client.list<AgentInfo>('api/v1/agents', { state, selector }, limit);
        session.show(agents, () => listAgents(agents));
      }),
    );
  agent
    .command('show')
    .description('one agent: pipelines, slots, golden outcomes, what it doesn’t take')
    .argument('<agent>')
    .addHelpText('after', '\nExample:\n  skerry agent show oslo-gw1')
    .action(
      action(async (session, [id]) => {
        const info = await session.client.json<AgentInfo>('GET', agentPath(id!));
        session.show(info, () => showAgent(info));
      }),
    );
  addVerb(agent, 'approve', 'let a waiting agent in, or the new key that asks for its id', 'is approved');
  addVerb(
    agent,
    'replace',
    "give an agent's id to the second key that waits for it: the old gateway comes in no more",
    'is held by the new key; what the old one still had pending is unknown',
  );
  addVerb(agent, 'reject', 'refuse what waits', 'is rejected');
  addVerb(
    agent,
    'retire',
    'take an agent out of service: it comes in no more, what it sent stays',
    'is retired',
  );
  agent
    .command('label')
    .description('set labels (KEY=VALUE) or take them away (KEY-)')
    .argument('<agent>')
    .argument('<label...>')
    .addHelpText('after', '\nExample:\n  skerry agent label oslo-gw1 site=oslo line=press-3 old-')
    .action(action((session, [id, ...pairs]) => labelAgent(session, id!, pairs)));
}

function agentPath(id: string): string {
  return `api/v1/agents/${encodeURIComponent(id)}`;
}

function addVerb(agent: Command, verb: string, description: string, done: string): void {
  agent
    .command(verb)
    .description(description)
    .argument('<agent...>')
    .addHelpText('after', `\nExample:\n  skerry agent ${verb} oslo-gw1`)
    .action(
      action(async (session, ids) => {
        for (const id of ids) await session.client.json('POST', `${agentPath(id)}/${verb}`);
        session.show({ agents: ids, [verb]: true }, () => {
          for (const id of ids) print(`${id} ${done}.`);
        });
      }),
    );
}

async function labelAgent(session: Session, id: string, pairs: readonly string[]): Promise<void> {
  const changes = readLabels(pairs);
  if (Object.keys(changes).length === 0) throw usageError('no label is named');
  const answer = await session.client.json<{ labels: Record<string, string> }>('PATCH', agentPath(id), {
    body: { labels: changes },
  });
  session.show(answer, () => print(`${id}: ${labels(answer.labels)}`));
}

function listAgents(agents: readonly AgentInfo[]): void {
  table(
    ['agent', 'state', 'heard of', 'labels', 'pipelines'],
    agents.map((a) => [
      a.id,
      a.replacementWaits ? `${a.state}, a second key waits` : a.state,
      ago(a.lastSeenMs),
      labels(a.labels),
      a.pipelines.map((p) => `${p.name}: ${p.release || `waits for ${p.wants}`}`).join(', '),
    ]),
    'no agent yet: skerry token create --enroll, then skerry-agent run on the device',
  );
}

function showAgent(a: AgentInfo): void {
  fields([
    ['agent', a.id],
    [
      'state',
      a.replacementWaits
        ? `${a.state}; a second key waits for this id: skerry agent replace ${a.id}, or reject`
        : a.state,
    ],
    ['version', a.version || '–'],
    ['enrolled', time(a.enrolledMs)],
    ['heard of', ago(a.lastSeenMs)],
    ['clock', clockOf(a)],
    ['labels', labels(a.labels)],
    ['facts', labels(a.facts)],
    ['epoch', a.epoch || '–'],
    ['trust', a.status.trustProblem || undefined],
    ['desired state', `generation ${a.desiredGeneration}, applied ${a.status.appliedGeneration ?? 0}`],
  ]);
  print('');
  table(
    ['pipeline', 'release', 'wanted', 'variant', 'backend', 'state', 'windows', 'errors', 'p95 µs'],
    a.pipelines.map((p) => [
      p.name,
      p.release || '–',
      p.pinned
        ? `${p.wants} (pinned)`
        : (a.desired.find((d) => d.name === p.name && d.role !== 'shadow')?.release ?? p.wants),
      p.variant || '–',
      p.backend || '–',
      p.error
        ? `${p.state}: ${p.error}`
        : p.waitsFor
          ? `${p.state} for ${p.waitsFor === 'hold' ? 'the end of a hold' : p.waitsFor}`
          : p.state,
      `${p.windows}`,
      `${p.errors}`,
      number(p.latencyP95Us),
    ]),
    'it reports no pipeline',
  );
  for (const { name, shadow } of a.pipelines)
    if (shadow)
      print(
        plain(
          `\n${name} runs ${shadow.release} beside it: ${shadow.error ? `${shadow.state}: ${shadow.error}` : shadow.state}`,
        ),
      );
  const golden = a.pipelines.flatMap((p) => [
    ...p.golden.map((g) => ({ pipeline: p.name, ...g })),
    ...(p.shadow?.golden ?? []).map((g) => ({ pipeline: `${p.name} (shadow)`, ...g })),
  ]);
  if (golden.length > 0) {
    print('\nGolden vectors at activation');
    table(
      ['pipeline', 'variant', 'backend', 'outcome', 'µs a window'],
      golden.map((g) => [
        g.pipeline,
        g.variant,
        g.backend,
        g.passed ? 'passed' : `failed: ${g.detail}`,
        number(g.inferUs),
      ]),
    );
  }
  showReversions(a.reversions ?? []);
  const unclaimed = a.status.unclaimed ?? [];
  if (unclaimed.length === 0) return;
  print('\nTopics that arrive and that no pipeline takes');
  table(
    ['topic', 'messages'],
    unclaimed.map((u) => [u.topic, `${u.messages}`]),
  );
}

const PROOFS = {
  verified: 'signed by the device',
  unsigned: 'not signed',
  bad: 'signed by another key: not believed',
} as const;

function showReversions(reversions: NonNullable<AgentInfo['reversions']>): void {
  if (reversions.length === 0) return;
  print('\nReleases that it gave back by itself, and is not given again');
  table(
    ['pipeline', 'release', 'when, by its clock', 'proof', 'why'],
    reversions.map((r) => [
      r.pipeline || '–',
      shortDigest(r.digest),
      r.wallMs > 0 ? time(r.wallMs) : '–',
      PROOFS[r.proof],
      r.reason,
    ]),
  );
}

/** How far the agent's clock is off, how sure it is of that, and what its times of arrival make of it. */
export function clockOf(a: Pick<AgentInfo, 'lastSeenMs' | 'wallMs' | 'status'>): string | undefined {
  if (a.lastSeenMs === null || a.wallMs === 0) return undefined;
  const { uncertaintyMs = 0, arrivalAheadMs = 0 } = a.status;
  const offMs = a.wallMs - a.lastSeenMs;
  const off =
    Math.abs(offMs) < 2_000
      ? 'right'
      : `${formatDuration(Math.abs(offMs))} ${offMs > 0 ? 'ahead' : 'behind'}`;
  const within = uncertaintyMs > 0 ? `within ${formatDuration(uncertaintyMs)}` : 'not measured yet';
  const arrivals =
    arrivalAheadMs < 1_000 ? '' : `; times of arrival are ${formatDuration(arrivalAheadMs)} ahead`;
  return `${off}, ${within}${arrivals}`;
}
