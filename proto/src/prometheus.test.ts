import { expect, test } from 'vitest';
import { DurationHistogram, renderMetrics } from './prometheus.ts';

test('metrics read as Prometheus reads them: help, type, escaped labels', () => {
  const text = renderMetrics([
    {
      name: 'a_total',
      help: 'All\nof it',
      type: 'counter',
      samples: [{ labels: { d: 'x"\\\n' }, value: 3 }, { value: 1 }],
    },
  ]);
  expect(text).toBe(
    '# HELP a_total All\\nof it\n# TYPE a_total counter\na_total{d="x\\"\\\\\\n"} 3\na_total 1\n',
  );
});

test('a histogram is cumulative, ends with +Inf, and knows its quantiles', () => {
  const histogram = new DurationHistogram([0.001, 0.01]);
  histogram.observe(0.0005, 2);
  histogram.observe(0.01);
  histogram.observe(5);
  expect(
    renderMetrics([{ name: 'd', help: '', type: 'histogram', samples: histogram.samples({ p: 'a' }) }]),
  ).toContain(
    'd_bucket{p="a",le="0.001"} 2\nd_bucket{p="a",le="0.01"} 3\nd_bucket{p="a",le="+Inf"} 4\nd_sum{p="a"} 5.011\nd_count{p="a"} 4\n',
  );
  expect(histogram.quantile(0.5)).toBe(0.001);
  expect(histogram.quantile(0.95)).toBe(Number.POSITIVE_INFINITY);
});
