import { useState } from 'preact/hooks';
import { Age, Badge, Empty, ErrorLine, PageHead, type Tone } from '../components/basics.tsx';
import { Filter, matches } from '../components/Filter.tsx';
import { Steps } from '../components/Steps.tsx';
import { Table } from '../components/Table.tsx';
import { type Page, query, type RolloutInfo } from '../model.ts';
import { href } from '../router.ts';
import { useResource } from '../services.ts';

const STATE_TONE: Record<RolloutInfo['state']['name'], Tone> = {
  draft: 'quiet',
  'pending-approval': 'warn',
  running: 'accent',
  paused: 'warn',
  stalled: 'alert',
  reverting: 'alert',
  reverted: 'alert',
  aborted: 'quiet',
  completed: 'ok',
};

/** A rollout's state in one word. */
export function RolloutState({ rollout }: { rollout: RolloutInfo }) {
  return <Badge tone={STATE_TONE[rollout.state.name]}>{rollout.state.name.replace('-', ' ')}</Badge>;
}

/** Every rollout, the newest first. */
export function Rollouts() {
  const [filter, setFilter] = useState('');
  const rollouts = useResource<Page<RolloutInfo>>(query('rollouts', { limit: 200 }), ['rollouts']);
  const rows = (rollouts.data?.items ?? []).filter((r) =>
    matches(filter, r.id, r.spec.release, r.status, r.createdBy, r.spec.selector),
  );
  return (
    <>
      <PageHead title="Rollouts">
        <Filter value={filter} onChange={setFilter} hint="release, state, who" />
      </PageHead>
      <ErrorLine text={rollouts.error} />
      {rollouts.data?.items.length === 0 ? (
        <Empty command={'skerry rollout create -f rollout.yaml\nskerry rollout start ID'}>
          No rollout yet. Stages and gates stand in a file; creating one makes a draft that touches nobody:
        </Empty>
      ) : (
        <Table
          label="Rollouts"
          rows={rows}
          keyOf={(r) => r.id}
          columns={[
            {
              head: 'Release',
              cell: (r) => <a href={href('rollouts', r.id)}>{r.spec.release}</a>,
              sort: (r) => r.spec.release,
            },
            { head: 'State', cell: (r) => <RolloutState rollout={r} />, sort: (r) => r.state.name },
            { head: 'Stages', cell: (r) => <Steps rollout={r} small />, wide: true },
            {
              head: 'Selector',
              cell: (r) =>
                r.spec.selector ? <code>{r.spec.selector}</code> : <span class="quiet">every agent</span>,
              spare: true,
            },
            { head: 'By', cell: (r) => r.createdBy, sort: (r) => r.createdBy, spare: true },
            { head: 'Created', cell: (r) => <Age ms={r.createdMs} />, sort: (r) => r.createdMs },
          ]}
        />
      )}
    </>
  );
}
