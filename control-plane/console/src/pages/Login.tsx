import { useEffect, useState } from 'preact/hooks';
import { ApiError, errorLine } from '../api.ts';
import { useCell } from '../cell.ts';
import { ErrorLine } from '../components/basics.tsx';
import { Mark } from '../components/Shell.tsx';
import { useServices } from '../services.ts';
import type { Role } from '../session.ts';

/** Signs in by the code of a one-time link, or by a token. */
export function Login({ code }: { code: string | undefined }) {
  const { api, session } = useServices();
  const notice = useCell(session.notice);
  const [token, setToken] = useState('');
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(code !== undefined);
  const signIn = async (take: () => Promise<string>): Promise<void> => {
    setBusy(true);
    setError(undefined);
    try {
      await begin(await take());
    } catch (cause) {
      session.end();
      setError(cause instanceof ApiError && cause.status === 401 ? refused(cause) : errorLine(cause));
    }
    setBusy(false);
  };
  const begin = async (secret: string): Promise<void> => {
    // The API sends what the session holds; who it is, is what the server says.
    session.hold(secret);
    const me = await api.get<{ name: string; role: Role }>('/api/v1/me');
    session.begin({ token: secret, name: me.name, role: me.role });
  };
  useEffect(() => {
    if (code === undefined) return;
    // A used code is nothing to come back to; the router hears of the change.
    location.replace('#/overview');
    void signIn(async () => (await api.post<{ token: string }>('/api/v1/login', { code })).token);
  }, [code]);
  return (
    <main class="login">
      <h1>
        <Mark />
        Skerry
      </h1>
      {notice && <p>{notice}</p>}
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void signIn(() => Promise.resolve(token.trim()));
        }}
      >
        <label>
          Token
          <input
            type="password"
            autocomplete="off"
            placeholder="skt_…"
            value={token}
            required
            onInput={(event) => setToken(event.currentTarget.value)}
          />
        </label>
        <button type="submit" class="primary" disabled={busy}>
          {busy ? 'Signing in…' : 'Sign in'}
        </button>
        <ErrorLine text={error} />
      </form>
      <div class="quiet">
        <p>No token? On a machine that is signed in, either of these makes one:</p>
        <pre>
          <code>{'skerry login --link\nskerry token create --role viewer --name me'}</code>
        </pre>
      </div>
    </main>
  );
}

function refused(error: ApiError): string {
  return `${error.message}: a login link works once and for ten minutes; ask for a new one, or paste a token`;
}
