/**
 * What a failure on a backend says. onnxruntime throws plain `Error`s without a code, so their words are all there is.
 *
 * | code          | what is wrong                                             | what follows                              |
 * | ------------- | --------------------------------------------------------- | ----------------------------------------- |
 * | `unsupported` | the backend isn't on this machine                         | the next backend                          |
 * | `full`        | no memory now                                             | the next variant or backend; later again  |
 * | `invalid`     | the model is refused                                      | the next variant or backend; never again  |
 * | `unavailable` | the backend is gone: device lost, module or worker ended  | another takes over at once                |
 * | `failed`      | this run failed                                           | another after three in a row              |
 */
import { type ErrorCode, SkerryError } from '@skerry/proto/errors';

const NO_MEMORY = /bad_alloc|out of memory|failed to allocate|allocation failed|could not allocate/i;
const NOT_THERE =
  /no available (backend|adapter)|(failed to get|no) .{0,20}adapter|no supported adapters|backend not found|execution provider .{0,40}(not (supported|available|enabled)|isn't)/i;
const GONE =
  /device (was |is |has been )?(lost|destroyed|removed)|device_lost|context (was )?lost|aborted\(|unreachable|memory access out of bounds|table index is out of bounds|null function/i;

/** Why a model didn't load, by what onnxruntime said. */
export function loadFailure(text: string): ErrorCode {
  if (NO_MEMORY.test(text)) return 'full';
  return NOT_THERE.test(text) ? 'unsupported' : 'invalid';
}

/** Why a run failed, by what onnxruntime said. */
export function runFailure(text: string): ErrorCode {
  return GONE.test(text) ? 'unavailable' : 'failed';
}

/** Whether the backend itself is gone, and not one run of it. */
export function isGone(error: unknown): boolean {
  return error instanceof SkerryError && error.code === 'unavailable';
}
