import { useState } from 'preact/hooks';
import { Badge, Digest, ErrorLine, PageHead, Stamp } from '../components/basics.tsx';
import { Filter, matches } from '../components/Filter.tsx';
import { count } from '../format.ts';
import { type AuditLine, type Page, query } from '../model.ts';
import { useResource, useServices } from '../services.ts';

const PAGE = 100;
/** What an answer of the API may hold at most. */
const MOST = 1_000;
const VERIFY = '/api/v1/audit/verify';

/** Who did what, when, in a chain of hashes that shows every later change. */
export function Audit() {
  const [filter, setFilter] = useState('');
  const [limit, setLimit] = useState(PAGE);
  const lines = useResource<Page<AuditLine>>(query('audit', { limit }), [
    'agents',
    'alerts',
    'policies',
    'releases',
    'rollouts',
  ]);
  const shown = (lines.data?.items ?? []).filter((l) =>
    matches(filter, l.who, l.action, l.subject, JSON.stringify(l.details)),
  );
  return (
    <>
      <PageHead title="Audit" note={<Chain />}>
        <Filter value={filter} onChange={setFilter} hint="who, action, subject" />
      </PageHead>
      <ErrorLine text={lines.error} />
      <ol class="log audit">
        {shown.map((line) => (
          <li key={line.seq}>
            <span class="quiet num">{line.seq}</span>
            <Stamp ms={Math.floor(Date.parse(line.at) / 1_000) * 1_000} />
            <b>{line.action}</b>
            <span class="body">
              {line.who} <span class="quiet">{line.subject}</span>
              <Details line={line} />
            </span>
          </li>
        ))}
      </ol>
      {lines.data?.cursor && limit < MOST && (
        <p class="more">
          <button type="button" onClick={() => setLimit(Math.min(MOST, limit * 2))}>
            Show older
          </button>
        </p>
      )}
      {lines.data?.cursor && limit >= MOST && (
        <p class="quiet">
          Older lines: <code>skerry audit export</code>
        </p>
      )}
    </>
  );
}

function Details({ line }: { line: AuditLine }) {
  return (
    <details>
      <summary>
        details, hash <span class="mono">{line.hash.slice(0, 12)}</span>
      </summary>
      <pre>
        <code>{JSON.stringify(line.details, undefined, 2)}</code>
      </pre>
      <p class="mono quiet">
        hash {line.hash}
        <br />
        prev {line.prev}
      </p>
    </details>
  );
}

interface Verified {
  ok: boolean;
  checked: number;
  brokenAt?: number;
  head: string;
}

/** The whole chain, walked by the server when this page opens and when asked again. */
function Chain() {
  const { resources } = useServices();
  const { data, error } = useResource<Verified>(VERIFY, []);
  if (error) return <>{error}</>;
  if (!data) return <>walking the chain…</>;
  return (
    <>
      {data.ok ? (
        <Badge tone="ok">chain verified</Badge>
      ) : (
        <Badge tone="alert">chain broken at line {data.brokenAt}</Badge>
      )}{' '}
      {count(data.checked)} lines, head <Digest value={data.head} />{' '}
      <button type="button" class="plain" onClick={() => resources.refresh(VERIFY)}>
        Verify again
      </button>
    </>
  );
}
