/**
 * A picture of a quantization report (SVG, for light and dark): what size and time became, and for every layer how far
 * above its quantization noise it is. Longer bars are better for layers, shorter ones for size and time.
 */
import { formatBytes } from '@skerry/proto/units';
import type { LayerReport } from './layers.ts';
import type { QuantizationReport } from './report.ts';

const WIDTH = 720;
const LEFT = 190;
const RIGHT = 90;
const ROW = 26;
const BAR = 14;
// Where bars of layers end: above it noise no longer shows.
const FULL_DB = 60;
// Names longer than this would run into the bars.
const NAME_LENGTH = 24;

const STYLE = `
  svg { --ink: #1d2733; --soft: #5b6875; --ground: #ffffff; --rest: #e4e9ee; --int8: #0b6e99; --float: #b3541e; }
  @media (prefers-color-scheme: dark) {
    svg { --ink: #e8edf2; --soft: #9aa7b4; --ground: #12181f; --rest: #2a343f; --int8: #5bb8dd; --float: #f0a070; }
  }
  text { font: 13px system-ui, sans-serif; fill: var(--ink); }
  .soft { fill: var(--soft); }
  .title { font-weight: 600; font-size: 15px; }
  .ground { fill: var(--ground); }
  .rest { fill: var(--rest); }
  .int8 { fill: var(--int8); }
  .float { fill: var(--float); }`;

interface Bar {
  label: string;
  /** 0 to 1. */
  share: number;
  text: string;
  style: 'int8' | 'float';
}

/** The report as an SVG document. */
export function reportPicture(report: QuantizationReport): string {
  const { sizeBytes, layers } = report;
  const costs: Bar[] = [
    costBar('size', sizeBytes.int8 / sizeBytes.fp32, formatBytes(sizeBytes.int8)),
    ...report.latency.map((l) => costBar(timeLabel(report.unit, l.windows), l.ratio, percent(l.ratio))),
  ];
  const rows = [
    ...section(0, 'int8 against float32 (full bar: as much as float32)', costs),
    ...section(
      costs.length + 2,
      `Signal above quantization noise, by layer (full bar: ${FULL_DB} dB)`,
      layers.map(layerBar),
    ),
  ];
  const height = (costs.length + layers.length + 5) * ROW;
  const summary = summaryOf(report);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="${escaped(summary)}">`,
    `<style>${STYLE}\n</style>`,
    `<rect class="ground" width="${WIDTH}" height="${height}"/>`,
    ...rows,
    `<text class="soft" x="12" y="${height - ROW / 2}">${escaped(summary)}</text>`,
    '</svg>\n',
  ].join('\n');
}

function section(at: number, title: string, bars: readonly Bar[]): string[] {
  const top = at * ROW + 12;
  return [
    `<text class="title" x="12" y="${top + 14}">${escaped(title)}</text>`,
    ...bars.flatMap((one, i) => barRow(top + (i + 1) * ROW, one)),
  ];
}

function barRow(y: number, { label, share, text, style }: Bar): string[] {
  const full = WIDTH - LEFT - RIGHT;
  const width = Math.round(full * Math.min(1, Math.max(0, share)));
  const name = label.length > NAME_LENGTH ? `…${label.slice(1 - NAME_LENGTH)}` : label;
  return [
    `<text x="${LEFT - 10}" y="${y + BAR - 2}" text-anchor="end">${escaped(name)}</text>`,
    `<rect class="rest" x="${LEFT}" y="${y}" width="${full}" height="${BAR}" rx="2"/>`,
    `<rect class="${style}" x="${LEFT}" y="${y}" width="${width}" height="${BAR}" rx="2"/>`,
    `<text class="soft" x="${LEFT + full + 8}" y="${y + BAR - 2}">${escaped(text)}</text>`,
  ];
}

function layerBar({ name, int8, sqnrDb }: LayerReport): Bar {
  const db = Number.isFinite(sqnrDb) ? `${sqnrDb.toFixed(1)} dB` : 'exact';
  return {
    label: name,
    share: Number.isFinite(sqnrDb) ? sqnrDb / FULL_DB : 1,
    text: int8 ? db : `${db}, float`,
    style: int8 ? 'int8' : 'float',
  };
}

function costBar(label: string, ratio: number, text: string): Bar {
  return { label, share: ratio, text, style: ratio > 1 ? 'float' : 'int8' };
}

function timeLabel(unit: QuantizationReport['unit'], windows: number): string {
  if (unit === 'number') return 'time';
  return windows === 1 ? 'time, 1 window' : `time, ${windows} windows`;
}

function summaryOf({ agreement: a, unit }: QuantizationReport): string {
  const before = (name: string, q: { fp32: number; int8: number } | undefined): string =>
    q ? `, ${name} ${q.fp32.toFixed(4)} → ${q.int8.toFixed(4)}` : '';
  const quality = before('AUC', a.auc) + before('accuracy', a.accuracy);
  const verdict = a.accepted ? 'accepted' : 'not accepted';
  return `Spearman ${a.spearman.toFixed(4)} over ${a.windows} ${unit}s${quality}: ${verdict}`;
}

function percent(ratio: number): string {
  return `${Math.round(100 * ratio)} %`;
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
