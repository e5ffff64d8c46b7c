import { stamp, value } from '../format.ts';
import { type AlertInfo, alertDetail, isOpen } from '../model.ts';
import { href } from '../router.ts';
import { AttributionBars } from './Attribution.tsx';
import { Age, Badge } from './basics.tsx';

/** One alert in full: where, how far past the threshold, and why. */
export function AlertCard({ alert }: { alert: AlertInfo }) {
  const detail = alertDetail(alert);
  // What an episode's last event says of a score explains it only while it lasts; drift explains itself in its message.
  const telling = isOpen(alert) && alert.kind === 'anomaly';
  return (
    <article class={`alert-card ${isOpen(alert) ? 'open' : ''}`}>
      <header>
        {alert.device ? (
          <a href={href('devices', alert.agent, alert.pipeline, alert.device)}>{alert.device}</a>
        ) : (
          <a href={href('agents', alert.agent)}>{alert.agent}</a>
        )}
        <Badge tone={isOpen(alert) ? 'alert' : 'quiet'}>{isOpen(alert) ? 'open' : 'cleared'}</Badge>
      </header>
      <p class="quiet">
        {alert.agent}
        {alert.pipeline && ` · ${alert.pipeline}`} · opened <Age ms={alert.openedMs} />
      </p>
      {!telling && detail.message && <p>{detail.message}</p>}
      {telling && (
        <p class="reading">
          {detail.output} <b class="num">{value(detail.value)}</b> past{' '}
          <span class="num">{value(detail.threshold)}</span>
          {detail.to && (
            <span class="quiet num">
              {' '}
              in the window to {stamp(Math.floor(Date.parse(detail.to) / 1_000) * 1_000)}
            </span>
          )}
        </p>
      )}
      {telling && detail.attribution.length > 0 && <AttributionBars shares={detail.attribution} />}
    </article>
  );
}
