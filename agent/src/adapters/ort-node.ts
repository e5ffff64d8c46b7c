import { messageOf, SkerryError } from '@skerry/proto/errors';
import type { InferenceBackend } from '../ports.ts';
import { createOrtSession, type Ort } from './ort-session.ts';
import { createInWorker } from './ort-worker.ts';

/**
 * onnxruntime-node on the graphics processor (`webgpu`), through Dawn: Vulkan, Metal or Direct3D 12. What the provider has
 * no kernel for runs on the CPU within it. Without a driver it is refused as `unsupported`.
 */
export function createOrtNodeWebGpuBackend(): InferenceBackend {
  return {
    name: 'webgpu',
    async create(model) {
      return createOrtSession(await load(), 'webgpu', model, {
        executionProviders: ['webgpu'],
        logSeverityLevel: 3,
      });
    },
  };
}

/**
 * onnxruntime-node on the CPU (`native`). `run` computes on the JavaScript thread; one thread a session, since more
 * bring small models nothing. Load by path: loading by bytes was measured to creep over many reloads. `arena: false`
 * gives memory back between runs where it is short, at some cost in time. `optimizedTo` names a file that gets the graph
 * as it really runs, fused and with this machine's kernels.
 */
export function createOrtNodeBackend(
  options: { arena?: boolean; optimizedTo?: string } = {},
): InferenceBackend {
  return {
    name: 'native',
    async create(model) {
      return createOrtSession(await load(), 'native', model, {
        executionProviders: ['cpu'],
        intraOpNumThreads: 1,
        interOpNumThreads: 1,
        executionMode: 'sequential',
        enableCpuMemArena: options.arena ?? true,
        ...(options.optimizedTo === undefined ? {} : { optimizedModelFilePath: options.optimizedTo }),
        logSeverityLevel: 3,
      });
    },
    createApart: (model) => createInWorker('native', model),
  };
}

/** Imported when first needed: there are machines (32-bit ARM, musl) that have no such binary. */
async function load(): Promise<Ort> {
  try {
    return (await import('onnxruntime-node')) as Ort;
  } catch (cause) {
    throw new SkerryError(
      'unsupported',
      `onnxruntime-node does not load on ${process.platform}-${process.arch}: ${messageOf(cause).split('\n')[0]}`,
      { hint: 'the wasm backend runs everywhere: inference: { backends: [wasm] }', cause },
    );
  }
}
