/** Which kernels ONNX Runtime really runs a model with: read from the graph that it has optimized for this machine. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createOrtNodeBackend } from '@skerry/agent/adapters/ort-node';
import { readModel } from '../graph/reader.ts';

/** How often each operator stands in the optimized graph, the most frequent first. */
export async function kernelsOf(model: Uint8Array): Promise<Record<string, number>> {
  const folder = await mkdtemp(join(tmpdir(), 'skerry-kernels-'));
  try {
    const file = join(folder, 'optimized.onnx');
    const session = await createOrtNodeBackend({ optimizedTo: file }).create({ bytes: model });
    await session.release();
    const counts = new Map<string, number>();
    for (const { opType } of readModel(new Uint8Array(await readFile(file))).graph.node)
      counts.set(opType ?? '', (counts.get(opType ?? '') ?? 0) + 1);
    return Object.fromEntries([...counts].sort(([, a], [, b]) => b - a));
  } finally {
    await rm(folder, { recursive: true });
  }
}
