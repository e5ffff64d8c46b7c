import { percent } from '../format.ts';
import type { Share } from '../model.ts';

/** Why: each channel's share of the score as a bar, the largest first. */
export function AttributionBars({ shares, limit = 6 }: { shares: readonly Share[]; limit?: number }) {
  const sorted = [...shares].filter((s) => Number.isFinite(s.share)).sort((a, b) => b.share - a.share);
  if (sorted.length === 0) return <p class="quiet">This release gives no attribution.</p>;
  const rest = sorted.slice(limit);
  const restShare = rest.reduce((sum, s) => sum + s.share, 0);
  return (
    <ul class="shares" aria-label="Share of the score by channel">
      {sorted.slice(0, limit).map((s, i) => (
        <Bar key={s.channel} name={s.channel} share={s.share} first={i === 0} />
      ))}
      {rest.length > 0 && <Bar name={`${rest.length} more`} share={restShare} first={false} />}
    </ul>
  );
}

function Bar({ name, share, first }: { name: string; share: number; first: boolean }) {
  return (
    <li class={first ? 'first' : ''}>
      <span class="name">{name}</span>
      <span class="track" aria-hidden="true">
        <span style={{ width: `${100 * Math.min(1, Math.max(0, share))}%` }} />
      </span>
      <span class="num">{percent(share)}</span>
    </li>
  );
}
