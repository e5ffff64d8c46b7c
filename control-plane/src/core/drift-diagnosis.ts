/**
 * What a drift means: each device against its cohort, which is every device of the pipeline, whatever release it runs.
 *
 *     sensor-fault   a sensor is stuck, missing or out of range; or few devices drift and look unlike the others
 *     world-changed  most devices drift
 *     build          outputs drift on devices whose inputs don't, on one release and backend and not on others
 *     inputs         outputs drift where inputs do
 *     some-devices   neither few nor most
 *     alone          there are too few devices to compare with
 */
import { psiExcess } from '@skerry/proto/drift/distances';
import { SENSOR_FAULTS } from '@skerry/proto/drift/sensor';
import type { DeviceDrift, SignalDrift } from './shard/drift.ts';

export type DiagnosisKind = 'sensor-fault' | 'world-changed' | 'build' | 'inputs' | 'some-devices' | 'alone';

export interface Diagnosis {
  kind: DiagnosisKind;
  /** One plain line. */
  text: string;
  /** Of the cohort: how many devices are at the alert level, and how many were judged. */
  drifting: number;
  judged: number;
  /** AGENT/DEVICE that it is about, the worst first. */
  devices: string[];
}

/** A signal with what its drift means, where it drifts. */
export type DiagnosedDrift = SignalDrift & { diagnosis?: Diagnosis };

/** Fewer judged devices say nothing about each other. */
const SMALLEST_COHORT = 3;
/** Up to this share of a cohort, and always one device, are few. */
const FEW = 0.1;
/** The excess of a device against the rest of its cohort from which on it looks unlike it: psi's alert level. */
const UNLIKE = 0.2;
const LISTED = 10;

/** Says of every signal at the alert level what that means. */
export function diagnoseDrift(signals: readonly SignalDrift[]): DiagnosedDrift[] {
  return signals.map((signal) => {
    const drifting = signal.devices.filter(isDrifting);
    if (drifting.length === 0) return signal;
    const peers = signals.filter(
      (s) => s.pipeline === signal.pipeline && s.signal === signal.signal && s.isOutput === signal.isOutput,
    );
    const diagnosis = signal.isOutput ? diagnoseOutput(signal, peers, signals) : diagnoseInput(signal, peers);
    return { ...signal, diagnosis };
  });
}

function diagnoseInput(signal: SignalDrift, peers: readonly SignalDrift[]): Diagnosis {
  const faulty = signal.devices.filter((device) => isDrifting(device) && faultOf(device) !== undefined);
  if (faulty.length > 0) {
    const faults = [...new Set(faulty.map(faultOf))].join(' or ');
    return about('sensor-fault', peers, faulty, `${namesOf(faulty)}: the sensor is ${faults}`);
  }
  return compare(signal, peers);
}

function diagnoseOutput(
  signal: SignalDrift,
  peers: readonly SignalDrift[],
  signals: readonly SignalDrift[],
): Diagnosis {
  const drifting = signal.devices.filter(isDrifting);
  const withInputs = new Set(
    signals
      .filter((s) => s.pipeline === signal.pipeline && !s.isOutput)
      .flatMap((s) => s.devices.filter(isDrifting).map(nameOf)),
  );
  const alone = drifting.filter((device) => !withInputs.has(nameOf(device)));
  if (2 * alone.length <= drifting.length)
    return about('inputs', peers, drifting, 'its inputs drift on the same devices: look at those first');
  const build = suspectBuild(signal, peers, alone, withInputs);
  return build ?? compare(signal, peers);
}

/** The backend on which this release's outputs alone drift, where elsewhere they don't. */
function suspectBuild(
  signal: SignalDrift,
  peers: readonly SignalDrift[],
  alone: readonly DeviceDrift[],
  withInputs: ReadonlySet<string>,
): Diagnosis | undefined {
  const backends = [...Map.groupBy(alone, (device) => device.backend)];
  const [backend, here] = backends.sort((a, b) => b[1].length - a[1].length)[0]!;
  const isHere = (peer: SignalDrift, device: DeviceDrift): boolean =>
    peer.releaseDigest === signal.releaseDigest && device.backend === backend;
  // A device whose inputs drift says nothing about the build.
  const fair = peers.flatMap((peer) =>
    judgedOf(peer)
      .filter((device) => !withInputs.has(nameOf(device)))
      .map((device) => ({ device, inside: isHere(peer, device) })),
  );
  const inside = fair.filter((f) => f.inside);
  const outside = fair.filter((f) => !f.inside);
  const elsewhere = outside.filter(({ device }) => isDrifting(device)).length;
  if (inside.length < 2 || 2 * here.length <= inside.length) return undefined;
  if (outside.length > 0 && !isFew(elsewhere, outside.length)) return undefined;
  const rest =
    outside.length > 0
      ? `, ${elsewhere} of ${outside.length} with another release or backend`
      : '; nothing else runs to compare with';
  const text = `outputs drift without their inputs on ${here.length} of ${inside.length} devices with this release on ${backend || 'an unnamed backend'}${rest}`;
  return about('build', peers, here, text);
}

function compare(signal: SignalDrift, peers: readonly SignalDrift[]): Diagnosis {
  const judged = peers.flatMap(judgedOf);
  const drifting = judged.filter(isDrifting);
  const own = signal.devices.filter(isDrifting);
  if (judged.length < SMALLEST_COHORT)
    return about('alone', peers, own, `only ${judged.length} devices were judged: too few to compare with`);
  if (2 * drifting.length > judged.length)
    return about('world-changed', peers, own, `${drifting.length} of ${judged.length} devices drift`);
  const unlike = own.filter((device) => (fromCohort(signal, device) ?? Infinity) >= UNLIKE);
  if (isFew(drifting.length, judged.length) && unlike.length > 0)
    return about(
      'sensor-fault',
      peers,
      unlike,
      `${namesOf(unlike)} drifts, and the ${judged.length - drifting.length} others don't`,
    );
  return about('some-devices', peers, own, `${drifting.length} of ${judged.length} devices drift`);
}

/** psi excess of a device against the rest of its release's devices; undefined where there is no rest. */
function fromCohort(signal: SignalDrift, device: DeviceDrift): number | undefined {
  const rest = signal.counts.map((count, bin) => count - (device.counts[bin] ?? 0));
  const size = (counts: readonly number[]): number => counts.reduce((a, b) => a + b, 0);
  if (size(rest) <= 0 || size(device.counts) === 0) return undefined;
  return psiExcess(rest, device.counts);
}

function about(
  kind: DiagnosisKind,
  peers: readonly SignalDrift[],
  devices: readonly DeviceDrift[],
  text: string,
): Diagnosis {
  const judged = peers.flatMap(judgedOf);
  return {
    kind,
    text,
    drifting: judged.filter(isDrifting).length,
    judged: judged.length,
    devices: worstFirst(devices).slice(0, LISTED).map(nameOf),
  };
}

function isFew(some: number, all: number): boolean {
  return some <= Math.max(1, FEW * all);
}

function judgedOf(signal: SignalDrift): DeviceDrift[] {
  return signal.devices.filter(({ level }) => level !== 'learning');
}

function isDrifting({ level }: DeviceDrift): boolean {
  return level === 'alert';
}

function faultOf({ measures }: DeviceDrift): string | undefined {
  return SENSOR_FAULTS.find((fault) => measures[fault] !== undefined)?.replaceAll('-', ' ');
}

function worstFirst(devices: readonly DeviceDrift[]): DeviceDrift[] {
  return devices.toSorted((a, b) => (b.measures.psiExcess ?? 0) - (a.measures.psiExcess ?? 0));
}

function nameOf({ agent, device }: DeviceDrift): string {
  return `${agent}/${device}`;
}

function namesOf(devices: readonly DeviceDrift[]): string {
  const names = worstFirst(devices).map(nameOf);
  return names.length <= 3
    ? names.join(', ')
    : `${names.slice(0, 3).join(', ')} and ${names.length - 3} more`;
}
