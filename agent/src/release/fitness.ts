/** Whether a release can serve a pipeline at all, and how that is told from a bad moment. */
import { messageOf, SkerryError } from '@skerry/proto/errors';
import { type ReleaseManifest, releaseRef } from '@skerry/proto/release';

/** The release itself is why it can't serve here: trying again would end alike. */
export class Unfit extends SkerryError {
  constructor(cause: unknown) {
    const known = cause instanceof SkerryError ? cause : undefined;
    super(known?.code ?? 'invalid', messageOf(cause), {
      cause,
      ...(known?.hint !== undefined && { hint: known.hint }),
    });
  }
}

/** What preparing threw, as Unfit where the release is at fault; other bytes on disk, or none, are not its fault. */
export function blame(error: unknown): unknown {
  const itsFault =
    error instanceof SkerryError && ['invalid', 'unsupported', 'too-large'].includes(error.code);
  return itsFault ? new Unfit(error) : error;
}

/** Throws Unfit where the release's window needs a channel that the pipeline doesn't have. */
export function requireChannels(
  pipeline: { name: string; channels: readonly string[] },
  manifest: ReleaseManifest,
): void {
  const missing = manifest.window.channels
    .map((channel) => channel.name)
    .filter((name) => !pipeline.channels.includes(name));
  if (missing.length === 0) return;
  const names = missing.map((name) => `"${name}"`).join(', ');
  const message = `${releaseRef(manifest)} needs ${names}, which pipeline ${pipeline.name} doesn't have`;
  throw new Unfit(
    new SkerryError('invalid', message, {
      hint: 'add it under source.channels of the pipeline in agent.yaml',
    }),
  );
}
