import { useState } from 'preact/hooks';
import { Age, Badge, Empty, ErrorLine, HEALTH_TONE, PageHead } from '../components/basics.tsx';
import { Filter, matches } from '../components/Filter.tsx';
import { type Column, Table } from '../components/Table.tsx';
import { count } from '../format.ts';
import { type AgentInfo, healthOf, type Page, query } from '../model.ts';
import { href } from '../router.ts';
import { useNow, useResource } from '../services.ts';

/** A filter that holds an operator is a selector: the server answers it, as it will for a rollout. */
const SELECTOR = /==|!=|=(in|out|gt|ge|lt|le)=/;

/** Every agent, one line each. */
export function Agents() {
  const [filter, setFilter] = useState('');
  const selector = SELECTOR.test(filter) ? filter : undefined;
  const agents = useResource<Page<AgentInfo>>(query('agents', { limit: 500, selector }), ['agents']);
  const nowMs = useNow(5_000);
  const rows = (agents.data?.items ?? []).filter(
    (a) =>
      selector !== undefined ||
      matches(
        filter,
        a.id,
        stateOf(a, nowMs),
        labelsText(a),
        ...a.pipelines.flatMap((p) => [p.name, p.release]),
      ),
  );
  const none = agents.data?.items.length === 0 && filter === '';
  return (
    <>
      <PageHead
        title="Agents"
        note={agents.data && `${count(rows.length)}${agents.data.cursor ? '+' : ''} shown`}
      >
        <Filter value={filter} onChange={setFilter} hint="text, or a selector: site==oslo" />
      </PageHead>
      <ErrorLine text={agents.error} />
      {none ? (
        <Empty command={'skerry token create --enroll --name first-site\nskerry-agent enroll -c agent.yaml'}>
          No agent is enrolled. Make an enrolment token here, then enrol an agent on its machine:
        </Empty>
      ) : (
        <Table label="Agents" columns={columns(nowMs)} rows={rows} keyOf={(a) => a.id} />
      )}
    </>
  );
}

/** An agent's state in one word. */
function stateOf(agent: AgentInfo, nowMs: number): string {
  return agent.state === 'approved' ? healthOf(agent, nowMs) : agent.state;
}

/** The state as a badge. */
export function AgentState({ agent }: { agent: AgentInfo }) {
  const nowMs = useNow(5_000);
  if (agent.state !== 'approved')
    return <Badge tone={agent.state === 'pending' ? 'warn' : 'quiet'}>{agent.state}</Badge>;
  const health = healthOf(agent, nowMs);
  return <Badge tone={HEALTH_TONE[health]}>{health}</Badge>;
}

function labelsText(agent: AgentInfo): string {
  return Object.entries(agent.labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(' ');
}

function columns(nowMs: number): Column<AgentInfo>[] {
  return [
    { head: 'Agent', cell: (a) => <a href={href('agents', a.id)}>{a.id}</a>, sort: (a) => a.id },
    { head: 'State', cell: (a) => <AgentState agent={a} />, sort: (a) => stateOf(a, nowMs) },
    { head: 'Last heard', cell: (a) => <Age ms={a.lastSeenMs} />, sort: (a) => a.lastSeenMs ?? 0 },
    {
      head: 'Serves',
      wide: true,
      cell: (a) => <Serves agent={a} />,
      sort: (a) => a.pipelines.map((p) => p.release).join(' '),
    },
    { head: 'Labels', cell: (a) => <span class="quiet">{labelsText(a)}</span>, spare: true },
    { head: 'Version', cell: (a) => a.version || '–', spare: true, sort: (a) => a.version },
  ];
}

function Serves({ agent }: { agent: AgentInfo }) {
  if (agent.pipelines.length === 0) return <span class="quiet">no pipelines</span>;
  return (
    <span class="serves">
      {agent.pipelines.map((p) => (
        <span key={p.name} title={`pipeline ${p.name}`}>
          {p.release || <span class="quiet">{p.wants}: nothing yet</span>}
          {p.state === 'failed' && <Badge tone="alert">refused</Badge>}
        </span>
      ))}
    </span>
  );
}
