import { useMemo, useState } from 'preact/hooks';
import { useReference } from '../drift.ts';
import { plural } from '../format.ts';
import { type SampleWithValues, useRelease } from '../model.ts';
import { ticksOf } from '../samples.ts';
import { ErrorLine } from './basics.tsx';
import { ChannelChart } from './ChannelChart.tsx';

/** Drawn at once; a window may have hundreds. */
const FIRST_CHANNELS = 24;

/** A captured window, channel by channel, over where the release's drift reference mostly lies. */
export function SampleWindow({ sample }: { sample: SampleWithValues }) {
  const [all, setAll] = useState(false);
  const release = useRelease(sample.release);
  const reference = useReference(release.data);
  const contract = release.data?.manifest.window;
  const rateHz = typeof contract?.rate === 'number' ? contract.rate : undefined;
  const channels = useMemo(
    () =>
      sample.channels.map((name, c) => {
        const edges = reference.signals.find((s) => s.name === name && !s.isOutput)?.edges ?? [];
        const [low, high] = [edges[0], edges.at(-1)];
        return {
          name,
          unit: contract?.channels.find((channel) => channel.name === name)?.unit,
          values: sample.values.map((row) => row[c]!),
          usual: low === undefined || high === undefined ? undefined : ([low, high] as const),
        };
      }),
    [sample, reference.signals, contract],
  );
  const ticks = useMemo(() => ticksOf(sample.values.length, rateHz), [sample, rateHz]);
  const shown = all ? channels : channels.slice(0, FIRST_CHANNELS);
  return (
    <>
      <ErrorLine text={reference.error} />
      <div class="channels">
        {shown.map((series) => (
          <ChannelChart
            key={series.name}
            series={series}
            ticks={ticks}
            tickUnit={rateHz === undefined ? '' : '\u2009s'}
            group={sample.id}
          />
        ))}
      </div>
      {shown.length < channels.length && (
        <p class="more">
          <button type="button" onClick={() => setAll(true)}>
            Show all {plural(channels.length, 'channel')}
          </button>
        </p>
      )}
      {channels.some(({ usual }) => usual) && (
        <p class="legend quiet">
          <span class="swatch usual" /> where most values of the release's reference lie
        </p>
      )}
      {sample.privateChannels.length > 0 && (
        <p class="legend quiet">private, and never sent: {sample.privateChannels.join(', ')}</p>
      )}
    </>
  );
}
