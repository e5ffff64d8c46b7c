import { expect, test } from 'vitest';
import { href, loginCode, parseRoute } from './router.ts';

test('an address comes back as the segments it was made of, whatever is in them', () => {
  const segments = ['devices', 'oslo-gw1', 'pumps', 'hall 3/pump#7 50%?'];
  expect(parseRoute(href(...segments))).toEqual(segments);
});

test('no hash is the overview, and a stray percent sign names itself', () => {
  expect(parseRoute('')).toEqual(['overview']);
  expect(parseRoute('#/agents/50%')).toEqual(['agents', '50%']);
});

test('only a login link has a code', () => {
  expect(loginCode('#login=abc-123')).toBe('abc-123');
  expect(loginCode('#/login')).toBeUndefined();
});
