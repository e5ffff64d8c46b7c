/** Each variant of a release, loaded and run once as an agent will: what the runtime refuses is refused before anyone signs. */
import { createModel } from '@skerry/agent/inference/model';
import type { Clock, Crypto, InferenceBackend } from '@skerry/agent/ports';
import { messageOf, SkerryError } from '@skerry/proto/errors';
import type { ReleaseManifest } from '@skerry/proto/release';

/** Throws SkerryError `invalid`, naming the variant and why it can't be run. */
export async function tryVariants(
  backend: InferenceBackend,
  manifest: ReleaseManifest,
  files: ReadonlyMap<string, Uint8Array>,
  ports: { crypto: Crypto; clock: Clock },
): Promise<void> {
  for (const { name, file } of manifest.variants)
    try {
      const session = await backend.create({ bytes: files.get(file)! });
      try {
        const model = createModel({ manifest, session, variant: name, backend: backend.name, ...ports });
        await model.run(emptyWindow(manifest));
      } finally {
        await session.release();
      }
    } catch (cause) {
      throw new SkerryError('invalid', `variant ${name} (${file}) can't be run: ${messageOf(cause)}`, {
        hint: 'correct model.yaml, or export the model anew; nothing was packed',
        cause,
      });
    }
}

function emptyWindow(manifest: ReleaseManifest): Parameters<ReturnType<typeof createModel>['run']>[0] {
  const { length, channels } = manifest.window;
  return {
    count: 1,
    data: new Float32Array(length * channels.length),
    devices: ['device'],
    fromUs: new Float64Array(1),
    toUs: new Float64Array(1),
    interpolated: new Uint32Array(1),
    missing: new Uint32Array(1),
    late: new Uint32Array(1),
  };
}
