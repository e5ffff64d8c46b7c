import type { SampleCount } from '../model.ts';

export interface SampleFilter {
  pipeline: string | undefined;
  reason: string | undefined;
  labelled: 'all' | 'no' | 'yes';
}

const WORDS = { all: 'All', no: 'To label', yes: 'Labelled' } as const;

/** Which captured windows are shown. */
export function SampleFilters({
  filter,
  counts,
  onChange,
}: {
  filter: SampleFilter;
  counts: readonly SampleCount[];
  onChange: (filter: SampleFilter) => void;
}) {
  return (
    <>
      <Choice
        name="Pipeline"
        all="every pipeline"
        value={filter.pipeline}
        options={counts.map(({ pipeline }) => pipeline)}
        onChange={(pipeline) => onChange({ ...filter, pipeline })}
      />
      <Choice
        name="Reason"
        all="every reason"
        value={filter.reason}
        options={counts.map(({ reason }) => reason)}
        onChange={(reason) => onChange({ ...filter, reason })}
      />
      <fieldset class="segments">
        <legend class="visually-hidden">Which windows</legend>
        {(['all', 'no', 'yes'] as const).map((labelled) => (
          <button
            key={labelled}
            type="button"
            aria-pressed={filter.labelled === labelled}
            onClick={() => onChange({ ...filter, labelled })}
          >
            {WORDS[labelled]}
          </button>
        ))}
      </fieldset>
    </>
  );
}

function Choice({
  name,
  all,
  value,
  options,
  onChange,
}: {
  name: string;
  all: string;
  value: string | undefined;
  options: readonly string[];
  onChange: (value: string | undefined) => void;
}) {
  return (
    <label>
      <span class="visually-hidden">{name}</span>
      <select value={value ?? ''} onChange={(event) => onChange(event.currentTarget.value || undefined)}>
        <option value="">{all}</option>
        {[...new Set(options)].sort().map((option) => (
          <option key={option} value={option}>
            {option}
          </option>
        ))}
      </select>
    </label>
  );
}
