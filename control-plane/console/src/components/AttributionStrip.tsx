import { useEffect, useRef } from 'preact/hooks';
import { observeWidth, resolveColors } from '../canvas.ts';
import { useCell } from '../cell.ts';
import type { Point } from '../model.ts';
import { useServices } from '../services.ts';

const ROW_PX = 18;
const GAP_PX = 3;

/**
 * Attribution over time: a row per channel, the darker the larger its share of the score, on the same axis of time as
 * the chart above it.
 */
export function AttributionStrip({
  points,
  fromMs,
  toMs,
}: {
  points: readonly Point[];
  fromMs: number;
  toMs: number;
}) {
  const { theme } = useServices();
  const themeVersion = useCell(theme.version);
  const canvas = useRef<HTMLCanvasElement>(null);
  const channels = channelsOf(points);
  const names = channels.join('\n');
  // The colours are read anew when the theme's version changes.
  useEffect(() => {
    const element = canvas.current;
    const frame = element?.parentElement;
    if (!element || !frame) return undefined;
    const rows = names.split('\n');
    return observeWidth(frame, (width) => draw(element, width, rows, points, fromMs, toMs));
  }, [names, points, fromMs, toMs, themeVersion]);
  if (channels.length === 0) return null;
  return (
    <div class="strip">
      <ul aria-hidden="true">
        {channels.map((channel) => (
          <li key={channel} title={channel}>
            <span>{channel}</span>
          </li>
        ))}
      </ul>
      <div class="strip-frame">
        <canvas ref={canvas} role="img" aria-label={`Attribution over time for ${channels.join(', ')}`} />
      </div>
    </div>
  );
}

/** Channels by their share of everything shown, the largest first. */
function channelsOf(points: readonly Point[]): string[] {
  const totals = new Map<string, number>();
  for (const point of points)
    for (const { channel, share } of point.attribution)
      totals.set(channel, (totals.get(channel) ?? 0) + share);
  return [...totals]
    .sort((a, b) => b[1] - a[1])
    .slice(0, 12)
    .map(([channel]) => channel);
}

function draw(
  canvas: HTMLCanvasElement,
  width: number,
  channels: readonly string[],
  points: readonly Point[],
  fromMs: number,
  toMs: number,
): void {
  const height = channels.length * (ROW_PX + GAP_PX) - GAP_PX;
  const ratio = devicePixelRatio;
  canvas.width = width * ratio;
  canvas.height = height * ratio;
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  const ctx = canvas.getContext('2d');
  if (!ctx || toMs <= fromMs) return;
  const colors = resolveColors(canvas.parentElement!, ['accent', 'alert', 'track']);
  const x = (ms: number): number => ((ms - fromMs) * width) / (toMs - fromMs);
  ctx.scale(ratio, ratio);
  channels.forEach((channel, row) => {
    const y = row * (ROW_PX + GAP_PX);
    ctx.globalAlpha = 1;
    ctx.fillStyle = colors.track;
    ctx.fillRect(0, y, width, ROW_PX);
    points.forEach((point, i) => {
      const share = point.attribution.find((a) => a.channel === channel)?.share ?? 0;
      if (!(share > 0)) return;
      const left = x(points[i - 1]?.toMs ?? point.fromMs);
      // After a gap the window's own length is all that is known.
      const start = Math.max(left, x(point.fromMs));
      ctx.globalAlpha = Math.min(1, share);
      ctx.fillStyle = point.decision === 'alert' ? colors.alert : colors.accent;
      ctx.fillRect(start, y, Math.max(1, x(point.toMs) - start), ROW_PX);
    });
  });
}
