/** Prometheus text as tests read it: one number per question. */
export interface Metrics {
  /** The sum over all series of a family whose labels include these; 0 where there is none. */
  sum(name: string, labels?: Readonly<Record<string, string>>): number;
}

/** Reads the exposition format, version 0.0.4. */
function parseMetrics(text: string): Metrics {
  const series = text
    .split('\n')
    .map((line) => /^([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)$/.exec(line))
    .filter((match) => match !== null)
    .map(([, name, labels = '', value]) => ({ name, labels: `,${labels},`, value: Number(value) }));
  return {
    sum(name, labels = {}) {
      const wanted = Object.entries(labels).map(([label, value]) => `,${label}="${value}",`);
      return series
        .filter((s) => s.name === name && wanted.every((part) => s.labels.includes(part)))
        .reduce((total, { value }) => total + value, 0);
    },
  };
}

/** Asks a program for its metrics; undefined where it doesn't answer. */
export async function fetchMetrics(url: string): Promise<Metrics | undefined> {
  const answer = await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(5_000) }).catch(() => undefined);
  return answer?.ok ? parseMetrics(await answer.text()) : undefined;
}
