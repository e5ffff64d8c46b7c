import { useMemo, useState } from 'preact/hooks';
import { AttributionBars } from '../components/Attribution.tsx';
import { AttributionStrip } from '../components/AttributionStrip.tsx';
import { Badge, Empty, ErrorLine, PageHead, Section } from '../components/basics.tsx';
import { DECISION_TONE } from '../components/DeviceList.tsx';
import { ScoreChart } from '../components/ScoreChart.tsx';
import { Table } from '../components/Table.tsx';
import { count, percent, plural, stamp, value } from '../format.ts';
import {
  type AgentInfo,
  type DeviceInfo,
  type Page,
  type Point,
  query,
  type ResultJson,
  scoreOf,
  scoreSpecOf,
  useRelease,
} from '../model.ts';
import { href } from '../router.ts';
import { type Series, useSeries } from '../series.ts';
import { useResource } from '../services.ts';

const RANGES = [120, 500, 1_000] as const;
const ROWS = 25;

/** One device of one pipeline: its scores over event time, why they are what they are, its latest results. */
export function Device({ agent, pipeline, device }: { agent: string; pipeline: string; device: string }) {
  const list = useResource<Page<DeviceInfo>>(query('devices', { agent, pipeline, device, limit: 1 }), [
    'results',
  ]);
  const info = list.data?.items[0];
  return (
    <>
      {info ? (
        <Found device={info} />
      ) : (
        <>
          <PageHead title={device} note={`${agent} · ${pipeline}`} />
          {list.data && (
            <Empty command={`skerry device ls --agent ${agent}`}>
              No result of this device has arrived. The devices of this agent that have given some:
            </Empty>
          )}
        </>
      )}
      <ErrorLine text={list.error} />
    </>
  );
}

function Found({ device }: { device: DeviceInfo }) {
  const [limit, setLimit] = useState<number>(RANGES[0]);
  const agent = useResource<AgentInfo>(`/api/v1/agents/${encodeURIComponent(device.agent)}`, [
    'agents',
    'policies',
  ]);
  const series = useSeries(device, agent.data, limit);
  const [name, version] = device.release.split('@');
  return (
    <>
      <PageHead
        title={
          <>
            {device.device}{' '}
            <Badge tone={DECISION_TONE[device.lastDecision] ?? 'quiet'}>
              {device.lastDecision || 'none'}
            </Badge>
          </>
        }
        note={
          <>
            <a href={href('agents', device.agent)}>{device.agent}</a> · {device.pipeline} ·{' '}
            <a href={href('releases', name ?? '', version ?? '')}>{device.release}</a> ·{' '}
            {plural(device.results, 'result')}
            {device.errors > 0 && `, ${count(device.errors)} failed`}
          </>
        }
      >
        <RangePicker limit={limit} onPick={setLimit} />
      </PageHead>
      <ErrorLine text={series.error} />
      <Scores series={series} />
      <Section title="Latest results" note="by event time, UTC">
        <Results results={series.results.slice(0, ROWS)} release={device.release} />
      </Section>
    </>
  );
}

function RangePicker({ limit, onPick }: { limit: number; onPick: (limit: number) => void }) {
  return (
    <fieldset class="segments">
      <legend class="visually-hidden">How many windows</legend>
      {RANGES.map((n) => (
        <button key={n} type="button" aria-pressed={n === limit} onClick={() => onPick(n)}>
          {count(n)}
        </button>
      ))}
      <span class="quiet">windows</span>
    </fieldset>
  );
}

function Scores({ series }: { series: Series }) {
  const { points, threshold } = series;
  const [cursor, setCursor] = useState<number>();
  const [view, setView] = useState<{ fromMs: number; toMs: number }>();
  const point = points[cursor ?? points.length - 1] ?? points.at(-1);
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last || !point)
    return series.loading ? <div class="chart" /> : <p class="quiet">No results.</p>;
  return (
    <div class="score-view">
      <Readout point={point} threshold={threshold} held={cursor !== undefined} />
      <div>
        <ScoreChart
          points={points}
          threshold={threshold}
          onCursor={setCursor}
          onZoom={(fromMs, toMs) => setView({ fromMs, toMs })}
        />
        <AttributionStrip
          points={points}
          fromMs={view?.fromMs ?? first.toMs}
          toMs={view?.toMs ?? last.toMs}
        />
      </div>
      <Section title="Why this window">
        <AttributionBars shares={point.attribution} limit={12} />
      </Section>
    </div>
  );
}

/** The window under the pointer, or the newest one. Its place and size never change. */
function Readout({ point, threshold, held }: { point: Point; threshold: number | undefined; held: boolean }) {
  return (
    <p class="readout num" aria-live="off">
      <span>
        <b>{value(point.score)}</b>
        {threshold !== undefined && <span class="quiet"> of {value(threshold)}</span>}
      </span>
      <Badge tone={DECISION_TONE[point.decision] ?? 'quiet'}>{point.decision}</Badge>
      <span>{stamp(point.toMs)} UTC</span>
      <span class="quiet">{point.release}</span>
      <span class="quiet">{held ? 'under the pointer' : 'newest window'}</span>
    </p>
  );
}

function Results({ results, release }: { results: readonly ResultJson[]; release: string }) {
  const spec = scoreSpecOf(useRelease(release).data);
  const scored = useMemo(
    () => results.map((r) => ({ ...r, score: scoreOf(r.outputs, spec) })),
    [results, spec],
  );
  return (
    <Table
      label="Latest results"
      rows={scored}
      keyOf={(r) => r.id}
      toneOf={(r) => (r.decision === 'alert' ? 'alert' : undefined)}
      columns={[
        {
          head: 'Window to',
          cell: (r) => <span class="num">{stamp(Date.parse(r.to))}</span>,
          sort: (r) => r.to,
        },
        { head: 'Score', cell: (r) => value(r.score), sort: (r) => r.score, num: true },
        {
          head: 'Decision',
          cell: (r) => <Badge tone={DECISION_TONE[r.decision] ?? 'quiet'}>{r.decision}</Badge>,
          sort: (r) => r.decision,
        },
        { head: 'Why', cell: (r) => <Why result={r} />, wide: true },
        { head: 'Release', cell: (r) => r.release, spare: true },
        { head: 'Ran on', cell: (r) => `${r.variant}, ${r.backend}`, spare: true },
        { head: 'Filled in', cell: (r) => count(r.quality.interpolated), num: true, spare: true },
        { head: 'µs', cell: (r) => count(r.inferUs), sort: (r) => r.inferUs, num: true, spare: true },
      ]}
    />
  );
}

function Why({ result }: { result: ResultJson }) {
  const [top] = [...result.attribution].sort((a, b) => b.share - a.share);
  if (!top) return <span class="quiet">–</span>;
  return (
    <span>
      {top.channel} <span class="quiet num">{percent(top.share)}</span>
    </span>
  );
}
