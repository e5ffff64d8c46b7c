/** The worker that is the agent: starts it when told, and answers for its local endpoints. */
import { messageOf, SkerryError } from '@skerry/proto/errors';
import { createLocalApp } from '../local/app.ts';
import type { LogLevel } from '../ports.ts';
import { startInBrowser } from './main.ts';
import type { FromWorker, ToWorker } from './messages.ts';

/** The part of a worker's global scope that is used here. */
interface Scope {
  onmessage: (event: { data: ToWorker }) => void;
  postMessage(message: FromWorker): void;
}
const scope = globalThis as unknown as Scope;
const LEVELS = { debug: 'debug', info: 'info', warn: 'warn', error: 'error' } as const satisfies Record<
  LogLevel,
  keyof Console
>;

let app: ReturnType<typeof createLocalApp> | undefined;

scope.onmessage = ({ data }) => {
  if (data.kind === 'start') void start(data.config);
  else void answer(data.id, data.path);
};

async function start(config: string): Promise<void> {
  try {
    const { agent } = await startInBrowser(config, log, (error) => fail(error, true));
    app = createLocalApp(agent, '');
    scope.postMessage({ kind: 'started', agent: agent.status().agent });
  } catch (error) {
    // A wrong configuration stays wrong; what isn't an operating error may pass.
    fail(error, !(error instanceof SkerryError && ['invalid', 'unsupported'].includes(error.code)));
  }
}

function fail(error: unknown, again: boolean): void {
  const hint = error instanceof SkerryError ? (error.hint ?? '') : '';
  log('error', 'agent', messageOf(error), { hint });
  scope.postMessage({ kind: 'failed', message: messageOf(error), hint, again });
}

async function answer(id: number, path: string): Promise<void> {
  const response = app ? await app.request(path) : new Response('the agent is starting', { status: 503 });
  scope.postMessage({ kind: 'answer', id, status: response.status, body: await response.text() });
}

/** As the process writes its JSON lines, for whoever opens the browser's console. */
function log(
  level: LogLevel,
  module: string,
  msg: string,
  fields: Readonly<Record<string, unknown>> = {},
): void {
  const error = fields.error instanceof Error ? { error: fields.error.message } : {};
  // biome-ignore lint/suspicious/noConsole: a page has no stderr
  console[LEVELS[level]](
    JSON.stringify({ time: new Date().toISOString(), level, module, msg, ...fields, ...error }),
  );
}
