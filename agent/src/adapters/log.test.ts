import { SkerryError } from '@skerry/proto/errors';
import { beforeEach, expect, test } from 'vitest';
import { createJsonLog } from './log.ts';

const lines: string[] = [];
const clock = { wallMs: () => Date.UTC(2026, 10, 20, 9), monoMs: () => 0 };
const log = createJsonLog({ clock, level: 'info', write: (line) => lines.push(line) });
beforeEach(() => lines.splice(0));

test('a line is JSON with time, level, module and msg first, then the fields', () => {
  log('info', 'sync', 'acknowledged', { agent: 'gw', blocks: 3 });
  expect(lines).toEqual([
    '{"time":"2026-11-20T09:00:00.000Z","level":"info","module":"sync","msg":"acknowledged","agent":"gw","blocks":3}\n',
  ]);
});

test('lines below the level are dropped, and a field cannot pass for time, level, module or msg', () => {
  log('debug', 'm', 'silent');
  log('warn', 'm', 'loud', { msg: 'other', level: 'debug' });
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    { time: '2026-11-20T09:00:00.000Z', level: 'warn', module: 'm', msg: 'loud' },
  ]);
});

test('errors, big integers, NaN, new lines and circles all fit on one line', () => {
  const circle: Record<string, unknown> = {};
  circle.self = circle;
  log('error', 'm', 'a\nb', {
    error: new SkerryError('full', 'no space', { hint: 'free some' }),
    big: 2n ** 64n,
    nan: Number.NaN,
  });
  log('error', 'm', 'round', { circle });
  expect(lines.every((line) => line.indexOf('\n') === line.length - 1)).toBe(true);
  expect(JSON.parse(lines[0]!)).toMatchObject({
    msg: 'a\nb',
    error: { code: 'full', message: 'no space', hint: 'free some' },
    big: '18446744073709551616',
    nan: 'NaN',
  });
  expect(JSON.parse(lines[1]!)).toMatchObject({ msg: 'round', circle: '[object Object]' });
});
