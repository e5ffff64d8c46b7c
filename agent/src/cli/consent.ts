/** `skerry-agent consent`: a person at the device lets in releases that wait there. */
import { SkerryError } from '@skerry/proto/errors';
import { print, printJson } from '@skerry/proto/node/program';
import { loadConfig } from './config-file.ts';
import { postLocal } from './local-post.ts';
import { runningStatus } from './opened-outbox.ts';

const CONSENT_TYPE = 'application/x-skerry-consent';

/** Consents to what waits on a pipeline, or on all. Throws SkerryError unavailable (no agent runs), precondition (nothing waits). */
export async function consent(
  pipeline: string | undefined,
  options: { config: string; json: boolean },
): Promise<void> {
  const loaded = await loadConfig(options.config);
  const status = await runningStatus(loaded);
  if (!status)
    throw new SkerryError('unavailable', 'no agent runs here, so nothing waits', {
      hint: `start it first: skerry-agent run -c ${options.config}`,
    });
  const waiting = status.pipelines.filter(({ name, waits }) => waits && (pipeline ?? name) === name);
  if (waiting.length === 0)
    throw new SkerryError(
      'precondition',
      pipeline === undefined ? 'no release waits' : `no release waits on pipeline ${pipeline}`,
    );
  for (const { name } of waiting)
    await postLocal(loaded, `/api/consent/${encodeURIComponent(name)}`, CONSENT_TYPE);
  const taken = waiting.map(({ name, waits }) => ({ pipeline: name, release: waits!.release }));
  if (options.json) return printJson(taken);
  for (const { pipeline: name, release } of taken) print(`${name}: ${release} is let in.`);
}
