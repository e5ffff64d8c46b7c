/**
 * What an agent can't run, told from the file alone: so that it is refused where it is packed, and on the agent before
 * the runtime opens it. What this passes may still be refused by the runtime; that is tried at activation.
 */
import { SkerryError } from '../errors.ts';
import { onnx } from '../wire.ts';
import { allNodes, type Model, readModel } from './graph.ts';
import { type PlainModel, plainModel } from './plain.ts';

/** Newest versions that ONNX Runtime 1.30 loads, by domain, and its newest IR. */
export const RUNTIME = { ir: 13, opsets: { '': 26, 'ai.onnx.ml': 5 } } as const;

/** Domains whose operators are built into ONNX Runtime. */
const DOMAINS: ReadonlySet<string> = new Set([
  '',
  'ai.onnx',
  'ai.onnx.ml',
  'ai.onnx.training',
  'ai.onnx.preview.training',
  'com.microsoft',
  'com.microsoft.nchwc',
  'com.ms.internal.nhwc',
]);

/**
 * The model as plain tensors, where nothing is known against it. Throws SkerryError invalid with every reason and what to
 * do.
 */
export function acceptModel(bytes: Uint8Array): PlainModel {
  const refusals = refusalsOf(readModel(bytes));
  if (refusals.length > 0) throw new SkerryError('invalid', refusals.join('; '));
  try {
    return plainModel(bytes);
  } catch (cause) {
    if (!(cause instanceof SkerryError)) throw cause;
    throw new SkerryError('invalid', cause.message, {
      ...(cause.hint === undefined ? {} : { hint: cause.hint }),
      cause,
    });
  }
}

/** Why the runtime will refuse a model, with what to do; empty where nothing is known against it. */
export function refusalsOf(model: Model): string[] {
  return [...versions(model), ...operators(model), ...externalData(model)];
}

function versions(model: Model): string[] {
  const refusals: string[] = [];
  if ((model.irVersion ?? 0) > RUNTIME.ir)
    refusals.push(
      `the model has IR version ${model.irVersion}, and the runtime reads up to ${RUNTIME.ir}: save it with an older version`,
    );
  for (const { domain, version = 0 } of model.opsetImport ?? []) {
    const known = domain === 'ai.onnx.ml' ? RUNTIME.opsets[domain] : RUNTIME.opsets[''];
    const isStandard = !domain || domain === 'ai.onnx' || domain === 'ai.onnx.ml';
    if (isStandard && (version ?? 0) > known)
      refusals.push(
        `the model asks for operator set ${version}${domain ? ` of ${domain}` : ''}, and the runtime knows up to ${known}: export it with an older one`,
      );
  }
  return refusals;
}

function operators(model: Model): string[] {
  const own = new Set((model.functions ?? []).map((f) => `${f.domain ?? ''}:${f.name}`));
  const strange = new Set<string>();
  for (const { domain, opType } of allNodes(model.graph))
    if (!DOMAINS.has(domain ?? '') && !own.has(`${domain ?? ''}:${opType}`))
      strange.add(`${opType} of domain "${domain}"`);
  return [...strange].map(
    (operator) => `operator ${operator} isn't built into the runtime: express it by standard operators`,
  );
}

function externalData(model: Model): string[] {
  const inner = [...allNodes(model.graph)].flatMap((node) =>
    (node.attribute ?? []).flatMap(({ t, g }) => [...(t ? [t] : []), ...(g?.initializer ?? [])]),
  );
  const outside = [...(model.graph.initializer ?? []), ...inner].find(
    (tensor) => tensor.dataLocation === onnx.TensorProto.DataLocation.EXTERNAL,
  );
  return outside
    ? [`"${outside.name ?? ''}" keeps its values in another file: save the model with its weights inside`]
    : [];
}
