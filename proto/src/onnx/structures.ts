/** What outputs of a plain model were before it was made one: sequences of maps, sequences of tensors. */
import { z } from 'zod';
import type { Model } from './graph.ts';

/** Key of the model's metadata, before the output's name. */
export const STRUCTURE_PREFIX = 'skerry.output.';

const structure = z.discriminatedUnion('kind', [
  /** Row by row a map: column i of the tensor is the value of key i. */
  z.object({ kind: z.literal('maps'), keys: z.enum(['string', 'int64']), labels: z.array(z.string()) }),
  /** A sequence: its elements are these outputs, in order. */
  z.object({ kind: z.literal('sequence'), tensors: z.array(z.string()) }),
]);

export type Structure = z.output<typeof structure>;

/** By the name of the output as it was; empty for a model whose outputs always were tensors. */
export function structuresOf(model: Model): Map<string, Structure> {
  const found = new Map<string, Structure>();
  for (const { key, value } of model.metadataProps ?? []) {
    if (!key?.startsWith(STRUCTURE_PREFIX)) continue;
    const parsed = structure.safeParse(parse(value ?? ''));
    // Metadata is anyone's: what isn't ours says nothing.
    if (parsed.success) found.set(key.slice(STRUCTURE_PREFIX.length), parsed.data);
  }
  return found;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
