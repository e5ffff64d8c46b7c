import { utf8 } from '@skerry/proto/bytes';
import { describe, expect, test } from 'vitest';
import { createCodec, type Fields, type RowSink } from './codec.ts';
import { compilePath, readPath } from './path.ts';

/** Everything a codec finds in a payload: rows as `[values, time, device]`, or `malformed`. */
function decoded(
  name: Parameters<typeof createCodec>[0],
  fields: Partial<Fields>,
  payload: string | Uint8Array,
) {
  const all: Fields = { channels: [], time: undefined, device: [], ...fields };
  const found: unknown[] = [];
  const sink: RowSink = {
    values: [],
    time: undefined,
    device: [],
    row: () => found.push([[...sink.values], sink.time, [...sink.device]]),
    malformed: () => found.push('malformed'),
  };
  createCodec(name, all).decode(typeof payload === 'string' ? utf8(payload) : payload, sink);
  return found;
}

describe('paths', () => {
  test('dots, quoted keys and indices lead to a value; what is missing is absent', () => {
    const payload = { vib: { rms: 1 }, 'a.b': { x: 2 }, axes: [{ v: 3 }, 4], 'say "hi"': 5 };
    const at = (path: string) => readPath(payload, compilePath(path));
    expect(at('vib.rms')).toBe(1);
    expect(at('["a.b"].x')).toBe(2);
    expect(at('axes[0].v')).toBe(3);
    expect(at('axes.1')).toBe(4);
    expect(at('["say \\"hi\\""]')).toBe(5);
    expect(at('vib.peak.now')).toBeUndefined();
    expect(at('vib.rms.deeper')).toBeUndefined();
  });

  test('what an object inherits is not in the payload', () => {
    expect(readPath({}, compilePath('constructor.name'))).toBeUndefined();
    expect(readPath([1], compilePath('length.x'))).toBeUndefined();
  });

  test.each(['', '.', 'a.', 'a..b', 'a[x]', 'a]', '["open'])('%j is refused with an example', (path) => {
    expect(() => compilePath(path)).toThrow('is no payload path');
  });
});

describe('json', () => {
  const fields = { channels: ['v', 't.c'], time: 'ts', device: ['id'] };

  test('an object is one row, an array a row per element, null is absent', () => {
    expect(decoded('json', fields, '{"v":1,"t":{"c":2},"ts":3,"id":"x"}')).toEqual([[[1, 2], 3, ['x']]]);
    expect(decoded('json', fields, '[{"v":1,"ts":3},{"v":null,"t":{"c":4}}]')).toEqual([
      [[1, undefined], 3, [undefined]],
      [[undefined, 4], undefined, [undefined]],
    ]);
  });

  test('values are handed on as they stand: judging types is the contract’s', () => {
    expect(decoded('json', { channels: ['v'] }, '{"v":"1.5"}')).toEqual([[['1.5'], undefined, []]]);
    expect(decoded('json', { channels: ['v'] }, '{"v":1e999}')).toEqual([
      [[Number.POSITIVE_INFINITY], undefined, []],
    ]);
  });

  test.each(['', '{', '{"v":NaN}', '7', '"x"', 'null', '[]', '{"v":1}x'])('%j is malformed', (payload) => {
    expect(decoded('json', { channels: ['v'] }, payload)).toEqual(['malformed']);
  });

  test('an element that is no object is malformed by itself', () => {
    expect(decoded('json', { channels: ['v'] }, '[{"v":1},null,{"v":2}]')).toEqual([
      [[1], undefined, []],
      'malformed',
      [[2], undefined, []],
    ]);
  });

  test('an array of numbers is one row where channels are indices', () => {
    expect(decoded('json', { channels: ['0', '[2]'] }, '[5,6,7]')).toEqual([[[5, 7], undefined, []]]);
  });

  test('bytes that are no UTF-8 and nesting without end are malformed, never an exception', () => {
    const bytes = Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d);
    expect(decoded('json', { channels: ['v'] }, bytes)).toEqual(['malformed']);
    expect(decoded('json', { channels: ['v'] }, '['.repeat(200_000))).toEqual(['malformed']);
  });
});

describe('number', () => {
  test('a payload that is one number is one row', () => {
    expect(decoded('number', { channels: ['value'] }, ' -1.5e2\n')).toEqual([[[-150], undefined, []]]);
  });

  test.each(['', 'x', '1,5', '1 2', 'NaN', 'Infinity', '0x10'])('%j is malformed', (payload) => {
    expect(decoded('number', { channels: ['value'] }, payload)).toEqual(['malformed']);
  });

  test('two channels, a time or a device in the payload can’t be had', () => {
    expect(() => createCodec('number', { channels: ['a', 'b'], time: undefined, device: [] })).toThrow(
      'one channel',
    );
    expect(() => createCodec('number', { channels: ['a'], time: 'ts', device: [] })).toThrow('one channel');
  });
});

describe('csv', () => {
  test('columns counted from 0, no header, a row a line', () => {
    expect(decoded('csv', { channels: ['1', '2'], time: '0' }, '100,1.5,2\n101,,x\n')).toEqual([
      [[1.5, 2], '100', []],
      [[undefined, 'x'], '101', []],
    ]);
  });

  test('columns by name come with a header line', () => {
    const fields = { channels: ['flow'], time: 'ts', device: ['id'] };
    expect(decoded('csv', fields, 'id;ts;flow\r\np1;5;7\r\n')).toEqual([[[7], '5', ['p1']]]);
  });

  test('a short line, a quote that never closes and an empty payload are malformed', () => {
    expect(decoded('csv', { channels: ['1'] }, '1,2\n3\n')).toEqual([[[2], undefined, []], 'malformed']);
    expect(decoded('csv', { channels: ['0'] }, '"1')).toEqual(['malformed']);
    expect(decoded('csv', { channels: ['0'] }, '')).toEqual(['malformed']);
  });
});

test.each(['senml', 'cbor', 'senml+cbor', 'sparkplug-b', 'protobuf'] as const)(
  '%s is refused plainly',
  (name) => {
    expect(() => createCodec(name, { channels: ['a'], time: undefined, device: [] })).toThrow(
      `codec ${name} is not in this version`,
    );
  },
);
