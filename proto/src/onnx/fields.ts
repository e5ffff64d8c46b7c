/**
 * Protobuf messages field by field, on their bytes (https://protobuf.dev/programming-guides/encoding/). What isn't
 * touched keeps its bytes: decoding and encoding again would drop fields that onnx.proto here doesn't know, and round
 * 64-bit integers, of which INT64_MAX ("to the end") is common in graphs.
 */
import { concat } from '../bytes.ts';

/** Where a field stands in its message. */
export interface Field {
  readonly number: number;
  readonly wireType: number;
  /** Of the whole field, tag included. */
  readonly start: number;
  readonly end: number;
  /** Where its value begins, behind tag and length. */
  readonly at: number;
}

const LENGTH_DELIMITED = 2;

/** The fields of a message in order. Throws RangeError on bytes that are none. */
export function* fieldsOf(bytes: Uint8Array): Generator<Field> {
  for (let start = 0; start < bytes.length; ) {
    const field = fieldAt(bytes, start);
    if (field.end > bytes.length) throw new RangeError(`field at byte ${start} runs over the end`);
    yield field;
    start = field.end;
  }
}

/** The field that begins at a byte; its end may lie behind the bytes. Throws RangeError where none begins there. */
export function fieldAt(bytes: Uint8Array, start: number): Field {
  const tag = varint(bytes, start);
  const wireType = tag.value & 7;
  let at = tag.end;
  let end: number;
  if (wireType === 0) end = skipVarint(bytes, at);
  else if (wireType === 1) end = at + 8;
  else if (wireType === 5) end = at + 4;
  else if (wireType === LENGTH_DELIMITED) {
    const length = varint(bytes, at);
    at = length.end;
    end = at + length.value;
  } else throw new RangeError(`wire type ${wireType} at byte ${start}`);
  return { number: tag.value >>> 3, wireType, start, end, at };
}

/** The bytes of a field's value. */
export function contentOf(bytes: Uint8Array, field: Field): Uint8Array {
  return bytes.subarray(field.at, field.end);
}

/** The unsigned integers of a varint field, packed or not. */
export function varintsOf(bytes: Uint8Array, field: Field): bigint[] {
  const values: bigint[] = [];
  for (let at = field.at; at < field.end; ) {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = bytes[at++]!;
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) break;
    }
    values.push(BigInt.asUintN(64, value));
  }
  return values;
}

/** A field to put into a message: its number, and its length-delimited value. */
export type NewField = readonly [number: number, content: Uint8Array];

/**
 * The message with changed fields. `change` gets each length-delimited field's number and value; undefined leaves it as
 * it is, a list stands for it (an empty one removes it).
 */
export function changeFields(
  bytes: Uint8Array,
  change: (number: number, content: Uint8Array) => readonly Uint8Array[] | undefined,
  added: { first?: readonly NewField[]; last?: readonly NewField[] } = {},
): Uint8Array {
  const parts = (added.first ?? []).flatMap(([number, content]) => framed(number, content));
  for (const field of fieldsOf(bytes)) {
    const changed =
      field.wireType === LENGTH_DELIMITED ? change(field.number, contentOf(bytes, field)) : undefined;
    if (changed) for (const content of changed) parts.push(...framed(field.number, content));
    else parts.push(bytes.subarray(field.start, field.end));
  }
  for (const [number, content] of added.last ?? []) parts.push(...framed(number, content));
  return concat(parts);
}

function framed(number: number, content: Uint8Array): Uint8Array[] {
  return [writeVarint(number * 8 + LENGTH_DELIMITED), writeVarint(content.length), content];
}

function varint(bytes: Uint8Array, from: number): { value: number; end: number } {
  const end = skipVarint(bytes, from);
  let value = 0;
  for (let i = end - 1; i >= from; i--) value = value * 128 + (bytes[i]! & 127);
  return { value, end };
}

function skipVarint(bytes: Uint8Array, from: number): number {
  for (let at = from; at < Math.min(bytes.length, from + 10); at++) if (bytes[at]! < 128) return at + 1;
  throw new RangeError(`number at byte ${from} doesn't end`);
}

function writeVarint(value: number): Uint8Array {
  const out: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) out.push((rest % 128) | 128);
  out.push(rest);
  return Uint8Array.from(out);
}
