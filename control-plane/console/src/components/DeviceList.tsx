import { useMemo } from 'preact/hooks';
import { shortStamp, stamp, value } from '../format.ts';
import { type AgentInfo, type DeviceInfo, scoreOf, scoreSpecOf, useRelease } from '../model.ts';
import { href } from '../router.ts';
import { useSeries } from '../series.ts';
import { useNow } from '../services.ts';
import { Badge, type Tone } from './basics.tsx';
import { Sparkline } from './Sparkline.tsx';

const WINDOWS = 90;

export const DECISION_TONE: Record<string, Tone> = {
  normal: 'quiet',
  pending: 'warn',
  alert: 'alert',
  error: 'alert',
};

/** Devices with their scores as they come in: one row each, score against threshold. */
export function DeviceList({
  devices,
  agents,
}: {
  devices: readonly DeviceInfo[];
  agents: readonly AgentInfo[];
}) {
  const byId = useMemo(() => new Map(agents.map((a) => [a.id, a])), [agents]);
  return (
    <ul class="devices" onKeyDown={walk}>
      {devices.map((device) => (
        <DeviceRow
          key={`${device.agent}/${device.pipeline}/${device.device}`}
          device={device}
          agent={byId.get(device.agent)}
        />
      ))}
    </ul>
  );
}

function DeviceRow({ device, agent }: { device: DeviceInfo; agent: AgentInfo | undefined }) {
  const { points, threshold } = useSeries(device, agent, WINDOWS);
  const spec = scoreSpecOf(useRelease(device.release || undefined).data);
  const nowMs = useNow(10_000);
  const score = scoreOf(device.lastOutputs, spec);
  const toMs = device.lastToUs / 1_000;
  return (
    <li class={device.lastDecision === 'alert' ? 'alert' : ''}>
      <div class="who">
        <a href={href('devices', device.agent, device.pipeline, device.device)}>{device.device}</a>
        <span class="quiet">
          {device.agent} · {device.pipeline}
        </span>
      </div>
      <Sparkline points={points} threshold={threshold} />
      <div class="score num">
        <b>{value(score)}</b>
        <span class="quiet">{threshold === undefined ? 'no threshold' : `of ${value(threshold)}`}</span>
      </div>
      <div class="when">
        <Badge tone={DECISION_TONE[device.lastDecision] ?? 'quiet'}>{device.lastDecision || 'none'}</Badge>
        <time class="quiet num" title={`newest window ends ${stamp(toMs)} UTC`}>
          {shortStamp(Math.floor(toMs / 1_000) * 1_000, nowMs)}
        </time>
      </div>
    </li>
  );
}

function walk(event: KeyboardEvent): void {
  const item = event.target instanceof Element ? event.target.closest('li') : null;
  const to =
    event.key === 'ArrowDown'
      ? item?.nextElementSibling
      : event.key === 'ArrowUp'
        ? item?.previousElementSibling
        : undefined;
  const link = to?.querySelector('a');
  if (!link) return;
  event.preventDefault();
  link.focus();
}
