import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { axisIn, observeWidth, resolveColors } from '../canvas.ts';
import { useCell } from '../cell.ts';
import { value } from '../format.ts';
import type { Point } from '../model.ts';
import { useServices } from '../services.ts';
import { runs } from './Sparkline.tsx';

const HEIGHT = 280;
const COLORS = ['ink-2', 'ink-3', 'line', 'accent', 'alert', 'alert-wash', 'warn', 'surface'] as const;
type Colors = Record<(typeof COLORS)[number], string>;

/** The space that the y axis takes; what stands below it lines up (charts.css). */
const AXIS_PX = 52;

const DATE = '\n{YYYY}-{MM}-{DD}';
/** Labels of time by the distance of ticks in seconds: 24 hours, ISO dates; the date where it changes. */
const TIMES: uPlot.Axis.Values = [
  [86_400 * 365, '{YYYY}', null, null, null, null, null, null, 1],
  [86_400 * 28, '{YYYY}-{MM}', null, null, null, null, null, null, 1],
  [86_400, '{MM}-{DD}', '\n{YYYY}', null, null, null, null, null, 1],
  [60, '{HH}:{mm}', DATE, null, DATE, null, null, null, 1],
  [1, '{HH}:{mm}:{ss}', DATE, null, DATE, null, null, null, 1],
  [0.001, '{ss}.{fff}', DATE, null, DATE, null, '\n{HH}:{mm}', null, 1],
];

/**
 * A device's scores over event time: the threshold, alert episodes shaded, changes of release as vertical marks.
 * Dragging zooms; a double click shows everything again. `onCursor` tells the point under the pointer.
 */
export function ScoreChart({
  points,
  threshold,
  onCursor,
  onZoom,
}: {
  points: readonly Point[];
  threshold: number | undefined;
  onCursor: (index: number | undefined) => void;
  onZoom: (fromMs: number, toMs: number) => void;
}) {
  const { theme } = useServices();
  const themeVersion = useCell(theme.version);
  const frame = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | undefined>(undefined);
  // What the drawing hooks read: the chart itself stays the same while its data move on.
  const shown = useRef({ points, threshold, onCursor, onZoom });
  shown.current = { points, threshold, onCursor, onZoom };
  // The colours are read anew when the theme's version changes.
  useEffect(() => {
    const element = frame.current;
    if (!element) return undefined;
    const plot = new uPlot(
      options(resolveColors(element, COLORS), () => shown.current),
      dataOf(shown.current.points),
      element,
    );
    chart.current = plot;
    const stop = observeWidth(element, (width) => {
      if (width > 0) plot.setSize({ width, height: HEIGHT });
    });
    return () => {
      stop();
      plot.destroy();
      chart.current = undefined;
    };
  }, [themeVersion]);
  useEffect(() => {
    const plot = chart.current;
    if (!plot) return;
    // While somebody looks closer the view stays where it is.
    const zoomed = isZoomed(plot);
    plot.setData(dataOf(points), !zoomed);
    if (zoomed) plot.redraw();
    // The threshold is drawn from `shown`, and the scale makes room for it.
  }, [points, threshold]);
  return <div ref={frame} class="chart" role="img" aria-label={describe(points, threshold)} />;
}

/** Whether less is shown than the chart holds. */
function isZoomed(plot: uPlot): boolean {
  const { min, max } = plot.scales.x!;
  const [first, last] = [plot.data[0]?.[0], plot.data[0]?.at(-1)];
  if (min == null || max == null || first === undefined || last === undefined) return false;
  return min > first || max < last;
}

function dataOf(points: readonly Point[]): uPlot.AlignedData {
  return [points.map((p) => p.toMs / 1_000), points.map((p) => (Number.isFinite(p.score) ? p.score : null))];
}

interface Shown {
  points: readonly Point[];
  threshold: number | undefined;
  onCursor: (index: number | undefined) => void;
  onZoom: (fromMs: number, toMs: number) => void;
}

function options(colors: Colors, shown: () => Shown): uPlot.Options {
  const axis = axisIn(colors);
  return {
    width: 800,
    height: HEIGHT,
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1_000), 'Etc/UTC'),
    padding: [22, 0, 0, 0],
    legend: { show: false },
    cursor: { points: { size: 7, fill: colors.surface, stroke: colors.accent }, y: false },
    scales: { y: { range: (_, min, max) => rangeOf(min, max, shown().threshold) } },
    axes: [
      { ...axis, space: 90, values: TIMES },
      { ...axis, size: AXIS_PX, values: (_, ticks) => ticks.map((t) => value(t)) },
    ],
    series: [
      {},
      {
        stroke: (plot) => lineStroke(plot, shown().threshold, colors),
        width: 1.5,
        points: { show: (plot) => (plot.data[0]?.length ?? 0) < 80, size: 4, fill: colors.accent },
      },
    ],
    hooks: {
      drawAxes: [(plot) => shadeEpisodes(plot, shown().points, colors)],
      draw: [
        (plot) => {
          drawThreshold(plot, shown().threshold, colors);
          markReleases(plot, shown().points, colors);
        },
      ],
      setCursor: [(plot) => shown().onCursor(plot.cursor.idx ?? undefined)],
      setScale: [
        (plot, key) => {
          const { min, max } = plot.scales.x!;
          if (key === 'x' && min != null && max != null) shown().onZoom(min * 1_000, max * 1_000);
        },
      ],
    },
  };
}

function rangeOf(min: number | null, max: number | null, threshold: number | undefined): uPlot.Range.MinMax {
  const low = Math.min(0, min ?? 0);
  const high = Math.max(max ?? 0, (threshold ?? 0) * 1.15);
  return [low, high > low ? high + 0.06 * (high - low) : low + 1];
}

// Accent below the threshold, alert above it: a gradient with one hard step.
function lineStroke(plot: uPlot, threshold: number | undefined, colors: Colors): CanvasGradient | string {
  if (threshold === undefined) return colors.accent;
  const { top, height } = plot.bbox;
  const at = (plot.valToPos(threshold, 'y', true) - top) / height;
  if (!(at > 0 && at < 1)) return at <= 0 ? colors.accent : colors.alert;
  const gradient = plot.ctx.createLinearGradient(0, top, 0, top + height);
  gradient.addColorStop(at, colors.alert);
  gradient.addColorStop(at, colors.accent);
  return gradient;
}

function shadeEpisodes(plot: uPlot, points: readonly Point[], colors: Colors): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.fillStyle = colors['alert-wash'];
  for (const [first, last] of runs(points)) {
    const from = plot.valToPos(points[first]!.toMs / 1_000, 'x', true);
    const to = plot.valToPos(points[last]!.toMs / 1_000, 'x', true);
    ctx.fillRect(from, bbox.top, Math.max(3 * devicePixelRatio, to - from), bbox.height);
  }
  ctx.restore();
}

function drawThreshold(plot: uPlot, threshold: number | undefined, colors: Colors): void {
  if (threshold === undefined) return;
  const { ctx, bbox } = plot;
  const y = Math.round(plot.valToPos(threshold, 'y', true)) + 0.5;
  ctx.save();
  ctx.strokeStyle = colors.warn;
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash([5 * devicePixelRatio, 4 * devicePixelRatio]);
  ctx.beginPath();
  ctx.moveTo(bbox.left, y);
  ctx.lineTo(bbox.left + bbox.width, y);
  ctx.stroke();
  label(
    plot,
    `threshold ${value(threshold)}`,
    bbox.left + bbox.width,
    y - 5 * devicePixelRatio,
    'right',
    colors.warn,
  );
  ctx.restore();
}

function markReleases(plot: uPlot, points: readonly Point[], colors: Colors): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.strokeStyle = colors['ink-3'];
  ctx.lineWidth = devicePixelRatio;
  points.forEach((point, i) => {
    const before = points[i - 1];
    if (!before || before.release === point.release) return;
    const x = Math.round(plot.valToPos(point.toMs / 1_000, 'x', true)) + 0.5;
    if (x < bbox.left || x > bbox.left + bbox.width) return;
    ctx.beginPath();
    ctx.moveTo(x, bbox.top - 6 * devicePixelRatio);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    const right = x > bbox.left + bbox.width * 0.7;
    const version = point.release.split('@')[1] ?? point.release;
    label(
      plot,
      version,
      x + (right ? -5 : 5) * devicePixelRatio,
      bbox.top - 8 * devicePixelRatio,
      right ? 'right' : 'left',
      colors['ink-2'],
    );
  });
  ctx.restore();
}

function label(plot: uPlot, text: string, x: number, y: number, align: CanvasTextAlign, color: string): void {
  const { ctx } = plot;
  ctx.font = `${12 * devicePixelRatio}px system-ui, sans-serif`;
  ctx.textAlign = align;
  ctx.textBaseline = 'alphabetic';
  ctx.fillStyle = color;
  ctx.fillText(text, x, y);
}

function describe(points: readonly Point[], threshold: number | undefined): string {
  const episodes = runs(points).length;
  const limit = threshold === undefined ? '' : ` against threshold ${value(threshold)}`;
  return `Score of ${points.length} windows${limit}; ${episodes} alert episodes shaded. The table below has the numbers.`;
}
