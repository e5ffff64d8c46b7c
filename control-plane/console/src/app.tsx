import type { VNode } from 'preact';
import { useEffect, useErrorBoundary } from 'preact/hooks';
import { errorLine } from './api.ts';
import { useCell } from './cell.ts';
import { Empty, ErrorLine, PageHead } from './components/basics.tsx';
import { Shell } from './components/Shell.tsx';
import { Agent } from './pages/Agent.tsx';
import { Agents } from './pages/Agents.tsx';
import { Alerts } from './pages/Alerts.tsx';
import { Audit } from './pages/Audit.tsx';
import { Device } from './pages/Device.tsx';
import { Devices } from './pages/Devices.tsx';
import { Drift } from './pages/Drift.tsx';
import { Login } from './pages/Login.tsx';
import { Overview } from './pages/Overview.tsx';
import { Release } from './pages/Release.tsx';
import { Releases } from './pages/Releases.tsx';
import { Rollout } from './pages/Rollout.tsx';
import { Rollouts } from './pages/Rollouts.tsx';
import { Samples } from './pages/Samples.tsx';
import { href, loginCode, useRoute } from './router.ts';
import { useServices } from './services.ts';

/** The whole console: the sign-in, or the page that the address names. */
export function App() {
  const { session } = useServices();
  const identity = useCell(session.identity);
  const segments = useRoute();
  const code = loginCode(location.hash);
  if (!identity || code !== undefined) return <Login code={code} />;
  return <SignedIn segments={segments} />;
}

function SignedIn({ segments }: { segments: readonly string[] }) {
  const { live, resources } = useServices();
  useEffect(() => {
    const stop = live.start();
    return () => {
      stop();
      // What one person was shown isn't kept for the next.
      resources.clear();
    };
  }, [live, resources]);
  return (
    <Shell segments={segments}>
      <PageFrame key={segments.join('/')} segments={segments} />
    </Shell>
  );
}

/** A page that can't be drawn says so, and leaves the frame and every other page standing. */
function PageFrame({ segments }: { segments: readonly string[] }) {
  const [broken, retry] = useErrorBoundary();
  if (!broken) return <div>{pageOf(segments)}</div>;
  return (
    <>
      <PageHead title="This page can't be drawn">
        <button type="button" onClick={retry}>
          Try again
        </button>
      </PageHead>
      <ErrorLine text={errorLine(broken)} />
    </>
  );
}

function pageOf([page, a, b, c]: readonly string[]): VNode {
  switch (page) {
    case 'overview':
      return <Overview />;
    case 'agents':
      return a ? <Agent id={a} /> : <Agents />;
    case 'devices':
      return a && b && c ? <Device agent={a} pipeline={b} device={c} /> : <Devices />;
    case 'alerts':
      return <Alerts />;
    case 'releases':
      return a && b ? <Release name={a} version={b} /> : <Releases />;
    case 'rollouts':
      return a ? <Rollout id={a} /> : <Rollouts />;
    case 'drift':
      return <Drift />;
    case 'samples':
      return <Samples />;
    case 'audit':
      return <Audit />;
    default:
      return (
        <>
          <PageHead title="No such page" />
          <Empty>
            This address names none of the console's pages. <a href={href('overview')}>Go to the overview.</a>
          </Empty>
        </>
      );
  }
}
