import { expect, it } from 'vitest';
import type { JudgedResult } from './judge.ts';
import { plotSvg } from './plot.ts';

const results: JudgedResult[] = Array.from({ length: 50_000 }, (_, i) => ({
  fromUs: i * 1e6,
  lastUs: i * 1e6,
  score: i === 30_000 ? 3 : 0.2,
  isPast: i === 30_000,
  isAlert: i === 30_000,
}));
const plot = { title: 'pump <1> & "two"', results, stretches: [{ fromUs: 29e9, toUs: 31e9 }], threshold: 1 };

it('draws a long recording small, without losing a single spike', () => {
  const svg = plotSvg(plot);
  expect(svg.length).toBeLessThan(60_000);
  const heights = [...svg.match(/class="score" d="([^"]+)"/)![1]!.matchAll(/[ML]\S+ (\S+?)(?=[ML]|$)/g)].map(
    ([, y]) => Number(y),
  );
  // Near the top, where all others lie near the floor.
  expect(heights.filter((y) => y < 80)).toHaveLength(1);
  expect(heights.filter((y) => y > 200).length).toBeGreaterThan(500);
});

it('shows labels and alerts, follows light and dark, and says in words what it shows', () => {
  const svg = plotSvg(plot);
  expect(svg.match(/<rect class="label"/g)).toHaveLength(1);
  expect(svg.match(/<path class="alert"/g)).toHaveLength(1);
  expect(svg).toContain('prefers-color-scheme: dark');
  expect(svg).toContain('<title id="title">pump &lt;1&gt; &amp; &quot;two&quot;</title>');
  expect(svg).toMatch(/<desc[^>]*>50000 scores from 1970-01-01 00:00:00 .* 1 labelled stretches, 1 alerts/);
});

it('draws a recording without a result', () => {
  expect(plotSvg({ ...plot, results: [] })).toContain('0 scores');
});
