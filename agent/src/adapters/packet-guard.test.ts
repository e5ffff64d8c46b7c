import { expect, test } from 'vitest';
import { createPacketGuard } from './packet-guard.ts';

const connect = [0x10, 0x02, 0, 0];
const publish = (length: number, ...lengthBytes: number[]): number[] => [
  0x30,
  ...lengthBytes,
  ...new Array<number>(length).fill(0xff),
];

function verdicts(maxPacketBytes: number, bytes: number[], chunk: number): Set<string> {
  const guard = createPacketGuard(maxPacketBytes, 'connect');
  const seen = new Set<string>();
  for (let i = 0; i < bytes.length; i += chunk)
    seen.add(guard.take(Uint8Array.from(bytes.slice(i, i + chunk))));
  return seen;
}

test('packets up to the limit pass, wherever the stream is cut', () => {
  const bytes = [
    ...connect,
    ...publish(300, 0xac, 0x02),
    0xc0,
    0x00,
    ...publish(0, 0x00),
    ...publish(7, 0x07),
  ];
  for (const chunk of [1, 2, 3, 5, 300, 1000]) expect(verdicts(303, bytes, chunk)).toEqual(new Set(['ok']));
});

test('a packet one byte over the limit is refused at its header', () => {
  const header = [...connect, 0x30, 0xac, 0x02];
  expect([...verdicts(302, header, 1)]).toEqual(['ok', 'too-large']);
  expect([...verdicts(303, header, 1)]).toEqual(['ok']);
});

test('256 MB announced before CONNECT is refused before any of it arrives', () => {
  const guard = createPacketGuard(256 * 1024, 'connect');
  expect(guard.take(Uint8Array.of(0x10, 0xff, 0xff, 0xff, 0x7f))).toBe('too-large');
});

test('what does not begin with CONNECT, or a length of five bytes, is no MQTT', () => {
  expect(createPacketGuard(1000, 'connect').take(new TextEncoder().encode('GET / HTTP/1.1'))).toBe(
    'malformed',
  );
  expect(createPacketGuard(1000, 'connect').take(Uint8Array.of(0x30, 0x00))).toBe('malformed');
  expect(createPacketGuard(1000, 'connack').take(Uint8Array.of(0x20, 0x02, 0, 0))).toBe('ok');
  expect(createPacketGuard(2 ** 40, 'connect').take(Uint8Array.of(0x10, 0x80, 0x80, 0x80, 0x80))).toBe(
    'malformed',
  );
});

test('the guard says where in each chunk the last whole packet ends', () => {
  const guard = createPacketGuard(1000, 'connect');
  const boundary = (...bytes: number[]): number => {
    guard.take(Uint8Array.from(bytes));
    return guard.boundary;
  };
  expect(boundary(...connect)).toBe(4);
  expect(boundary(0x30)).toBe(0);
  expect(boundary(0x03, 0xff)).toBe(0);
  expect(boundary(0xff, 0xff)).toBe(2);
  expect(boundary(0xc0, 0x00, 0x30, 0x01, 0xff, 0x30, 0x02, 0xff)).toBe(5);
});
