import { percent } from '../format.ts';

const HEIGHT = 64;

/** Two histograms on the same bins, as shares: the reference as outlines, what is seen now as filled bars. */
export function Histogram({
  reference,
  current,
  label,
}: {
  reference: readonly number[] | undefined;
  current: readonly number[];
  label: string;
}) {
  const now = sharesOf(current);
  const healthy = reference && reference.length === current.length ? sharesOf(reference) : undefined;
  const top = Math.max(...now, ...(healthy ?? []), 1e-9);
  const width = 100 / current.length;
  const y = (share: number): number => HEIGHT - (HEIGHT * share) / top;
  return (
    <svg
      class="histogram"
      viewBox={`0 0 100 ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={`${label}: ${now.map((s, i) => `bin ${i + 1} ${percent(s)}${healthy ? ` (reference ${percent(healthy[i]!)})` : ''}`).join(', ')}`}
    >
      {now.map((share, i) => (
        <rect
          key={i}
          class="now"
          x={i * width + 0.6}
          width={width - 1.2}
          y={y(share)}
          height={HEIGHT - y(share)}
        />
      ))}
      {healthy?.map((share, i) => (
        <line key={i} class="healthy" x1={i * width} x2={(i + 1) * width} y1={y(share)} y2={y(share)} />
      ))}
    </svg>
  );
}

function sharesOf(counts: readonly number[]): number[] {
  const n = counts.reduce((a, b) => a + b, 0);
  return counts.map((c) => (n > 0 ? c / n : 0));
}
