import { stamp, value } from '../format.ts';
import type { SampleInfo } from '../model.ts';
import { href } from '../router.ts';
import { Age } from './basics.tsx';
import { because, Label } from './SampleList.tsx';

/** Which window it is, its score against its threshold, why it was captured, and who says what of it. */
export function SampleFacts({ sample }: { sample: SampleInfo }) {
  const { agent, pipeline, device, score, threshold, release, from, to, label, labelledBy } = sample;
  return (
    <>
      <h2>
        <a href={href('devices', agent, pipeline, device)}>{device}</a>
        <span class="quiet">
          {agent} · {pipeline} · {release}
        </span>
      </h2>
      <p class="readout num">
        <span>
          {score === null ? <span class="quiet">no score</span> : <b>{value(score)}</b>}
          {threshold !== null && <span class="quiet"> of {value(threshold)}</span>}
        </span>
        <span>{because(sample)}</span>
        <span>
          {stamp(Date.parse(from))} to {stamp(Date.parse(to)).slice(11)} UTC
        </span>
        <span role="status">
          <Label sample={sample} />
          {label !== null && (
            <span class="quiet">
              {' '}
              by {labelledBy} <Age ms={sample.labelledMs} />
            </span>
          )}
        </span>
      </p>
    </>
  );
}
