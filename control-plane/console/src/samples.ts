/** What the page of captured windows derives from them, and the dataset that leaves it. */
import type { Api } from './api.ts';
import { type Page, query, type SampleInfo, type SampleWithValues } from './model.ts';

/** Labels that have a key of their own from the start: 1, 2 and 3. */
const FIRST_LABELS = ['normal', 'anomaly', 'unsure'];
const MOST_KEYS = 9;

export const keyOf = (sample: SampleInfo): string => `${sample.agent}/${sample.id}`;

/** Labels by their key: the first ones, then those that are in use, the most used first. */
export function labelKeys(samples: readonly SampleInfo[]): string[] {
  const uses = new Map<string, number>();
  for (const { label } of samples)
    if (label !== null && !FIRST_LABELS.includes(label)) uses.set(label, (uses.get(label) ?? 0) + 1);
  const others = [...uses].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)).map(([label]) => label);
  return [...FIRST_LABELS, ...others].slice(0, MOST_KEYS);
}

/** The next sample without a label after one, from the start again at the end; the one itself where all have one. */
export function nextToLabel(
  samples: readonly SampleInfo[],
  after: SampleInfo,
  isDone: (sample: SampleInfo) => boolean,
): SampleInfo {
  const at = samples.findIndex((sample) => keyOf(sample) === keyOf(after));
  const inTurn = [...samples.slice(at + 1), ...samples.slice(0, at + 1)];
  return inTurn.find((sample) => !isDone(sample)) ?? after;
}

/** Where in a window each of its values lies: in seconds from its begin at a rate, else counted from 0. */
export function ticksOf(count: number, rateHz: number | undefined): number[] {
  return Array.from({ length: count }, (_, i) => (rateHz === undefined ? i : i / rateHz));
}

const PAGE = 100;

/** Every labelled sample as one JSON line each, the newest first: what `skerry sample export --labelled yes` writes. */
export async function labelledDataset(
  api: Api,
  filter: { pipeline: string | undefined; reason: string | undefined },
): Promise<Blob> {
  const lines: string[] = [];
  let cursor: string | undefined;
  do {
    const path = query('samples', { ...filter, labelled: 'yes', limit: PAGE, cursor });
    const page: Page<SampleWithValues> = await api.get(path);
    for (const sample of page.items) lines.push(`${JSON.stringify(sample)}\n`);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return new Blob(lines, { type: 'application/x-ndjson' });
}

/** Hands a file to the browser's downloads. */
export function download(blob: Blob, name: string): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The browser reads it after the click, in its own time.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
