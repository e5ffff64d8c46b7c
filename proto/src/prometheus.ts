/** Metrics in Prometheus' text exposition format 0.0.4, rendered from what is counted elsewhere. */

export interface MetricSample {
  labels?: Readonly<Record<string, string>>;
  value: number;
}

/** One metric family. Names and labels of Skerry's own are listed in the README. */
export interface Metric {
  name: string;
  help: string;
  type: 'counter' | 'gauge' | 'histogram';
  /** For a histogram: suffixes `_bucket`, `_sum`, `_count` are part of the sample's name. */
  samples: readonly (MetricSample & { suffix?: '_bucket' | '_sum' | '_count' })[];
}

export const METRICS_CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** Renders families to the text that a scraper reads. */
export function renderMetrics(metrics: readonly Metric[]): string {
  const lines: string[] = [];
  for (const metric of metrics) {
    lines.push(`# HELP ${metric.name} ${metric.help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}`);
    lines.push(`# TYPE ${metric.name} ${metric.type}`);
    for (const sample of metric.samples)
      lines.push(
        `${metric.name}${sample.suffix ?? ''}${renderLabels(sample.labels)} ${renderValue(sample.value)}`,
      );
  }
  return `${lines.join('\n')}\n`;
}

function renderLabels(labels: Readonly<Record<string, string>> | undefined): string {
  const entries = Object.entries(labels ?? {});
  if (entries.length === 0) return '';
  const quote = (text: string): string =>
    text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
  return `{${entries.map(([key, value]) => `${key}="${quote(value)}"`).join(',')}}`;
}

function renderValue(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  if (value === Number.NEGATIVE_INFINITY) return '-Inf';
  return Number.isNaN(value) ? 'NaN' : `${value}`;
}

/** Counts durations in cumulative buckets, as Prometheus histograms want them. */
export class DurationHistogram {
  readonly #bounds: readonly number[];
  readonly #counts: number[];
  #sum = 0;

  /** `boundsSeconds` ascending; an implicit last bucket holds the rest. */
  constructor(boundsSeconds: readonly number[]) {
    this.#bounds = boundsSeconds;
    this.#counts = new Array<number>(boundsSeconds.length + 1).fill(0);
  }

  observe(seconds: number, times = 1): void {
    let i = 0;
    while (i < this.#bounds.length && seconds > this.#bounds[i]!) i++;
    this.#counts[i]! += times;
    this.#sum += seconds * times;
  }

  /** The family's samples under these labels. */
  samples(labels: Readonly<Record<string, string>>): Metric['samples'] {
    let cumulative = 0;
    const buckets = this.#counts.map((count, i) => {
      cumulative += count;
      const le = renderValue(this.#bounds[i] ?? Number.POSITIVE_INFINITY);
      return { suffix: '_bucket' as const, labels: { ...labels, le }, value: cumulative };
    });
    return [
      ...buckets,
      { suffix: '_sum', labels, value: this.#sum },
      { suffix: '_count', labels, value: cumulative },
    ];
  }

  /** The smallest bound below which a share of the observations lies, seconds; NaN before the first. */
  quantile(share: number): number {
    const total = this.#counts.reduce((a, b) => a + b, 0);
    if (total === 0) return Number.NaN;
    let cumulative = 0;
    for (let i = 0; i < this.#counts.length; i++) {
      cumulative += this.#counts[i]!;
      if (cumulative >= share * total) return this.#bounds[i] ?? Number.POSITIVE_INFINITY;
    }
    return Number.POSITIVE_INFINITY;
  }
}
