import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { concat, fromHex, toHex } from './bytes.ts';
import { v1 } from './wire.ts';

const directory = join(import.meta.dirname, '..', 'vectors');
const names = readdirSync(directory)
  .filter((f) => f.endsWith('.hex'))
  .map((f) => f.slice(0, -4));
const types = v1 as unknown as Record<
  string,
  { decode(bytes: Uint8Array): unknown; encode(message: unknown): { finish(): Uint8Array } }
>;

// An empty list is no list on the wire, so one that a later version has added says nothing of these bytes.
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return `hex:${toHex(value)}`;
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(
    ([key, member]) => key !== '$unknowns' && !(Array.isArray(member) && member.length === 0),
  );
  return Object.fromEntries(entries.map(([key, member]) => [key, plain(member)]));
}

describe.each(names)('%s', (name) => {
  const bytes = fromHex(readFileSync(join(directory, `${name}.hex`), 'utf8').trim());
  const expected = plain(JSON.parse(readFileSync(join(directory, `${name}.json`), 'utf8')));

  test('bytes from the field read as they always did', () => {
    expect(plain(types[name]!.decode(bytes))).toEqual(expected);
  });

  test('the same message is written as the same bytes', () => {
    expect(toHex(types[name]!.encode(types[name]!.decode(bytes)).finish())).toBe(toHex(bytes));
  });

  test('a field that a later version adds is skipped', () => {
    const withUnknown = concat([bytes, Uint8Array.of(0xfa, 0x7f, 3, 1, 2, 3)]); // field 2047, three bytes
    expect(plain(types[name]!.decode(withUnknown))).toEqual(expected);
  });
});
