/** What a release would meet in one pipeline of one agent, from what the agent reports. What it doesn't say isn't judged. */
import { cutAlike, type ReleaseManifest } from '@skerry/proto/release';
import { formatDuration } from '@skerry/proto/units';
import { compareVersions, VERSION_PATTERN } from '@skerry/proto/version';
import { canShadow } from '../plan.ts';
import type { PipelineInfo } from './reported.ts';

/** The release that would come. */
export interface Candidate {
  digest: string;
  /** Bytes of the release's files together. */
  sizeBytes: number;
  manifest: Pick<ReleaseManifest, 'window' | 'limits' | 'requires'>;
  /** The operator sets of each variant's model by domain, as far as they are known. */
  opsets: Record<string, number>[];
  /** Windows of the releases of that name, by digest: what a pipeline's present release takes. */
  windows: Record<string, ReleaseManifest['window']>;
  /** Whether it is to run beside what serves first. */
  isShadow: boolean;
}

export interface PreflightAgent {
  /** Of the agent program, empty where it never said. */
  version: string;
  facts: Readonly<Record<string, string>>;
}

type Reason = string | undefined;

/** Why it wouldn't run there. */
export function failuresOf(release: Candidate, agent: PreflightAgent, pipeline: PipelineInfo): Reason[] {
  const { manifest } = release;
  const { facts } = agent;
  return [
    refusal(pipeline, release.digest),
    tooOld(agent.version, manifest.requires?.agent),
    facts.backends === '' ? 'it has no inference backend' : undefined,
    tooNew(release.opsets, facts),
    missingChannels(pipeline, manifest),
    ...otherUnits(release, pipeline),
    otherWindows(release, pipeline),
    tooBig('memory', facts.memoryMiB, manifest.limits.memory),
    tooBig('free disk', facts.diskFreeMiB, release.sizeBytes),
  ];
}

/** What to know where it would run. */
export function warningsOf(release: Candidate, { facts }: PreflightAgent, pipeline: PipelineInfo): Reason[] {
  const isLeftOut = release.isShadow && !canShadow({ labels: {}, facts }, pipeline);
  return [
    otherRate(release, pipeline),
    metered(facts, release.sizeBytes),
    isLeftOut ? 'it can run no release beside what serves: shadow stages leave it out' : undefined,
  ];
}

function refusal(pipeline: PipelineInfo, digest: string): Reason {
  const isRefused = pipeline.tryingDigest === digest && pipeline.state === 'failed';
  return isRefused ? `it refused this release: ${pipeline.error}` : undefined;
}

function tooOld(version: string, oldest: string | undefined): Reason {
  if (oldest === undefined || !VERSION_PATTERN.test(version) || compareVersions(version, oldest) >= 0)
    return undefined;
  return `its agent is ${version}, the release requires ${oldest}`;
}

const OPSET_FACTS: Readonly<Record<string, string>> = { '': 'opset', 'ai.onnx.ml': 'opsetMl' };

// One variant that its runtime can load is enough.
function tooNew(
  variants: readonly Record<string, number>[],
  facts: Readonly<Record<string, string>>,
): Reason {
  const reasons = variants.map((opsets) =>
    Object.entries(opsets).find(([domain, version]) => version > Number(facts[OPSET_FACTS[domain] ?? ''])),
  );
  const first = reasons[0];
  if (!first || reasons.some((reason) => !reason)) return undefined;
  const [domain, version] = first;
  const set = domain === '' ? 'operator set' : `operator set ${domain}`;
  return `its runtime knows ${set} ${facts[OPSET_FACTS[domain]!]}, the release asks for ${version}`;
}

function missingChannels(pipeline: PipelineInfo, { window }: Candidate['manifest']): Reason {
  if (pipeline.channels.length === 0) return undefined;
  const missing = window.channels.map((c) => c.name).filter((c) => !pipeline.channels.includes(c));
  return missing.length === 0 ? undefined : `its pipeline has no channel ${missing.join(', ')}`;
}

// The same channel in another unit gives numbers that look right: nothing would refuse them.
function otherUnits({ manifest, windows }: Candidate, pipeline: PipelineInfo): Reason[] {
  const serving = windows[pipeline.releaseDigest]?.channels ?? [];
  return manifest.window.channels.map(({ name, unit }) => {
    const held = serving.find((channel) => channel.name === name)?.unit;
    if (!held || !unit || held === unit) return undefined;
    return `channel ${name} is in ${held} for ${pipeline.release}, which serves there, and in ${unit} for this one`;
  });
}

function otherRate({ manifest, windows }: Candidate, pipeline: PipelineInfo): Reason {
  const [held, rate] = [windows[pipeline.releaseDigest]?.rate, manifest.window.rate];
  if (held === undefined || held === 'any' || rate === 'any' || held === rate) return undefined;
  return `${pipeline.release}, which serves there, takes ${held} samples a second, and this one ${rate}`;
}

function otherWindows({ manifest, windows, isShadow }: Candidate, pipeline: PipelineInfo): Reason {
  const serving = windows[pipeline.releaseDigest];
  if (!isShadow || !serving || cutAlike(serving, manifest.window)) return undefined;
  return `its windows are not those of ${pipeline.release}, which serves there: it can't be compared with it in a shadow stage`;
}

function tooBig(what: string, factMiB: string | undefined, neededBytes: number | undefined): Reason {
  const hasMiB = Number(factMiB ?? Number.NaN);
  if (neededBytes === undefined || Number.isNaN(hasMiB) || hasMiB * 2 ** 20 >= neededBytes) return undefined;
  return `${what} is ${hasMiB} MiB, the release needs ${Math.ceil(neededBytes / 2 ** 20)} MiB`;
}

function metered(facts: Readonly<Record<string, string>>, sizeBytes: number): Reason {
  if (facts.metered !== 'true') return undefined;
  const perHour = Number(facts.meteredBytesPerHour);
  const hours = sizeBytes / perHour;
  return Number.isFinite(hours) && hours > 1
    ? `its link is metered: the release takes at least ${formatDuration(Math.round(hours * 60) * 60_000)} to come`
    : 'its link is metered';
}
