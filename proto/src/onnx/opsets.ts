/**
 * Which operator sets a model asks for, without its weights: a ModelProto's fields are walked by their lengths, so that of
 * a file of any size a few kilobytes are read.
 */
import { decode, onnx } from '../wire.ts';
import { fieldAt } from './fields.ts';

/** ModelProto.opset_import. */
const OPSET_IMPORT = 8;
const PIECE_BYTES = 4_096;
/** A model has a handful of fields, and metadata of a few more; what takes longer is no model. */
const MAX_PIECES = 64;

/** Reads bytes [from, to) of a file. */
export type ReadPiece = (from: number, to: number) => Promise<Uint8Array>;

/** Versions by domain, '' for the standard one; undefined where the file is no model, or hides them too well. */
export async function readOpsets(
  read: ReadPiece,
  sizeBytes: number,
): Promise<Record<string, number> | undefined> {
  const opsets: Record<string, number> = {};
  let at = 0;
  for (let pieces = 0; at < sizeBytes; pieces++) {
    if (pieces === MAX_PIECES) return undefined;
    const end = takeFields(await read(at, Math.min(sizeBytes, at + PIECE_BYTES)), opsets);
    if (end === undefined) return undefined;
    at += end;
  }
  return Object.keys(opsets).length > 0 ? opsets : undefined;
}

/** Takes the fields that a piece begins with; returns where the next piece begins, undefined where these are no fields. */
function takeFields(piece: Uint8Array, opsets: Record<string, number>): number | undefined {
  let start = 0;
  try {
    while (start < piece.length) {
      // A field's tag and length take up to 20 bytes, and an import a few dozen: near its end a piece begins anew.
      if (start > 0 && start > PIECE_BYTES - 256) return start;
      const field = fieldAt(piece, start);
      if (field.number === OPSET_IMPORT) {
        const { domain, version } = decode(onnx.OperatorSetIdProto, piece.subarray(field.at, field.end));
        opsets[domain === 'ai.onnx' ? '' : domain] = Number(version);
      }
      start = field.end;
    }
    return start;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
