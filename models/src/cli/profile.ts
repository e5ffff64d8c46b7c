import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { InferenceBackend, InferenceSession } from '@skerry/agent/ports';
import { SkerryError } from '@skerry/proto/errors';
import { type Command, print } from '@skerry/proto/node/program';
import { inputsOf, type ReleaseManifest } from '@skerry/proto/release';
import { feedOf, judgedOutput, scoresOf, windowInput } from '../evaluate/release-run.ts';
import { fitScaling, type Rows, rowCount } from '../fit/scaling.ts';
import { goldenCases } from '../golden/cases.ts';
import { buildGolden } from '../golden/golden.ts';
import { windowCases } from '../golden/windows.ts';
import { buildReference } from '../profile/profile.ts';
import {
  type CsvFlags,
  type OpenedRelease,
  openRelease,
  readCsv,
  referenceVariant,
  rowsFor,
  withCsvFlags,
  withVariant,
} from './shared.ts';

interface DataFlags extends CsvFlags {
  data: string;
}

/** `profile DIR --data HEALTHY.csv`: (re)writes the release's drift reference. */
export function addProfile(program: Command, backend: InferenceBackend): void {
  withCsvFlags(program.command('profile <release>'))
    .description("write a release's drift reference from a recording of healthy operation")
    .requiredOption('--data <csv>', 'a recording with the channels of the release')
    .addHelpText('after', '\nExample:\n  skerry-model profile releases/press/1.0.0 --data healthy.csv')
    .action(async (directory: string, flags: DataFlags) => {
      const release = await openRelease(directory);
      const rows = await longestStretch(release, flags);
      const file = release.manifest.drift?.reference ?? 'reference.pb';
      const bytes = await withVariant(backend, release, referenceVariant(release.manifest), (session) =>
        reference(session, release, rows),
      );
      await writeFile(join(directory, file), bytes);
      print(
        `${join(directory, file)}: ${rowCount(rows)} rows of ${rows.width} channels${isScored(release.manifest) ? ' and the score' : ''}`,
      );
      if (!release.manifest.drift) print(`add to model.yaml: drift: { reference: ${file} }`);
    });
}

async function reference(session: InferenceSession, release: OpenedRelease, rows: Rows): Promise<Uint8Array> {
  const { manifest } = release;
  const { rate, hop, channels } = manifest.window;
  const perHour = rate === 'any' ? 0 : rate * 3600;
  const names = channels.map((c) => c.name);
  // Without a score the channels alone are watched.
  if (!isScored(manifest)) return buildReference(names, rows, perHour, []);
  const values = await scoresOf(session, manifest, rows);
  const score = { name: judgedOutput(manifest).name, values, perHour: perHour / hop };
  return buildReference(names, rows, perHour, [score]);
}

/** Whether a score says how a window is. */
function isScored(manifest: ReleaseManifest): boolean {
  return manifest.output.some((o) => o.threshold !== undefined);
}

/** `golden DIR --data HEALTHY.csv`: (re)writes the release's golden vectors. */
export function addGolden(program: Command, backend: InferenceBackend): void {
  withCsvFlags(program.command('golden <release>'))
    .description("write a release's golden vectors: healthy windows, and the same with faults put in")
    .requiredOption('--data <csv>', 'a recording of healthy operation, with the channels of the release')
    .addHelpText(
      'after',
      '\nReleases made by "fit" hold theirs already; this is for models from elsewhere.\n\nExample:\n  skerry-model golden releases/press/1.0.0 --data healthy.csv',
    )
    .action(async (directory: string, flags: DataFlags) => {
      const release = await openRelease(directory);
      const rows = await longestStretch(release, flags);
      const file = release.manifest.golden?.file ?? 'golden.pb';
      const { bytes, cases } = await withVariant(
        backend,
        release,
        referenceVariant(release.manifest),
        (session) => golden(session, release, rows),
      );
      await writeFile(join(directory, file), bytes);
      print(`${join(directory, file)}: ${cases} cases`);
      if (!release.manifest.golden)
        print(`add to model.yaml: golden: { file: ${file}, rtol: 0.01, atol: 0.001 }`);
    });
}

async function golden(
  session: InferenceSession,
  { manifest }: OpenedRelease,
  rows: Rows,
): Promise<{ bytes: Uint8Array; cases: number }> {
  const { length, channels } = manifest.window;
  // Faults are put in only where a score says what they do, and a window is all that the model takes.
  if (!isScored(manifest) || inputsOf(manifest).length > 1) {
    const cases = windowCases(session, manifest, rows);
    return { bytes: await buildGolden(session, cases), cases: cases.length };
  }
  const { tensor, threshold } = judgedOutput(manifest);
  const input = windowInput(manifest);
  const raw = (window: Float32Array): Rows => ({ width: channels.length, values: Float64Array.from(window) });
  const contract = {
    input,
    layout: (window: Float32Array) => feedOf(manifest, raw(window), [0])[input]!,
    deviations: fitScaling(rows).std,
    score: tensor,
    threshold,
    faulty: manifest.output.map((o) => o.tensor),
  };
  const shape = { length, width: channels.length };
  const cases = await goldenCases(session, Float32Array.from(rows.values), shape, contract, []);
  return { bytes: await buildGolden(session, cases), cases: cases.length };
}

async function longestStretch(release: OpenedRelease, flags: DataFlags): Promise<Rows> {
  const stretches = rowsFor(release.manifest, await readCsv(flags.data, flags));
  const [first, ...rest] = stretches;
  if (!first)
    throw new SkerryError(
      'invalid',
      `${flags.data} holds no window of ${release.manifest.window.length} rows`,
    );
  return rest.reduce((a, b) => (rowCount(b) > rowCount(a) ? b : a), first);
}
