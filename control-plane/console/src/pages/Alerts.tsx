import { useState } from 'preact/hooks';
import { errorLine } from '../api.ts';
import { AlertCard } from '../components/AlertCard.tsx';
import { Age, Badge, Empty, ErrorLine, PageHead } from '../components/basics.tsx';
import { Filter, matches } from '../components/Filter.tsx';
import { type Column, Table } from '../components/Table.tsx';
import { percent, stamp, value } from '../format.ts';
import { type AlertInfo, alertDetail, isOpen, type Page, query } from '../model.ts';
import { href } from '../router.ts';
import { useIdentity, useResource, useServices } from '../services.ts';
import { allows } from '../session.ts';

/** Alert episodes: which device, how far past its threshold, which channel drives it, who has seen it. */
export function Alerts() {
  const [state, setState] = useState<'open' | 'all'>('all');
  const [filter, setFilter] = useState('');
  const [error, setError] = useState<string>();
  const { api, resources } = useServices();
  const { role } = useIdentity();
  const path = query('alerts', { state, limit: 200 });
  const alerts = useResource<Page<AlertInfo>>(path, ['alerts']);
  const rows = (alerts.data?.items ?? []).filter((a) => {
    const detail = alertDetail(a);
    const channels = detail.attribution.map((s) => s.channel);
    return matches(
      filter,
      a.device,
      a.agent,
      a.pipeline,
      a.state,
      a.kind,
      detail.release,
      detail.message,
      ...channels,
    );
  });
  const acknowledge = async (alert: AlertInfo): Promise<void> => {
    try {
      await api.post(
        `/api/v1/alerts/${encodeURIComponent(alert.agent)}/${encodeURIComponent(alert.episode)}/ack`,
      );
      setError(undefined);
      resources.changed('alerts');
    } catch (cause) {
      setError(errorLine(cause));
    }
  };
  const newest = rows.find((a) => isOpen(a) && a.acknowledgedMs === null);
  return (
    <>
      <PageHead
        title="Alerts"
        note="an episode opens when a score stays past its threshold, and clears when it has come back"
      >
        <fieldset class="segments">
          <legend class="visually-hidden">Which episodes</legend>
          {(['open', 'all'] as const).map((s) => (
            <button key={s} type="button" aria-pressed={state === s} onClick={() => setState(s)}>
              {s === 'open' ? 'Open' : 'All'}
            </button>
          ))}
        </fieldset>
        <Filter value={filter} onChange={setFilter} hint="device, channel, release" />
      </PageHead>
      <ErrorLine text={error ?? alerts.error} />
      {alerts.data?.items.length === 0 ? (
        <Empty command="skerry alert ls --all">
          {state === 'open'
            ? 'Nothing is open. Episodes that were acknowledged or cleared:'
            : 'No alert has been raised. When one is, this lists it too:'}
        </Empty>
      ) : (
        <>
          {newest && <AlertCard alert={newest} />}
          <Table
            label="Alert episodes"
            rows={rows}
            keyOf={(a) => `${a.agent}/${a.episode}`}
            toneOf={(a) => (isOpen(a) && a.acknowledgedMs === null ? 'alert' : undefined)}
            columns={columns(allows(role, 'operator') ? acknowledge : undefined)}
          />
        </>
      )}
    </>
  );
}

function columns(acknowledge: ((alert: AlertInfo) => Promise<void>) | undefined): Column<AlertInfo>[] {
  return [
    { head: 'Device', cell: (a) => <Where alert={a} />, sort: (a) => `${a.device} ${a.agent}` },
    {
      head: 'State',
      cell: (a) => <Badge tone={isOpen(a) ? 'alert' : 'quiet'}>{isOpen(a) ? 'open' : 'cleared'}</Badge>,
      sort: (a) => a.state,
    },
    { head: 'Opened', cell: (a) => <Age ms={a.openedMs} />, sort: (a) => a.openedMs },
    { head: 'Window to', cell: (a) => <WindowEnd alert={a} />, spare: true },
    { head: 'Latest', cell: (a) => <Reading alert={a} />, num: true },
    { head: 'Why', cell: (a) => <Why alert={a} />, wide: true },
    { head: 'Release', cell: (a) => alertDetail(a).release || '–', spare: true },
    {
      head: 'Seen by',
      cell: (a) =>
        a.acknowledgedBy ??
        (acknowledge && isOpen(a) ? (
          <button type="button" onClick={() => void acknowledge(a)}>
            Acknowledge
          </button>
        ) : (
          <span class="quiet">nobody</span>
        )),
    },
  ];
}

function Where({ alert }: { alert: AlertInfo }) {
  if (!alert.device) return <a href={href('agents', alert.agent)}>{alert.agent}</a>;
  return (
    <>
      <a href={href('devices', alert.agent, alert.pipeline, alert.device)}>{alert.device}</a>
      <span class="quiet under">{alert.agent}</span>
    </>
  );
}

function WindowEnd({ alert }: { alert: AlertInfo }) {
  const { to } = alertDetail(alert);
  return <span class="num">{to ? stamp(Math.floor(Date.parse(to) / 1_000) * 1_000) : '–'}</span>;
}

function Reading({ alert }: { alert: AlertInfo }) {
  const { value: reading, threshold, output } = alertDetail(alert);
  if (!output || !Number.isFinite(reading)) return <span class="quiet">–</span>;
  return (
    <>
      {value(reading)} <span class="quiet">of {value(threshold)}</span>
    </>
  );
}

function Why({ alert }: { alert: AlertInfo }) {
  const { attribution, message } = alertDetail(alert);
  const top = attribution[0];
  // The shares of the window that cleared it don't say why it opened.
  if (!top || !isOpen(alert)) return <span class="quiet">{message || alert.kind || '–'}</span>;
  return (
    <span class="why">
      <span class="mini-track" aria-hidden="true">
        <span style={{ width: `${100 * top.share}%` }} />
      </span>
      {top.channel} <span class="quiet num">{percent(top.share)}</span>
    </span>
  );
}
