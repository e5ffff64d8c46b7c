/** protobufjs returns Long objects wherever the package `long` is importable; the messages here want numbers. */
import protobuf from 'protobufjs/minimal.js';

(protobuf.util as { Long: unknown }).Long = null;
protobuf.configure();

// INT64_MAX reads as 2^63, which no int64 holds: it would be written as INT64_MIN, and a graph that slices "to the end"
// would slice to the beginning.
const INT64_MAX = { lo: 0xffff_ffff, hi: 0x7fff_ffff };
const { LongBits } = protobuf.util;
const fromNumber = LongBits.fromNumber;
LongBits.fromNumber = (value) =>
  value >= 2 ** 63 ? new LongBits(INT64_MAX.lo, INT64_MAX.hi) : fromNumber(value);
