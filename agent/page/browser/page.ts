/**
 * The page that is an agent: keeps agent.yaml, runs the agent in a worker, and gives the local page (../index.html) its
 * answers. agent.yaml comes from `?config=URL`, or is typed here and kept in this browser.
 */
import type { FromWorker, ToWorker } from '../../src/browser/messages.ts';

const KEPT = 'skerry-agent.yaml';
const RESTART_MS = 10_000;

let worker: Worker | undefined;
let restart: ReturnType<typeof setTimeout> | undefined;
let nextId = 1;
const asked = new Map<number, { resolve(body: unknown): void; reject(error: Error): void }>();

const say = (message: ToWorker): void => worker?.postMessage(message);

/** The local page asks this instead of a server. */
Object.assign(window, {
  skerryAsk(path: string): Promise<unknown> {
    if (!worker) return Promise.reject(new Error('the agent is not started'));
    const id = nextId++;
    return new Promise((resolve, reject) => {
      asked.set(id, { resolve, reject });
      say({ kind: 'ask', id, path });
    });
  },
});

addEventListener('DOMContentLoaded', () => {
  const dialog = setUpDialog();
  void open(dialog);
});

async function open(dialog: Dialog): Promise<void> {
  const from = new URLSearchParams(location.search).get('config');
  const kept = localStorage.getItem(KEPT);
  if (from === null && kept === null) return dialog.show(template(), '');
  try {
    start(from === null ? kept! : await fetchConfig(from), dialog);
  } catch (error) {
    dialog.show(kept ?? template(), (error as Error).message);
  }
}

async function fetchConfig(url: string): Promise<string> {
  const answer = await fetch(url, { cache: 'no-store' });
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
  return answer.text();
}

function start(config: string, dialog: Dialog): void {
  clearTimeout(restart);
  worker?.terminate();
  for (const { reject } of asked.values()) reject(new Error('the agent starts anew'));
  asked.clear();
  worker = new Worker('agent.js', { type: 'module' });
  worker.onmessage = ({ data }: MessageEvent<FromWorker>) => {
    if (data.kind === 'answer') return answered(data);
    if (data.kind === 'started') return dialog.close();
    dialog.show(config, [data.message, data.hint].filter((text) => text !== '').join('\n'));
    if (data.again) restart = setTimeout(() => start(config, dialog), RESTART_MS);
  };
  worker.onerror = (event) => dialog.show(config, `the worker ended: ${event.message}`);
  say({ kind: 'start', config });
  // Else a browser that is short of disk may clear what is kept here; it may ask the person, or say no.
  navigator.storage?.persist().catch((error: unknown) => reportError(error));
}

function answered({ id, status, body }: FromWorker & { kind: 'answer' }): void {
  const waiting = asked.get(id);
  asked.delete(id);
  if (status === 200) waiting?.resolve(JSON.parse(body));
  else waiting?.reject(new Error(body));
}

interface Dialog {
  show(config: string, error: string): void;
  close(): void;
}

function setUpDialog(): Dialog {
  document.body.insertAdjacentHTML(
    'beforeend',
    `<dialog id="setup" aria-labelledby="setup-h" style="width:min(60rem,92vw)"><form method="dialog">
      <h2 id="setup-h">This page is an agent</h2>
      <p>It runs in this browser for as long as the page is open, and keeps what it measures here until the control plane has it.</p>
      <label for="setup-yaml">agent.yaml</label>
      <textarea id="setup-yaml" spellcheck="false" rows="22" style="width:100%;font:13px/1.4 ui-monospace,monospace"></textarea>
      <p id="setup-error" class="alarm" role="alert" style="white-space:pre-wrap"></p>
      <button id="setup-start" value="start">Start</button></form></dialog>`,
  );
  document
    .querySelector('header')!
    .insertAdjacentHTML('beforeend', '<button id="configure">agent.yaml</button>');
  const element = <T extends HTMLElement>(id: string): T => document.getElementById(id) as T;
  const box = element<HTMLDialogElement>('setup');
  const text = element<HTMLTextAreaElement>('setup-yaml');
  const dialog: Dialog = {
    show(config, error) {
      text.value = config;
      element('setup-error').textContent = error;
      if (!box.open) box.showModal();
    },
    close: () => box.close(),
  };
  element('configure').addEventListener('click', () =>
    dialog.show(localStorage.getItem(KEPT) ?? template(), ''),
  );
  element('setup-start').addEventListener('click', () => {
    localStorage.setItem(KEPT, text.value);
    start(text.value, dialog);
  });
  return dialog;
}

/** A first agent.yaml, for the gateway that serves this page. */
function template(): string {
  const secure = location.protocol === 'https:' ? 's' : '';
  return `apiVersion: skerry/v1
kind: Agent
agent: { id: page-1, labels: {} }
controlPlane: { url: "http${secure}://${location.hostname}:7070", enrollToken: "ske_…" }   # skerry token create --enroll
mqtt: { connect: { url: "ws${secure}://${location.hostname}:9001" } }                # mqtt.listen.ws of the gateway
pipelines:
  - name: pump
    release: pump-anomaly
    source:
      topics: ["plant/+/pump/+/telemetry"]
      device: "{topic[1]}-pump-{topic[3]}"
      time: { field: ts, unit: ms }
      channels: { flow: flow, suction: suction, discharge: discharge, current: current, vibration: vibration }
`;
}
