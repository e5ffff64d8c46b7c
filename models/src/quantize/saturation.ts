/**
 * Whether a processor needs weights of reduced range. x86 without VNNI multiplies uint8 with int8 by an instruction that
 * adds two products in 16 bits and clips the sum (VPMADDUBSW): 255 · 127 + 255 · 127 = 64,770 becomes 32,767, and a model
 * silently answers wrongly. Found by multiplying, because a name or a flag tells less than the kernel that really runs.
 */
import type { InferenceBackend } from '@skerry/agent/ports';
import { encodeModel, GraphBuilder } from '../graph/builder.ts';

// Long enough for the vector kernels, whose blocks take up to 64 products at once.
const DEPTH = 128;
const WIDTH = 64;

/** Whether int8 products on this backend saturate for weights of the full range. */
export async function saturates(backend: InferenceBackend): Promise<boolean> {
  const session = await backend.create({ bytes: probe() });
  try {
    const activations = new Uint8Array(DEPTH).fill(255);
    const { y } = await session.run({ x: { type: 'uint8', dims: [1, DEPTH], data: activations } });
    return (y!.data as Int32Array).some((sum) => sum !== DEPTH * 255 * 127);
  } finally {
    await session.release();
  }
}

function probe(): Uint8Array {
  const g = new GraphBuilder('saturation');
  const x = g.input('x', 'uint8', ['batch', DEPTH]);
  const weights = new Int8Array(DEPTH * WIDTH).fill(127);
  const w = g.constant('w', { type: 'int8', dims: [DEPTH, WIDTH], data: weights });
  g.output(g.node('MatMulInteger', [x, w], { output: 'y' }), 'int32', ['batch', WIDTH]);
  return encodeModel(g.build());
}
