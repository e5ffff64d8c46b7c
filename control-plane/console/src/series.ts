/** A device's latest windows and the threshold they are held against. */
import { useMemo } from 'preact/hooks';
import {
  type AgentInfo,
  type DeviceInfo,
  type Page,
  type Point,
  pointsOf,
  policyThreshold,
  query,
  type ResultJson,
  scoreSpecOf,
  useRelease,
} from './model.ts';
import type { Resource } from './resources.ts';
import { useResource } from './services.ts';

export interface Series {
  /** In the order of their events, at most `limit`. */
  points: Point[];
  results: readonly ResultJson[];
  threshold: number | undefined;
  error: string | undefined;
  loading: boolean;
}

const NO_RESULTS: readonly ResultJson[] = [];

/** The newest `limit` windows of a device by event time; asked for again when the device has new results. */
export function useSeries(
  device: Pick<DeviceInfo, 'agent' | 'pipeline' | 'device' | 'release' | 'results' | 'lastFromUs'>,
  agent: AgentInfo | undefined,
  limit: number,
): Series {
  const { agent: id, pipeline, device: name } = device;
  const path = query('results', { agent: id, pipeline, device: name, order: 'desc', limit });
  const version = `${device.results}/${device.lastFromUs}`;
  const answer: Resource<Page<ResultJson>> = useResource(path, [], version);
  const release = useRelease(device.release || undefined);
  const spec = useMemo(() => scoreSpecOf(release.data), [release.data]);
  const results = answer.data?.items ?? NO_RESULTS;
  const points = useMemo(() => pointsOf(results, spec), [results, spec]);
  const threshold = policyThreshold(agent, pipeline) ?? spec?.threshold;
  return { points, results, threshold, error: answer.error, loading: answer.data === undefined };
}
