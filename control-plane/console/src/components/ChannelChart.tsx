import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { axisIn, observeWidth, resolveColors } from '../canvas.ts';
import { useCell } from '../cell.ts';
import { value } from '../format.ts';
import { useServices } from '../services.ts';

const HEIGHT = 116;
const COLORS = ['ink-3', 'line', 'accent', 'surface', 'track'] as const;
type Colors = Record<(typeof COLORS)[number], string>;

export interface ChannelSeries {
  name: string;
  unit: string | undefined;
  /** null where there is no number. */
  values: readonly (number | null)[];
  /** Where most values of the release's drift reference lie: between its outermost edges. */
  usual: readonly [low: number, high: number] | undefined;
}

/** One channel of one window; the pointer's place is shared by all charts of `group`. */
export function ChannelChart({
  series,
  ticks,
  tickUnit,
  group,
}: {
  series: ChannelSeries;
  ticks: readonly number[];
  tickUnit: string;
  group: string;
}) {
  const { theme } = useServices();
  const themeVersion = useCell(theme.version);
  const frame = useRef<HTMLDivElement>(null);
  // A window never changes: another one is another chart. The colours are read anew when the theme's version changes.
  useEffect(() => {
    const element = frame.current;
    if (!element) return undefined;
    const plot = new uPlot(
      options(resolveColors(element, COLORS), series, tickUnit, group),
      [[...ticks], [...series.values]],
      element,
    );
    const stop = observeWidth(element, (width) => {
      if (width > 0) plot.setSize({ width, height: HEIGHT });
    });
    return () => {
      stop();
      plot.destroy();
    };
  }, [series, ticks, tickUnit, group, themeVersion]);
  const numbers = series.values.filter((v) => v !== null);
  const span = numbers.length > 0 ? `${value(Math.min(...numbers))} to ${value(Math.max(...numbers))}` : '–';
  const usually = series.usual && `usually ${value(series.usual[0])} to ${value(series.usual[1])}`;
  return (
    <figure>
      <figcaption>
        <b>{series.name}</b> {series.unit && <span class="quiet">{series.unit}</span>}
        <span class="num span">{span}</span>
      </figcaption>
      <div
        ref={frame}
        class="channel-chart"
        role="img"
        aria-label={`${series.name}: ${series.values.length} values, ${span}${usually ? `, ${usually}` : ''}`}
      />
    </figure>
  );
}

function options(
  colors: Colors,
  { values, usual }: ChannelSeries,
  tickUnit: string,
  group: string,
): uPlot.Options {
  const axis = axisIn(colors);
  return {
    width: 320,
    height: HEIGHT,
    padding: [6, 8, 0, 0],
    legend: { show: false },
    cursor: {
      sync: { key: group },
      points: { size: 7, fill: colors.surface, stroke: colors.accent },
      drag: { x: false, y: false },
      y: false,
    },
    scales: { x: { time: false }, y: { range: (_, min, max) => rangeOf(min, max, usual) } },
    axes: [
      { ...axis, size: 22, space: 60, values: (_, ticks) => ticks.map((t) => `${+t.toFixed(6)}${tickUnit}`) },
      { ...axis, size: 52, space: 28, values: (_, ticks) => ticks.map((t) => value(t)) },
    ],
    series: [
      {},
      {
        stroke: colors.accent,
        width: 1.5,
        points: { show: values.length < 80, size: 4, fill: colors.accent },
      },
    ],
    hooks: { drawClear: [(plot) => shadeUsual(plot, usual, colors)] },
  };
}

// What is usual is always in sight: a value far off looks far off.
function rangeOf(min: number | null, max: number | null, usual: ChannelSeries['usual']): uPlot.Range.MinMax {
  const low = Math.min(min ?? Infinity, usual?.[0] ?? Infinity);
  const high = Math.max(max ?? -Infinity, usual?.[1] ?? -Infinity);
  if (!(low <= high)) return [0, 1];
  const margin = high > low ? 0.06 * (high - low) : Math.max(1e-6, 0.06 * Math.abs(high));
  return [low - margin, high + margin];
}

function shadeUsual(plot: uPlot, usual: ChannelSeries['usual'], colors: Colors): void {
  if (!usual) return;
  const { ctx, bbox } = plot;
  const [top, foot] = [plot.valToPos(usual[1], 'y', true), plot.valToPos(usual[0], 'y', true)];
  ctx.save();
  ctx.fillStyle = colors.track;
  ctx.fillRect(bbox.left, top, bbox.width, foot - top);
  ctx.restore();
}
