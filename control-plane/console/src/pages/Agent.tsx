import { useState } from 'preact/hooks';
import { Age, Digest, Empty, ErrorLine, Facts, PageHead, Section } from '../components/basics.tsx';
import { Confirm } from '../components/Confirm.tsx';
import { DeviceList } from '../components/DeviceList.tsx';
import { Ledger } from '../components/Ledger.tsx';
import { PipelineCard } from '../components/Pipelines.tsx';
import { Table } from '../components/Table.tsx';
import { count, duration } from '../format.ts';
import { type AgentInfo, type DeviceInfo, type LedgerInfo, type Page, query } from '../model.ts';
import { useIdentity, useResource, useServices } from '../services.ts';
import { allows } from '../session.ts';
import { AgentState } from './Agents.tsx';

/** One agent: what it runs, what it has seen, whether its books balance. */
export function Agent({ id }: { id: string }) {
  const path = `/api/v1/agents/${encodeURIComponent(id)}`;
  const { data: agent, error } = useResource<AgentInfo>(path, ['agents', 'rollouts', 'policies']);
  const devices = useResource<Page<DeviceInfo>>(query('devices', { agent: id, limit: 200 }), ['results']);
  const ledger = useResource<Page<LedgerInfo>>(query('ledger', { agent: id, limit: 20 }), [
    'results',
    'agents',
  ]);
  if (!agent)
    return (
      <>
        <PageHead title={id} />
        <ErrorLine text={error} />
      </>
    );
  const unclaimed = agent.status.unclaimed ?? [];
  return (
    <>
      <PageHead
        title={
          <>
            {agent.id} <AgentState agent={agent} />
          </>
        }
        note={
          <>
            heard <Age ms={agent.lastSeenMs} />, agent {agent.version || 'of unknown version'}
          </>
        }
      >
        <AgentActions agent={agent} path={path} />
      </PageHead>
      <ErrorLine text={error} />
      <ErrorLine text={agent.status.trustProblem || undefined} />
      <Section title="Pipelines">
        {agent.pipelines.length === 0 ? (
          <Empty command="skerry-agent check -c agent.yaml">
            It has reported no pipelines. They are set in its agent.yaml; this checks it:
          </Empty>
        ) : (
          <div class="cards">
            {agent.pipelines.map((p) => (
              <PipelineCard key={p.name} agent={agent} pipeline={p} />
            ))}
          </div>
        )}
      </Section>
      <Section title="Ledger" note="every sample and every result, each in exactly one place">
        <Ledgers ledgers={ledger.data?.items} error={ledger.error} />
      </Section>
      <Section title="Devices">
        {devices.data?.items.length === 0 && <p class="quiet">No device has given a result yet.</p>}
        <DeviceList devices={devices.data?.items ?? []} agents={[agent]} />
      </Section>
      {unclaimed.length > 0 && (
        <Section
          title="Unclaimed topics"
          note={`${count(agent.status.unclaimedMessages ?? 0)} messages that no pipeline takes`}
        >
          <Table
            label="Unclaimed topics"
            rows={unclaimed}
            keyOf={(u) => u.topic}
            columns={[
              { head: 'Topic', cell: (u) => <code>{u.topic}</code>, sort: (u) => u.topic, wide: true },
              { head: 'Messages', cell: (u) => count(u.messages), sort: (u) => u.messages, num: true },
            ]}
          />
        </Section>
      )}
      <div class="halves">
        <Section title="Labels and facts">
          <Facts of={[...Object.entries(agent.labels), ...Object.entries(agent.facts)]} />
        </Section>
        <Section title="Agreement">
          <Facts of={agreement(agent)} />
        </Section>
      </div>
    </>
  );
}

function agreement(agent: AgentInfo) {
  const { status } = agent;
  return [
    ['desired generation', count(agent.desiredGeneration)],
    ['applied generation', status.appliedGeneration === undefined ? '–' : count(status.appliedGeneration)],
    ['clock differs by', agent.lastSeenMs === null ? '–' : clockText(agent.wallMs - agent.lastSeenMs)],
    ['clock is known within', status.uncertaintyMs ? duration(status.uncertaintyMs) : '–'],
    ['times of arrival ahead', status.arrivalAheadMs ? duration(status.arrivalAheadMs) : 'none'],
    ['enrolled', <Age key="e" ms={agent.enrolledMs} />],
    ['outbox epoch', <Digest key="d" value={agent.epoch} />],
    ...Object.entries(status.trusted ?? {}).map(
      ([role, version]) => [`trusted ${role}`, `version ${version}`] as const,
    ),
  ] as const;
}

function clockText(differenceMs: number): string {
  if (Math.abs(differenceMs) < 2_000) return 'less than 2 s';
  return `${duration(Math.abs(differenceMs))} ${differenceMs > 0 ? 'ahead' : 'behind'}`;
}

function Ledgers({
  ledgers,
  error,
}: {
  ledgers: readonly LedgerInfo[] | undefined;
  error: string | undefined;
}) {
  if (error) return <ErrorLine text={error} />;
  if (ledgers?.length === 0) return <p class="quiet">It has sent no ledger yet.</p>;
  return (
    <>
      {[...(ledgers ?? [])]
        .sort((a, b) => Number(b.current) - Number(a.current))
        .map((ledger) => (
          <div key={ledger.epoch}>
            {!ledger.current && (
              <p class="quiet">
                Epoch <Digest value={ledger.epoch} /> ended; last heard of <Age ms={ledger.updatedMs} />.
              </p>
            )}
            <Ledger ledger={ledger} />
          </div>
        ))}
    </>
  );
}

type Verb = 'approve' | 'replace' | 'reject' | 'retire';
const WHAT_HAPPENS: Record<Verb, string> = {
  approve: 'It may then sync, receive releases and deliver results under this id.',
  replace:
    'The key that waits gets this id. The one that holds it now comes in no more, and what it had still pending is marked unknown.',
  reject:
    'What waits is refused: an agent that was never in receives nothing and can’t enrol under this id again; a second key doesn’t get it.',
  retire:
    'It is taken out of service: it syncs no more and receives no release. Its results and its audit trail stay.',
};

function verbsFor(agent: AgentInfo): Verb[] {
  if (agent.replacementWaits) return ['replace', 'reject'];
  if (agent.state === 'pending') return ['approve', 'reject'];
  return agent.state === 'approved' ? ['retire'] : [];
}

function isWelcome(verb: Verb): boolean {
  return verb === 'approve' || verb === 'replace';
}

function AgentActions({ agent, path }: { agent: AgentInfo; path: string }) {
  const { api, resources } = useServices();
  const { role } = useIdentity();
  const [asking, setAsking] = useState<Verb>();
  if (!allows(role, 'operator')) return null;
  const verbs = verbsFor(agent);
  return (
    <>
      {agent.replacementWaits && <span class="warn-text">a second key waits for this id</span>}
      {verbs.map((verb) => (
        <button
          key={verb}
          type="button"
          class={isWelcome(verb) ? 'primary' : 'danger-quiet'}
          onClick={() => setAsking(verb)}
        >
          {verb[0]!.toUpperCase() + verb.slice(1)}
        </button>
      ))}
      {asking && (
        <Confirm
          title={`${asking[0]!.toUpperCase() + asking.slice(1)} ${agent.id}?`}
          verb={asking[0]!.toUpperCase() + asking.slice(1)}
          danger={!isWelcome(asking)}
          onClose={() => setAsking(undefined)}
          act={async () => {
            await api.post(`${path}/${asking}`);
            resources.changed('agents');
          }}
        >
          <p>{WHAT_HAPPENS[asking]}</p>
        </Confirm>
      )}
    </>
  );
}
