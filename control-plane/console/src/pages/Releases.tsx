import { useState } from 'preact/hooks';
import { Age, Badge, Digest, Empty, ErrorLine, PageHead } from '../components/basics.tsx';
import { Filter, matches } from '../components/Filter.tsx';
import { Table } from '../components/Table.tsx';
import { bytes, duration, plural } from '../format.ts';
import { type AgentInfo, type Page, query, type ReleaseInfo } from '../model.ts';
import { href } from '../router.ts';
import { useNow, useResource } from '../services.ts';

/** Targets expire: it is said from so long before. */
const EXPIRY_NOTICE_MS = 14 * 86_400_000;

/** Every version of every release: its digest, who brought it, where it serves. */
export function Releases() {
  const [filter, setFilter] = useState('');
  const releases = useResource<Page<ReleaseInfo>>('/api/v1/releases', ['releases']);
  const agents = useResource<Page<AgentInfo>>(query('agents', { limit: 500 }), ['agents']);
  const rows = (releases.data?.items ?? []).filter((r) =>
    matches(filter, r.name, r.version, r.digest, r.pushedBy),
  );
  const runs = (r: ReleaseInfo): number =>
    (agents.data?.items ?? []).filter((a) => a.pipelines.some((p) => p.releaseDigest === r.digest)).length;
  if (releases.data?.items.length === 0)
    return (
      <>
        <PageHead title="Releases" />
        <Empty
          command={
            'skerry key init\nskerry-model fit healthy.csv --out my-model\nskerry release push my-model'
          }
        >
          No release has been pushed. From a recording of healthy operation to the first one:
        </Empty>
      </>
    );
  return (
    <>
      <PageHead title="Releases" note={<Signed />}>
        <Filter value={filter} onChange={setFilter} hint="name, version, digest" />
      </PageHead>
      <ErrorLine text={releases.error} />
      <Table
        label="Releases"
        rows={rows}
        keyOf={(r) => r.digest}
        columns={[
          {
            head: 'Release',
            cell: (r) => <a href={href('releases', r.name, r.version)}>{`${r.name}@${r.version}`}</a>,
            sort: (r) => r.name,
            wide: true,
          },
          { head: 'Digest', cell: (r) => <Digest value={r.digest} /> },
          { head: 'Serves on', cell: (r) => plural(runs(r), 'agent'), sort: runs, num: true },
          { head: 'Size', cell: (r) => bytes(r.sizeBytes), sort: (r) => r.sizeBytes, num: true, spare: true },
          { head: 'Signed and pushed by', cell: (r) => r.pushedBy, sort: (r) => r.pushedBy, spare: true },
          { head: 'Pushed', cell: (r) => <Age ms={r.pushedMs} />, sort: (r) => r.pushedMs },
          {
            head: 'Listed',
            cell: (r) =>
              r.yankedMs === null ? <Badge tone="ok">trusted</Badge> : <Badge tone="alert">yanked</Badge>,
          },
        ]}
      />
    </>
  );
}

interface SignedTargets {
  signed: { version: number; expires: string };
  signatures: { keyid: string }[];
}

/** Who signed the list of releases that agents trust, and until when it holds. */
function Signed() {
  const { data } = useResource<SignedTargets>('/tuf/targets.json', ['releases']);
  const nowMs = useNow(60_000);
  if (!data) return <>no signed list yet</>;
  const leftMs = Date.parse(data.signed.expires) - nowMs;
  return (
    <>
      list version {data.signed.version}, signed by{' '}
      {data.signatures.map((s) => (
        <Digest key={s.keyid} value={s.keyid} />
      ))}
      , {leftMs > 0 ? `expires in ${duration(leftMs)}` : 'expired'}{' '}
      {leftMs < EXPIRY_NOTICE_MS && <Badge tone="warn">sign it again: skerry release push</Badge>}
    </>
  );
}
