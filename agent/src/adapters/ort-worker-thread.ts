/** The thread behind ort-worker.ts: one model, one run after the other. */
import { parentPort, workerData } from 'node:worker_threads';
import { messageOf, SkerryError } from '@skerry/proto/errors';
import type { InferenceSession, Tensor } from '../ports.ts';
import { createOrtNodeBackend } from './ort-node.ts';
import { createOrtWasmBackend } from './ort-web.ts';
import type { WorkerAnswer, WorkerRequest, WorkerStart } from './ort-worker.ts';

const port = parentPort!;
const { backend, model } = workerData as WorkerStart;

try {
  const session = await (backend === 'native' ? createOrtNodeBackend() : createOrtWasmBackend()).create(
    model,
  );
  serve(session);
  answer({ id: 0, value: { inputs: session.inputs, outputs: session.outputs } });
} catch (error) {
  answer(failure(0, error));
}

function serve(session: InferenceSession): void {
  let last: Promise<void> = Promise.resolve();
  port.on('message', (request: WorkerRequest) => {
    last = last.then(() => perform(session, request));
  });
}

async function perform(session: InferenceSession, request: WorkerRequest): Promise<void> {
  try {
    if (request.kind === 'run') {
      const outputs = await session.run(request.feeds, request.outputs);
      answer({ id: request.id, value: outputs }, outputs);
    } else {
      await session.release();
      answer({ id: request.id, value: undefined });
    }
  } catch (error) {
    answer(failure(request.id, error));
  } finally {
    if (request.kind === 'release') port.close(); // nothing else keeps the thread
  }
}

/** Sends an answer; the buffers of its tensors move over with it. */
function answer(message: WorkerAnswer, tensors: Readonly<Record<string, Tensor>> = {}): void {
  const buffers = new Set<ArrayBuffer>();
  for (const { data } of Object.values(tensors))
    if (ArrayBuffer.isView(data) && data.buffer instanceof ArrayBuffer) buffers.add(data.buffer);
  port.postMessage(message, [...buffers]);
}

function failure(id: number, error: unknown): WorkerAnswer {
  const known = error instanceof SkerryError ? error : undefined;
  return { id, error: { code: known?.code ?? 'failed', message: messageOf(error), hint: known?.hint } };
}
