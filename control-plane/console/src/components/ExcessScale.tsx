import { value } from '../format.ts';
import type { DeviceDrift } from '../model.ts';

/** Every device's psi excess on one scale, with the marks at which it warns and alerts. */
export function ExcessScale({
  devices,
  warn,
  alert,
}: {
  devices: readonly DeviceDrift[];
  warn: number | undefined;
  alert: number | undefined;
}) {
  const values = devices.map((d) => d.measures.psiExcess ?? Number.NaN).filter(Number.isFinite);
  const top = Math.max(2 * (alert ?? warn ?? 0.2), ...values.map((v) => v * 1.08));
  const left = (excess: number): string => `${Math.min(100, Math.max(0, (100 * excess) / top))}%`;
  return (
    <div
      class="excess"
      role="img"
      aria-label={`psi excess of ${values.length} devices, greatest ${value(Math.max(0, ...values))}${warn === undefined ? '' : `, warns at ${warn}`}${alert === undefined ? '' : `, alerts at ${alert}`}`}
    >
      {warn !== undefined && (
        <span class="mark warn" style={{ left: left(warn) }}>
          {warn}
        </span>
      )}
      {alert !== undefined && (
        <span class="mark alert" style={{ left: left(alert) }}>
          {alert}
        </span>
      )}
      {devices.map((d) => (
        <span
          key={`${d.agent}/${d.device}`}
          class={`dot ${d.level}`}
          style={{ left: left(d.measures.psiExcess ?? 0) }}
          title={`${d.device} on ${d.agent}: ${value(d.measures.psiExcess ?? Number.NaN)}, ${d.level}`}
        />
      ))}
    </div>
  );
}
