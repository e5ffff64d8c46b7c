import { messageOf, SkerryError } from '@skerry/proto/errors';
import type { InferenceBackend, InferenceSession } from '../ports.ts';
import { createOrtSession, type Ort } from './ort-session.ts';

/**
 * onnxruntime-web on WebAssembly (`wasm`), one thread, in Node and in browsers. The binary is one per process:
 * sessions take turns.
 */
export function createOrtWasmBackend(): InferenceBackend {
  const inTurn = turns();
  return {
    name: 'wasm',
    create: (model) =>
      inTurn(async () => {
        const ort = await load(() => import('onnxruntime-web'), 'onnxruntime-web');
        ort.env.wasm.numThreads = 1;
        ort.env.logLevel = 'error';
        const session = await createOrtSession(ort, 'wasm', model, {
          executionProviders: ['wasm'],
          logSeverityLevel: 3,
        });
        return oneAtATime(session, inTurn);
      }),
  };
}

/**
 * onnxruntime-web on WebGPU. It would fall back to WebAssembly with a mere console warning where there is no adapter, so
 * the adapter is asked for first; rejects with `unsupported` where there is none.
 */
export function createOrtWebGpuBackend(): InferenceBackend {
  const inTurn = turns();
  return {
    name: 'webgpu',
    create: (model) =>
      inTurn(async () => {
        await requireAdapter();
        const ort = await load(() => import('onnxruntime-web/webgpu'), 'onnxruntime-web/webgpu');
        ort.env.logLevel = 'error';
        const session = await createOrtSession(ort, 'webgpu', model, {
          executionProviders: ['webgpu'],
          logSeverityLevel: 3,
        });
        return oneAtATime(session, inTurn);
      }),
  };
}

type Web = Ort & { env: { logLevel?: string; wasm: { numThreads?: number } } };

async function load(importer: () => Promise<unknown>, name: string): Promise<Web> {
  try {
    return (await importer()) as Web;
  } catch (cause) {
    throw new SkerryError('unsupported', `${name} does not load here: ${messageOf(cause).split('\n')[0]}`, {
      cause,
    });
  }
}

interface Gpu {
  requestAdapter(): Promise<object | null>;
}

async function requireAdapter(): Promise<void> {
  const gpu = (globalThis as { navigator?: { gpu?: Gpu } }).navigator?.gpu;
  if (!gpu)
    throw new SkerryError('unsupported', 'WebGPU is not there: this runtime has no navigator.gpu', {
      hint: 'use native or wasm; in browsers, WebGPU needs a secure context',
    });
  if (!(await gpu.requestAdapter()))
    throw new SkerryError('unsupported', 'WebGPU has no adapter on this machine', {
      hint: 'use native or wasm',
    });
}

type InTurn = <T>(work: () => Promise<T>) => Promise<T>;

/** Runs one piece of work after the other, whatever becomes of the one before. */
function turns(): InTurn {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const next = last.then(work, work);
    last = next.catch(() => undefined); // the caller of `next` hears of it
    return next;
  };
}

function oneAtATime(session: InferenceSession, inTurn: InTurn): InferenceSession {
  return {
    inputs: session.inputs,
    outputs: session.outputs,
    run: (feeds, outputs) => inTurn(() => session.run(feeds, outputs)),
    release: () => inTurn(() => session.release()),
  };
}
