/**
 * The messages of `skerry/v1` and of ONNX as static code, with 64-bit integers as plain numbers.
 * Every 64-bit field of skerry/v1 (microseconds, counters, sequence numbers) stays below 2^53.
 */

// First, because the generated modules settle their defaults while they load.
import './numbers.ts';
import { onnx } from '#gen/onnx';
import { skerry } from '#gen/skerry';

export { onnx, skerry };
export const v1: typeof skerry.v1 = skerry.v1;

interface MessageType<P, T> {
  encode(message: P): { finish(): Uint8Array };
  decode(bytes: Uint8Array): T;
}

/** Encodes a message to its wire bytes. */
export function encode<P>(type: MessageType<P, unknown>, message: P): Uint8Array {
  return type.encode(message).finish();
}

/** Decodes wire bytes. Throws on bytes that are no such message; unknown fields are skipped. */
export function decode<T>(type: MessageType<never, T>, bytes: Uint8Array): T {
  return type.decode(bytes);
}
