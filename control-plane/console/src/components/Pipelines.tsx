import { count, value } from '../format.ts';
import type { AgentInfo } from '../model.ts';
import { href } from '../router.ts';
import { Badge, Digest, Facts, type Tone } from './basics.tsx';

type Pipeline = AgentInfo['pipelines'][number];

const STATE_TONE: Record<Pipeline['state'], Tone> = {
  none: 'quiet',
  fetching: 'warn',
  verifying: 'warn',
  active: 'ok',
  failed: 'alert',
  waiting: 'warn',
};

/** A pipeline with its slots: what serves, what is on its way, what it would go back to. */
export function PipelineCard({ agent, pipeline }: { agent: AgentInfo; pipeline: Pipeline }) {
  const desired = agent.desired.find((d) => d.name === pipeline.name && d.role !== 'shadow');
  return (
    <article class="pipeline">
      <header>
        <h3>{pipeline.name}</h3>
        <Badge tone={STATE_TONE[pipeline.state]}>
          {pipeline.waitsFor ? `waits: ${pipeline.waitsFor}` : pipeline.state}
        </Badge>
        {pipeline.pinned && <Badge tone="quiet">pinned in agent.yaml</Badge>}
      </header>
      <Facts
        of={[
          ['serves', <ReleaseLink key="r" release={pipeline.release} />],
          ['digest', <Digest key="d" value={pipeline.releaseDigest} />],
          ['variant, backend', `${pipeline.variant || '–'}, ${pipeline.backend || '–'}`],
          ['wanted', desired?.release ? <ReleaseLink key="w" release={desired.release} /> : 'as it is'],
          ...(desired?.rollout
            ? ([
                [
                  'rollout',
                  <a key="o" href={href('rollouts', desired.rollout)}>
                    {desired.rollout}
                  </a>,
                ],
              ] as const)
            : []),
          [
            'goes back to',
            pipeline.previous ? <ReleaseLink key="p" release={pipeline.previous} /> : 'nothing',
          ],
          ['windows', `${count(pipeline.windows)}, ${count(pipeline.errors)} failed`],
          ['latency p95', pipeline.latencyP95Us > 0 ? `${value(pipeline.latencyP95Us / 1_000)} ms` : '–'],
          ['policy', pipeline.policy > 0 ? `generation ${pipeline.policy}` : 'the release’s own'],
        ]}
      />
      {pipeline.error && <p class="error-line">{pipeline.error}</p>}
      <Golden golden={pipeline.golden} />
      {pipeline.shadow && <ShadowCard shadow={pipeline.shadow} />}
    </article>
  );
}

/** The release that runs beside the one that serves. */
function ShadowCard({ shadow }: { shadow: NonNullable<Pipeline['shadow']> }) {
  return (
    <>
      <p>
        shadow: <ReleaseLink release={shadow.release} />{' '}
        <Badge tone={STATE_TONE[shadow.state]}>{shadow.state}</Badge>
      </p>
      {shadow.error && <p class="error-line">{shadow.error}</p>}
      <Golden golden={shadow.golden} />
    </>
  );
}

function ReleaseLink({ release }: { release: string }) {
  const [name, version] = release.split('@');
  if (!name || !version) return <span class="quiet">nothing yet</span>;
  return <a href={href('releases', name, version)}>{release}</a>;
}

/** What the golden vectors said of each variant on each backend of this very machine. */
function Golden({ golden }: { golden: Pipeline['golden'] }) {
  if (golden.length === 0) return <p class="quiet">No golden vectors were checked here.</p>;
  return (
    <ul class="golden">
      {golden.map((g) => (
        <li key={`${g.variant} ${g.backend}`}>
          <Badge tone={g.passed ? 'ok' : 'alert'}>{g.passed ? 'golden passed' : 'golden failed'}</Badge>
          <span>
            {g.variant} on {g.backend}
            <span class="quiet num">
              {g.inferUs > 0 && ` ${value(g.inferUs)} µs per window`}
              {g.detail && ` ${g.detail}`}
            </span>
          </span>
        </li>
      ))}
    </ul>
  );
}
