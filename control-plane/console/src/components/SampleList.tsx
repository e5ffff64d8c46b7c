import { useEffect, useRef } from 'preact/hooks';
import { percent, stamp, value } from '../format.ts';
import type { SampleInfo } from '../model.ts';
import { keyOf } from '../samples.ts';
import { Badge, type Tone } from './basics.tsx';

/** Labels that say that all is well are quiet; what isn't sure asks for another look. */
const LABEL_TONE: Record<string, Tone> = { normal: 'ok', unsure: 'warn' };

/** Captured windows, the newest first; arrow keys walk through them. */
export function SampleList({
  samples,
  selected,
  onSelect,
}: {
  samples: readonly SampleInfo[];
  selected: SampleInfo;
  onSelect: (sample: SampleInfo) => void;
}) {
  const list = useRef<HTMLUListElement>(null);
  const current = keyOf(selected);
  useEffect(() => {
    // Only within the list: the page itself stays where it is.
    const [frame, item] = [list.current, list.current?.querySelector('[aria-current]')?.closest('li')];
    if (!frame || !item) return;
    if (item.offsetTop < frame.scrollTop) frame.scrollTop = item.offsetTop;
    const below = item.offsetTop + item.offsetHeight - frame.clientHeight;
    if (below > frame.scrollTop) frame.scrollTop = below;
  }, [current]);
  const walk = (event: KeyboardEvent): void => {
    const to = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const next = samples[samples.findIndex((sample) => keyOf(sample) === current) + to];
    if (!next) return;
    onSelect(next);
    const item = event.target instanceof Element ? event.target.closest('li') : null;
    const beside = to > 0 ? item?.nextElementSibling : item?.previousElementSibling;
    beside?.querySelector('button')?.focus({ preventScroll: true });
  };
  return (
    <ul class="sample-list" ref={list} onKeyDown={walk} aria-label="Captured windows">
      {samples.map((sample) => (
        <li key={keyOf(sample)}>
          <button
            type="button"
            aria-current={keyOf(sample) === current ? 'true' : undefined}
            onClick={() => onSelect(sample)}
          >
            <b>{sample.device}</b>
            <Label sample={sample} />
            <span class="quiet">
              {sample.reason}
              {sample.score !== null && <span class="num"> · {value(sample.score)}</span>}
            </span>
            <span class="quiet num">{stamp(Math.floor(Date.parse(sample.to) / 1_000) * 1_000)}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}

/** A sample's label, or that it has none. */
export function Label({ sample }: { sample: SampleInfo }) {
  if (sample.label === null) return <span class="quiet">to label</span>;
  return <Badge tone={LABEL_TONE[sample.label] ?? 'alert'}>{sample.label}</Badge>;
}

/** Why it was captured; of those taken at random with which chance. */
export function because({ reason, inclusion }: SampleInfo): string {
  return reason === 'random' ? `random, ${percent(inclusion)}` : reason;
}
