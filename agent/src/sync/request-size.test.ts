import { expect, test } from 'vitest';
import { RequestSize } from './request-size.ts';

const policy = { minBytes: 1_000, startBytes: 8_000, maxBytes: 100_000, targetMs: 3_000 };

/** Sends full requests over a link of so many bytes a second; returns the last one's size and time. */
function settle(bytesPerSecond: number, latencyMs: number, size = new RequestSize(policy)) {
  let tookMs = 0;
  for (let i = 0; i < 20; i++) {
    tookMs = latencyMs + (1_000 * size.bytes) / bytesPerSecond;
    size.answered(size.bytes, tookMs);
  }
  return { bytes: size.bytes, tookMs };
}

test.each([
  [50_000_000, 20],
  [50_000, 200],
  [5_000, 700],
  [1_000, 1_500],
])('over %d bytes a second an exchange comes to take about three seconds at most', (rate, latencyMs) => {
  const { bytes, tookMs } = settle(rate, latencyMs);
  expect(tookMs).toBeLessThanOrEqual(4_500);
  expect(bytes).toBeGreaterThanOrEqual(Math.min(policy.maxBytes, rate / 2));
});

test('a link that becomes slow is noticed with the next request', () => {
  const size = new RequestSize(policy);
  settle(50_000_000, 20, size);
  size.answered(100_000, 20_000);
  expect(size.bytes).toBe(15_000);
});

test('small requests, however quick, do not make it grow', () => {
  const size = new RequestSize(policy);
  for (let i = 0; i < 20; i++) size.answered(500, 20);
  expect(size.bytes).toBe(8_000);
});

test('failures halve it down to its least', () => {
  const size = new RequestSize(policy);
  for (let i = 0; i < 20; i++) size.failed();
  expect(size.bytes).toBe(1_000);
});
