import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { AlertCard } from '../components/AlertCard.tsx';
import { Empty, ErrorLine, PageHead, Section, type Tone } from '../components/basics.tsx';
import { DeviceList } from '../components/DeviceList.tsx';
import { Steps } from '../components/Steps.tsx';
import { age, count, plural, value } from '../format.ts';
import {
  type AgentInfo,
  type AlertInfo,
  type DeviceInfo,
  type Health,
  healthOf,
  isOpen,
  type Page,
  query,
  type RolloutInfo,
} from '../model.ts';
import { href } from '../router.ts';
import { useNow, useResource, useServices } from '../services.ts';

const SHOWN = 16;

/** What an operator needs to know without asking: who is there, what arrives, what is wrong, what is under way. */
export function Overview() {
  const agents = useResource<Page<AgentInfo>>(query('agents', { limit: 500 }), ['agents']);
  const devices = useResource<Page<DeviceInfo>>(query('devices', { limit: 500 }), ['results']);
  const alerts = useResource<Page<AlertInfo>>(query('alerts', { state: 'all', limit: 50 }), ['alerts']);
  const rollouts = useResource<Page<RolloutInfo>>(query('rollouts', { limit: 50 }), ['rollouts']);
  const running = rollouts.data?.items.filter((r) => inProgress(r)) ?? [];
  const newest = newestAlert(alerts.data?.items ?? []);
  const error = agents.error ?? devices.error ?? alerts.error ?? rollouts.error;
  return (
    <>
      <PageHead title="Overview" />
      <ErrorLine text={error} />
      <Figures
        agents={agents.data}
        devices={devices.data}
        alerts={alerts.data?.items ?? []}
        running={running}
        loading={agents.data === undefined}
      />
      <div class="columns">
        <Devices devices={devices.data} agents={agents.data} alerts={alerts.data?.items ?? []} />
        <aside>
          <Section title="Newest alert">
            {newest ? (
              <AlertCard alert={newest} />
            ) : (
              <p class="quiet">No alert yet. One opens when a score stays past its threshold.</p>
            )}
          </Section>
          <Section title="Rollouts under way">
            {running.length === 0 ? (
              <p class="quiet">None.</p>
            ) : (
              running.map((rollout) => <RolloutCard key={rollout.id} rollout={rollout} />)
            )}
          </Section>
        </aside>
      </div>
    </>
  );
}

/** Whether somebody may still have to do something about it. */
function inProgress({ state }: RolloutInfo): boolean {
  return ['pending-approval', 'running', 'paused', 'stalled', 'reverting'].includes(state.name);
}

function newestAlert(alerts: readonly AlertInfo[]): AlertInfo | undefined {
  const byTime = [...alerts].sort((a, b) => b.openedMs - a.openedMs);
  return byTime.find((a) => isOpen(a) && a.acknowledgedMs === null) ?? byTime[0];
}

function RolloutCard({ rollout }: { rollout: RolloutInfo }) {
  return (
    <article class="rollout-card">
      <a href={href('rollouts', rollout.id)}>{rollout.spec.release}</a>
      <span class="quiet"> {rollout.status}</span>
      <Steps rollout={rollout} small />
    </article>
  );
}

function Devices({
  devices,
  agents,
  alerts,
}: {
  devices: Page<DeviceInfo> | undefined;
  agents: Page<AgentInfo> | undefined;
  alerts: readonly AlertInfo[];
}) {
  if (devices && devices.items.length === 0) return <NoDevices agents={agents} />;
  const alerting = new Set(alerts.filter(isOpen).map((a) => `${a.agent}/${a.pipeline}/${a.device}`));
  const all = devices?.items ?? [];
  const first = all.filter((d) => alerting.has(keyOf(d)));
  const shown = [...first, ...all.filter((d) => !alerting.has(keyOf(d)))].slice(0, SHOWN);
  return (
    <Section title="Devices" note="score against threshold, by event time">
      <DeviceList devices={shown} agents={agents?.items ?? []} />
      {all.length > shown.length && (
        <p class="more">
          <a href={href('devices')}>
            All {count(all.length)}
            {devices?.cursor ? '+' : ''} devices
          </a>
        </p>
      )}
    </Section>
  );
}

function keyOf(device: DeviceInfo): string {
  return `${device.agent}/${device.pipeline}/${device.device}`;
}

function NoDevices({ agents }: { agents: Page<AgentInfo> | undefined }) {
  const none = agents?.items.length === 0;
  return (
    <Section title="Devices">
      {none ? (
        <Empty command={'skerry token create --enroll --name first-site\nskerry-agent enroll -c agent.yaml'}>
          No agent is enrolled. Make an enrolment token here, then enrol an agent on its machine:
        </Empty>
      ) : (
        <Empty
          command={'skerry release push DIR\nskerry rollout create -f rollout.yaml\nskerry rollout start ID'}
        >
          No result has arrived. Devices appear as soon as a pipeline with a release closes its first window:
        </Empty>
      )}
    </Section>
  );
}

function Figures({
  agents,
  devices,
  alerts,
  running,
  loading,
}: {
  agents: Page<AgentInfo> | undefined;
  devices: Page<DeviceInfo> | undefined;
  alerts: readonly AlertInfo[];
  running: readonly RolloutInfo[];
  loading: boolean;
}) {
  const nowMs = useNow();
  const rate = useIngestRate();
  const healths = countHealth(agents?.items ?? [], nowMs);
  const open = alerts.filter((a) => isOpen(a) && a.acknowledgedMs === null);
  const waiting = agents?.items.filter((a) => a.state === 'pending').length ?? 0;
  const alerting = devices?.items.filter((d) => d.lastDecision === 'alert').length ?? 0;
  return (
    <div class={`figures ${loading ? 'loading' : ''}`}>
      <Figure
        to={href('agents')}
        name="Agents up"
        big={`${count(healths.up)}${agents?.cursor ? '+' : ''}`}
        tone={healths.unknown > 0 ? 'alert' : healths.late > 0 ? 'warn' : undefined}
      >
        {count(healths.late)} late · {count(healths.unknown)} unknown
        {waiting > 0 && ` · ${waiting} to approve`}
      </Figure>
      <Figure to={href('devices')} name="Results per s" big={rate ? value(rate.perSecond) : '–'}>
        {rate ? `${count(rate.total)} in all` : 'counting'}
      </Figure>
      <Figure
        to={href('devices')}
        name="Devices"
        big={`${count(devices?.items.length ?? 0)}${devices?.cursor ? '+' : ''}`}
      >
        {count(alerting)} past {alerting === 1 ? 'its' : 'their'} threshold
      </Figure>
      <Figure
        to={href('alerts')}
        name="Open alerts"
        big={count(open.length)}
        tone={open.length > 0 ? 'alert' : undefined}
      >
        {open.length > 0
          ? `newest ${age(nowMs, Math.max(...open.map((a) => a.openedMs)))}`
          : `${plural(alerts.length, 'episode')} before`}
      </Figure>
      <Figure to={href('rollouts')} name="Rollouts" big={count(running.length)}>
        {running[0] ? running[0].status : 'nothing moves'}
      </Figure>
    </div>
  );
}

function Figure({
  to,
  name,
  big,
  tone,
  children,
}: {
  to: string;
  name: string;
  big: string;
  tone?: Tone | undefined;
  children: ComponentChildren;
}) {
  return (
    <a class={`figure ${tone ?? ''}`} href={to}>
      <span class="name">{name}</span>
      <b class="num">{big}</b>
      <span class="note">{children}</span>
    </a>
  );
}

function countHealth(agents: readonly AgentInfo[], nowMs: number): Record<Health, number> {
  const counts = { up: 0, late: 0, unknown: 0 };
  for (const agent of agents) if (agent.state === 'approved') counts[healthOf(agent, nowMs)]++;
  return counts;
}

const RATE_EVERY_MS = 2_000;
const RATE_OVER = 8;
/** Results come in exchanges some seconds apart: between two looks there may be none. */
const RATE_FROM = 5;

/** Results per second over the last quarter of a minute, from the counter that everybody else reads too. */
function useIngestRate(): { perSecond: number; total: number } | undefined {
  const { api } = useServices();
  const [samples, setSamples] = useState<{ atMs: number; total: number }[]>([]);
  useEffect(() => {
    const look = async (): Promise<void> => {
      try {
        const total = ingestedTotal(await api.text('/metrics'));
        if (total === undefined) return;
        setSamples((held) => [...held, { atMs: performance.now(), total }].slice(-RATE_OVER));
      } catch {
        // The page's own error line says that nothing answers; the figure keeps what it last knew.
      }
    };
    void look();
    const timer = setInterval(() => void look(), RATE_EVERY_MS);
    return () => clearInterval(timer);
  }, [api]);
  const [first, last] = [samples[0], samples.at(-1)];
  if (!first || !last || samples.length < RATE_FROM) return undefined;
  const seconds = (last.atMs - first.atMs) / 1_000;
  return { perSecond: Math.max(0, last.total - first.total) / seconds, total: last.total };
}

/** The sum of a counter's lines in the text format of Prometheus. */
export function ingestedTotal(metrics: string): number | undefined {
  const lines = [...metrics.matchAll(/^skerry_control_results_ingested_total(?:\{[^}]*\})? (\S+)/gm)];
  return lines.length === 0 ? undefined : lines.reduce((sum, line) => sum + Number(line[1]), 0);
}
