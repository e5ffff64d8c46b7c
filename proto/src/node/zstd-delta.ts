import { promisify } from 'node:util';
import { constants, zstdCompress, zstdDecompress } from 'node:zlib';
import type { ApplyDelta, MakeDelta } from '../delta.ts';

const SMALL_BYTES = 1024 * 1024;
/** Zstandard's decoders take windows up to this without being asked. */
const WINDOW_LOG_MAX = 27;

/**
 * Zstandard with the base as its dictionary, off the main thread. Level 12 is the lowest that finds matches all over a
 * large base (a tenth of a second a MiB); what is small gets level 19.
 */
export const zstdMakeDelta: MakeDelta = async (base, target) => {
  const windowLog = Math.min(WINDOW_LOG_MAX, Math.max(10, Math.ceil(Math.log2(base.length + target.length))));
  const params = {
    [constants.ZSTD_c_compressionLevel]: target.length <= SMALL_BYTES ? 19 : 12,
    [constants.ZSTD_c_windowLog]: windowLog,
    [constants.ZSTD_c_contentSizeFlag]: 1,
  };
  return new Uint8Array(await promisify(zstdCompress)(target, { dictionary: base, params }));
};

/** Never makes more than `sizeBytes`, whatever the delta says. */
export const zstdApplyDelta: ApplyDelta = async (base, delta, sizeBytes) =>
  new Uint8Array(
    await promisify(zstdDecompress)(delta, { dictionary: base, maxOutputLength: Math.max(1, sizeBytes) }),
  );
