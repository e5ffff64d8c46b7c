/**
 * A backtest as a picture: scores over time, the threshold, what was labelled, and where alerts opened. SVG that follows
 * the viewer's light or dark mode, with its title and description for those who don't see it. Long recordings are drawn
 * as the range of scores at each pixel, so no spike gets lost.
 */
import type { JudgedResult } from './judge.ts';
import type { Stretch } from './stretches.ts';

export interface Plot {
  title: string;
  results: readonly JudgedResult[];
  stretches: readonly Stretch[];
  threshold: number;
}

const SIZE = { width: 960, height: 300, left: 56, right: 16, top: 40, bottom: 40 } as const;
const PLOT_WIDTH = SIZE.width - SIZE.left - SIZE.right;
const PLOT_HEIGHT = SIZE.height - SIZE.top - SIZE.bottom;
// Scores far beyond the threshold would press everything else to the floor.
const THRESHOLDS_MAX = 5;

const STYLE = `
  text { font: 12px system-ui, sans-serif; fill: #444; }
  .title { font-size: 14px; font-weight: 600; fill: #111; }
  .ground { fill: #fff; } .axis { stroke: #bbb; } .label { fill: #e4572e; fill-opacity: .18; }
  .score { stroke: #1f6feb; fill: none; } .threshold { stroke: #b45309; stroke-dasharray: 5 4; } .alert { fill: #c2185b; }
  @media (prefers-color-scheme: dark) {
    text { fill: #bbb; } .title { fill: #eee; } .ground { fill: #16181d; } .axis { stroke: #555; }
    .label { fill: #ff8a65; fill-opacity: .22; } .score { stroke: #79b8ff; } .threshold { stroke: #f0b429; } .alert { fill: #ff80ab; }
  }`;

/** The text of the SVG; results in order of time. */
export function plotSvg({ title, results, stretches, threshold }: Plot): string {
  const fromUs = results[0]?.lastUs ?? 0;
  const toUs = Math.max(results.at(-1)?.lastUs ?? 0, fromUs + 1);
  const highest = results.reduce((max, { score }) => Math.max(max, score), threshold);
  const top = Math.min(highest, THRESHOLDS_MAX * threshold) * 1.05 || 1;
  const x = (us: number): number =>
    SIZE.left + (PLOT_WIDTH * (Math.min(toUs, Math.max(fromUs, us)) - fromUs)) / (toUs - fromUs);
  const y = (score: number): number => SIZE.top + PLOT_HEIGHT * (1 - Math.min(top, Math.max(0, score)) / top);
  const opened = results.filter(({ isAlert }, i) => isAlert && !results[i - 1]?.isAlert);
  const description = `${results.length} scores from ${instant(fromUs)} to ${instant(toUs)}, ${stretches.length} labelled stretches, ${opened.length} alerts, threshold ${short(threshold)}.`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${SIZE.width} ${SIZE.height}" role="img" aria-labelledby="title description">
<title id="title">${escaped(title)}</title>
<desc id="description">${escaped(description)}</desc>
<style>${STYLE}
</style>
<rect class="ground" width="${SIZE.width}" height="${SIZE.height}"/>
<text class="title" x="${SIZE.left}" y="22">${escaped(title)}</text>
${stretches
  .filter((s) => s.toUs >= fromUs && s.fromUs <= toUs)
  .map(
    (s) =>
      `<rect class="label" x="${round(x(s.fromUs))}" y="${SIZE.top}" width="${round(Math.max(1, x(s.toUs) - x(s.fromUs)))}" height="${PLOT_HEIGHT}"/>`,
  )
  .join('\n')}
<line class="axis" x1="${SIZE.left}" y1="${y(0)}" x2="${SIZE.left + PLOT_WIDTH}" y2="${y(0)}"/>
<line class="threshold" x1="${SIZE.left}" y1="${round(y(threshold))}" x2="${SIZE.left + PLOT_WIDTH}" y2="${round(y(threshold))}"/>
<path class="score" d="${scorePath(results, x, y)}"/>
${opened.map((r) => `<path class="alert" d="M${round(x(r.lastUs))} ${SIZE.top - 2}l-4 -8h8z"/>`).join('\n')}
<text x="${SIZE.left - 8}" y="${round(y(threshold)) + 4}" text-anchor="end">${short(threshold)}</text>
<text x="${SIZE.left - 8}" y="${y(0) + 4}" text-anchor="end">0</text>
<text x="${SIZE.left}" y="${SIZE.height - 16}">${instant(fromUs)}</text>
<text x="${SIZE.left + PLOT_WIDTH}" y="${SIZE.height - 16}" text-anchor="end">${instant(toUs)}</text>
<text x="${SIZE.left + PLOT_WIDTH / 2}" y="${SIZE.height - 16}" text-anchor="middle">shaded: labelled · triangles: alerts open · dashes: threshold</text>
</svg>
`;
}

/** First, lowest, highest and last score of every pixel's column, in that order. */
function scorePath(
  results: readonly JudgedResult[],
  x: (us: number) => number,
  y: (score: number) => number,
): string {
  const parts: string[] = [];
  let column = Number.NaN;
  let seen = { first: 0, low: 0, high: 0, last: 0 };
  const flush = (): void => {
    if (Number.isNaN(column)) return;
    const { first, low, high, last } = seen;
    const heights = [first, low, high, last].map((score) => round(y(score)));
    for (const height of heights.filter((h, i) => h !== heights[i - 1]))
      parts.push(`${parts.length === 0 ? 'M' : 'L'}${column} ${height}`);
  };
  for (const { lastUs, score } of results) {
    const at = Math.round(x(lastUs));
    if (at !== column) {
      flush();
      column = at;
      seen = { first: score, low: score, high: score, last: score };
    }
    seen = { ...seen, low: Math.min(seen.low, score), high: Math.max(seen.high, score), last: score };
  }
  flush();
  return parts.join('');
}

function instant(us: number): string {
  return new Date(us / 1_000).toISOString().slice(0, 19).replace('T', ' ');
}

function short(x: number): string {
  return `${Number(x.toPrecision(3))}`;
}

function round(x: number): number {
  return Math.round(10 * x) / 10;
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
