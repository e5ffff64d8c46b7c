import { expect, test } from 'vitest';
import { reasonOf } from './errors.ts';

test('the reason of a system error names neither code, system call nor path', () => {
  const error = Object.assign(new Error("EACCES: permission denied, open '/etc/shadow'"), { code: 'EACCES' });
  expect(reasonOf(error)).toBe('permission denied');
  expect(reasonOf(Object.assign(new Error('EISDIR: illegal operation on a directory, read'), {}))).toBe(
    'illegal operation on a directory',
  );
});

test('the reason of a failed fetch is what stands in its cause', () => {
  const refused = Object.assign(new Error(''), { code: 'ECONNREFUSED' });
  expect(reasonOf(new TypeError('fetch failed', { cause: refused }))).toBe('nothing listens there');
  expect(reasonOf(new TypeError('fetch failed', { cause: new Error('other side closed') }))).toBe(
    'other side closed',
  );
});

test('anything else is its own reason', () => {
  expect(reasonOf(new Error('no'))).toBe('no');
  expect(reasonOf('thrown text')).toBe('thrown text');
});
