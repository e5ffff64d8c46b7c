import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { errorLine } from '../api.ts';
import { Empty, ErrorLine, PageHead } from '../components/basics.tsx';
import { isEditing } from '../components/Filter.tsx';
import { LabelBar } from '../components/LabelBar.tsx';
import { SampleFacts } from '../components/SampleFacts.tsx';
import { type SampleFilter, SampleFilters } from '../components/SampleFilters.tsx';
import { SampleList } from '../components/SampleList.tsx';
import { SampleWindow } from '../components/SampleWindow.tsx';
import { count } from '../format.ts';
import { type Page, query, type SampleCount, type SampleInfo, type SampleWithValues } from '../model.ts';
import { download, keyOf, labelKeys, labelledDataset, nextToLabel } from '../samples.ts';
import { useIdentity, useResource, useServices } from '../services.ts';
import { allows } from '../session.ts';

const PAGE = 100;
/** What an answer of the API may hold at most. */
const MOST = 1_000;
const NO_SAMPLES: readonly SampleInfo[] = [];
const NO_COUNTS: readonly SampleCount[] = [];
const LABELLED = { all: undefined, no: 'no', yes: 'yes' } as const;

/** Windows that agents captured, one at a time, to say what they show: a dataset to train on. */
export function Samples() {
  const { api } = useServices();
  const [filter, setFilter] = useState<SampleFilter>({
    pipeline: undefined,
    reason: undefined,
    labelled: 'all',
  });
  const [limit, setLimit] = useState(PAGE);
  const [error, setError] = useState<string>();
  const path = query('samples', { ...filter, labelled: LABELLED[filter.labelled], values: 'no', limit });
  const answer = useResource<Page<SampleInfo>>(path, ['samples']);
  const counted = useResource<{ items: SampleCount[] }>('/api/v1/samples/counts', ['samples']);
  const counts = counted.data?.items ?? NO_COUNTS;
  const total = counts.reduce((sum, { samples }) => sum + samples, 0);
  const labelled = counts.reduce((sum, c) => sum + c.labelled, 0);
  const samples = answer.data?.items ?? NO_SAMPLES;
  const save = async (): Promise<void> => {
    try {
      const { pipeline, reason } = filter;
      download(await labelledDataset(api, { pipeline, reason }), 'samples.ndjson');
      setError(undefined);
    } catch (cause) {
      setError(errorLine(cause));
    }
  };
  return (
    <>
      <PageHead
        title="Samples"
        note={`windows that agents captured; ${count(labelled)} of ${count(total)} have a label`}
      >
        <SampleFilters filter={filter} counts={counts} onChange={setFilter} />
        <button type="button" disabled={labelled === 0} onClick={() => void save()}>
          Download labelled
        </button>
      </PageHead>
      <ErrorLine text={error ?? answer.error ?? counted.error} />
      {answer.data && samples.length === 0 && <Nothing hasOthers={total > 0} />}
      {samples.length > 0 && <Labelling key={JSON.stringify(filter)} samples={samples} onError={setError} />}
      {answer.data?.cursor && limit < MOST && (
        <p class="more">
          <button type="button" onClick={() => setLimit(Math.min(MOST, limit * 2))}>
            Show older
          </button>
        </p>
      )}
    </>
  );
}

function Nothing({ hasOthers }: { hasOthers: boolean }) {
  if (hasOthers) return <Empty>No captured window is like that.</Empty>;
  return (
    <Empty command={'# policy.yaml\nonAlert: [notify, capture]\ncapture: { bytesPerDay: 1MiB }'}>
      No window was captured. Agents capture some of those that are worth a look where a policy asks for it:
    </Empty>
  );
}

interface Given {
  sample: SampleInfo;
  before: string | null;
}

function Labelling({
  samples,
  onError,
}: {
  samples: readonly SampleInfo[];
  onError: (error: string | undefined) => void;
}) {
  const { api, resources } = useServices();
  const mayLabel = allows(useIdentity().role, 'operator');
  const [chosen, setChosen] = useState(() => samples.find(({ label }) => label === null) ?? samples[0]!);
  const [given, setGiven] = useState<Given>();
  // Labels that were given here, until the list has them.
  const done = useRef(new Map<string, string | null>());
  const busy = useRef(false);
  const selected = samples.find((sample) => keyOf(sample) === keyOf(chosen)) ?? chosen;
  const window = useResource<SampleWithValues>(
    `/api/v1/samples/${encodeURIComponent(selected.agent)}/${encodeURIComponent(selected.id)}`,
    [],
  );
  const labels = useMemo(() => labelKeys(samples), [samples]);
  const say = useCallback(
    async (sample: SampleInfo, label: string | null): Promise<boolean> => {
      if (busy.current) return false;
      busy.current = true;
      try {
        const at = [sample.agent, sample.id].map(encodeURIComponent).join('/');
        await api.post(`/api/v1/samples/${at}/label`, { label });
        done.current.set(keyOf(sample), label);
        resources.changed('samples');
        onError(undefined);
        return true;
      } catch (cause) {
        onError(errorLine(cause));
        return false;
      } finally {
        busy.current = false;
      }
    },
    [api, resources, onError],
  );
  const give = useCallback(
    async (label: string | null): Promise<void> => {
      const held = done.current.get(keyOf(selected));
      const before = held === undefined ? selected.label : held;
      if (!(await say(selected, label))) return;
      setGiven({ sample: selected, before });
      const isDone = (s: SampleInfo): boolean => (done.current.get(keyOf(s)) ?? s.label) !== null;
      if (label !== null) setChosen(nextToLabel(samples, selected, isDone));
    },
    [selected, samples, say],
  );
  const undo = useCallback(async (): Promise<void> => {
    if (!given || !(await say(given.sample, given.before))) return;
    setChosen(given.sample);
    setGiven(undefined);
  }, [given, say]);
  useArrows(samples, selected, setChosen);
  return (
    <div class="labelling">
      <SampleList samples={samples} selected={selected} onSelect={setChosen} />
      <section aria-label="The window">
        <SampleFacts sample={selected} />
        {mayLabel ? (
          <LabelBar
            sample={selected}
            labels={labels}
            ready={window.data !== undefined}
            onLabel={(label) => void give(label)}
            undo={given && { device: given.sample.device, act: () => void undo() }}
          />
        ) : (
          <p class="label-bar quiet">labelling needs the role operator</p>
        )}
        <ErrorLine text={window.error} />
        {window.data ? (
          <SampleWindow key={keyOf(selected)} sample={window.data} />
        ) : (
          <div class="channels loading" />
        )}
      </section>
    </div>
  );
}

/** Left and right go to the sample before and after, wherever the focus is but in a field. */
function useArrows(
  samples: readonly SampleInfo[],
  selected: SampleInfo,
  onSelect: (sample: SampleInfo) => void,
): void {
  useEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (step === undefined || event.ctrlKey || event.metaKey || event.altKey || isEditing(event.target))
        return;
      const next = samples[samples.findIndex((sample) => keyOf(sample) === keyOf(selected)) + step];
      if (!next) return;
      event.preventDefault();
      onSelect(next);
    };
    document.addEventListener('keydown', pressed);
    return () => document.removeEventListener('keydown', pressed);
  }, [samples, selected, onSelect]);
}
