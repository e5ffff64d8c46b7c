import { useId } from 'preact/hooks';
import { value } from '../format.ts';
import type { Point } from '../model.ts';

const WIDTH = 300;
const HEIGHT = 36;
const PAD = 3;

/**
 * The latest scores of a device against their threshold: the line changes colour where it passes it, alerting windows
 * are marked along the foot. Windows are evenly spaced: event times may have gaps of any length.
 */
export function Sparkline({
  points,
  threshold,
}: {
  points: readonly Point[];
  threshold: number | undefined;
}) {
  const id = useId();
  if (points.length < 2) return <span class="spark quiet">waiting for windows</span>;
  const scores = points.map((p) => p.score).filter(Number.isFinite);
  const top = Math.max(...scores, (threshold ?? 0) * 1.15, 1e-9);
  const bottom = Math.min(0, ...scores);
  const x = (i: number): number => (i * WIDTH) / (points.length - 1);
  const y = (score: number): number => PAD + ((top - score) * (HEIGHT - 2 * PAD)) / (top - bottom);
  const line = pathOf(points, x, y);
  const limit = threshold === undefined ? undefined : y(threshold);
  const last = points.at(-1)!;
  const alerts = points.filter((p) => p.decision === 'alert').length;
  return (
    <svg
      class="spark"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={`${points.length} windows, score now ${value(last.score)}${threshold === undefined ? '' : ` against ${value(threshold)}`}, ${alerts} alerting`}
    >
      {limit !== undefined && (
        <>
          <linearGradient id={id} gradientUnits="userSpaceOnUse" x1="0" x2="0" y1="0" y2={HEIGHT}>
            <stop offset={limit / HEIGHT} class="over" />
            <stop offset={limit / HEIGHT} class="under" />
          </linearGradient>
          <line class="limit" x1="0" x2={WIDTH} y1={limit} y2={limit} />
        </>
      )}
      <path class="line" d={line} stroke={limit === undefined ? undefined : `url(#${id})`} />
      {runs(points).map(([from, to]) => (
        <line
          key={from}
          class="alert-mark"
          x1={x(Math.max(0, from - 0.5))}
          x2={x(Math.min(points.length - 1, to + 0.5))}
          y1={HEIGHT - 1}
          y2={HEIGHT - 1}
        />
      ))}
    </svg>
  );
}

function pathOf(points: readonly Point[], x: (i: number) => number, y: (score: number) => number): string {
  let path = '';
  let pen = 'M';
  points.forEach((point, i) => {
    if (!Number.isFinite(point.score)) {
      pen = 'M';
      return;
    }
    path += `${pen}${x(i).toFixed(1)} ${y(point.score).toFixed(1)}`;
    pen = 'L';
  });
  return path;
}

/** First and last index of each unbroken run of alerting windows. */
export function runs(points: readonly Point[]): [from: number, to: number][] {
  const found: [number, number][] = [];
  points.forEach((point, i) => {
    if (point.decision !== 'alert') return;
    const last = found.at(-1);
    if (last && last[1] === i - 1) last[1] = i;
    else found.push([i, i]);
  });
  return found;
}
