/** protobufjs returns Long objects wherever the package `long` is importable; the messages here want numbers. */
import protobuf from 'protobufjs/minimal.js';

(protobuf.util as { Long: unknown }).Long = null;
protobuf.configure();
