import { useState } from 'preact/hooks';
import { Empty, ErrorLine, PageHead } from '../components/basics.tsx';
import { DeviceList } from '../components/DeviceList.tsx';
import { Filter, matches } from '../components/Filter.tsx';
import { count } from '../format.ts';
import { type AgentInfo, type DeviceInfo, type Page, query } from '../model.ts';
import { useResource } from '../services.ts';

const PAGE = 40;

/** Every device with its live scores; a part of them at a time, since each row is a chart. */
export function Devices() {
  const devices = useResource<Page<DeviceInfo>>(query('devices', { limit: 500 }), ['results']);
  const agents = useResource<Page<AgentInfo>>(query('agents', { limit: 500 }), ['agents']);
  const [filter, setFilter] = useState('');
  const [shown, setShown] = useState(PAGE);
  const found = (devices.data?.items ?? []).filter((d) =>
    matches(filter, d.device, d.agent, d.pipeline, d.release, d.lastDecision),
  );
  return (
    <>
      <PageHead
        title="Devices"
        note={devices.data && `${count(found.length)}${devices.data.cursor ? '+' : ''} shown`}
      >
        <Filter value={filter} onChange={setFilter} hint="device, agent, pipeline, decision" />
      </PageHead>
      <ErrorLine text={devices.error} />
      {devices.data?.items.length === 0 && (
        <Empty command="skerry-agent check -c agent.yaml">
          No device has given a result yet. On the agent's machine this says what arrives and what is made of
          it:
        </Empty>
      )}
      <DeviceList devices={found.slice(0, shown)} agents={agents.data?.items ?? []} />
      {found.length > shown && (
        <p class="more">
          <button type="button" onClick={() => setShown(shown + PAGE)}>
            Show {count(Math.min(PAGE, found.length - shown))} more
          </button>
        </p>
      )}
    </>
  );
}
