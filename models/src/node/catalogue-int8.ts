/** The catalogue's int8 figures: read from its files, timed here, and written beside it and into README.md. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import type { Clock, InferenceBackend } from '@skerry/agent/ports';
import { readGolden } from '@skerry/agent/release/golden';
import type { Crypto } from '@skerry/proto/crypto';
import { digestOf } from '@skerry/proto/crypto';
import { type ReleaseDirectory, readReleaseDirectory } from '@skerry/proto/node/release-directory';
import { compareVersions } from '@skerry/proto/version';
import { type Int8Figures, int8Figures, int8Table } from '../catalogue/int8.ts';
import type { Feed } from '../quantize/calibrate.ts';
import { type Latency, measureLatency } from '../quantize/latency.ts';
import { catalogueDirectory } from './catalogue-directory.ts';

const CATALOGUE = join(catalogueDirectory('', ''));
const TIMES_FILE = join(CATALOGUE, 'int8-times.json');
const README = join(CATALOGUE, '..', 'README.md');
const MARKS = ['<!-- int8 table -->\n', '\n<!-- end of int8 table -->'] as const;
/** One window, and as many as an agent runs at once. */
const WINDOWS = [1, 128] as const;
const ROUNDS = 7;

/** Times by release; each holds for the very files that were timed. */
interface Times {
  machine: string;
  releases: Record<string, { fp32: string; int8: string; latency: Latency[] }>;
}

/** The newest version of every name of the catalogue. */
export async function currentReleases(): Promise<ReleaseDirectory[]> {
  const entries = await readdir(CATALOGUE, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return Promise.all(
    names.sort().map(async (name) => {
      const versions = (await readdir(join(CATALOGUE, name))).sort(compareVersions);
      return readReleaseDirectory(catalogueDirectory(name, versions.at(-1)!));
    }),
  );
}

/** The figures of the newest versions, with the times that were measured of these very files. */
export async function currentInt8Figures(crypto: Crypto): Promise<Int8Figures[]> {
  const { releases } = JSON.parse(await readFile(TIMES_FILE, 'utf8')) as Times;
  return (await currentReleases()).map((release) => {
    const { name, version } = release.manifest;
    const timed = releases[`${name}@${version}`];
    const variants = variantsOf(release);
    const isOfThese =
      timed !== undefined &&
      variants.int8 !== undefined &&
      timed.fp32 === digestOf(crypto, variants.fp32) &&
      timed.int8 === digestOf(crypto, variants.int8);
    return int8Figures(release, isOfThese ? timed.latency : []);
  });
}

/** README.md as it is, and as the figures want it. */
export async function readmeWith(figures: readonly Int8Figures[]): Promise<{ now: string; wanted: string }> {
  const now = await readFile(README, 'utf8');
  const [from, to] = [now.indexOf(MARKS[0]) + MARKS[0].length, now.indexOf(MARKS[1])];
  return { now, wanted: now.slice(0, from) + int8Table(figures) + now.slice(to) };
}

/** Times the newest versions in both variants on this machine, and writes what came of it. */
export async function timeCatalogue(tools: {
  backend: InferenceBackend;
  crypto: Crypto;
  clock: Pick<Clock, 'monoMs'>;
}): Promise<Int8Figures[]> {
  const times: Times = { machine: cpus()[0]?.model ?? 'unknown', releases: {} };
  for (const release of await currentReleases()) {
    const { fp32, int8 } = variantsOf(release);
    if (!int8) continue;
    const latency: Latency[] = [];
    for (const windows of WINDOWS)
      latency.push(await latencyOf(tools, { fp32, int8 }, feedOf(release, windows), windows));
    const { name, version } = release.manifest;
    const digests = { fp32: digestOf(tools.crypto, fp32), int8: digestOf(tools.crypto, int8) };
    times.releases[`${name}@${version}`] = { ...digests, latency };
  }
  await writeFile(TIMES_FILE, `${JSON.stringify(times, undefined, 2)}\n`);
  const figures = await currentInt8Figures(tools.crypto);
  await writeFile(README, (await readmeWith(figures)).wanted);
  return figures;
}

function variantsOf({ manifest, files }: ReleaseDirectory): { fp32: Uint8Array; int8?: Uint8Array } {
  const fileOf = (precision: string): Uint8Array | undefined => {
    const variant = manifest.variants.find((v) => v.precision === precision);
    return variant && files.get(variant.file);
  };
  const int8 = fileOf('int8');
  return { fp32: fileOf('fp32')!, ...(int8 && { int8 }) };
}

/** Windows of the golden vectors, over and over. */
function feedOf({ manifest, files }: ReleaseDirectory, windows: number): Feed {
  const inputs = readGolden(files.get(manifest.golden!.file)!).map((one) => one.inputs);
  return Object.fromEntries(
    Object.entries(inputs[0]!).map(([name, { dims }]) => {
      const data = Array.from({ length: windows }, (_, w) => [
        ...(inputs[w % inputs.length]![name]!.data as Float32Array),
      ]).flat();
      return [name, { type: 'float32', dims: [windows, ...dims.slice(1)], data: Float32Array.from(data) }];
    }),
  );
}

/** The round in the middle by its ratio: other work on the machine comes and goes within a round. */
async function latencyOf(
  { backend, clock }: { backend: InferenceBackend; clock: Pick<Clock, 'monoMs'> },
  models: { fp32: Uint8Array; int8: Uint8Array },
  feed: Feed,
  windows: number,
): Promise<Latency> {
  const rounds: Latency[] = [];
  for (let round = 0; round < ROUNDS; round++)
    rounds.push(await measureLatency(backend, clock, models, { feed, windows }));
  return rounds.sort((a, b) => a.ratio - b.ratio)[ROUNDS >> 1]!;
}
