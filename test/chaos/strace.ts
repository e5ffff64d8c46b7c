/** What the agent asks of its disk, call by call, as strace (Debian: `apt-get install strace`) writes it down. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** A call that returned and that changes what lies on the disk, or promises that it stays there. Paths are absolute. */
export type DiskCall =
  | { call: 'open'; path: string; creates: boolean; truncates: boolean }
  | { call: 'write'; path: string; bytes: Uint8Array; at: number | undefined }
  | { call: 'truncate'; path: string; size: number }
  | { call: 'rename'; from: string; to: string }
  | { call: 'mkdir'; path: string }
  | { call: 'remove'; path: string }
  /** A sync covers what was there when it began; it holds once it has returned. */
  | { call: 'sync-begins'; path: string; thread: string }
  | { call: 'sync'; path: string; thread: string };

const CALLS =
  'openat,open,creat,write,pwrite64,writev,pwritev,pwritev2,truncate,ftruncate,fallocate,rename,renameat,renameat2,' +
  'unlink,unlinkat,rmdir,mkdir,mkdirat,link,linkat,symlink,symlinkat,copy_file_range,fsync,fdatasync,sync_file_range,msync';

export const hasStrace = spawnSync('strace', ['--version']).status === 0;

/** The command that runs another under strace and leaves it its process id. `inject`: as in strace(1). */
export function straceTo(file: string, ...inject: string[]): string[] {
  return [
    ...['strace', '-D', '-f', '-qq', '-y', '-xx', '-s', `${64 * 1024 * 1024}`, '--seccomp-bpf'],
    ...['-e', `trace=${CALLS}`, ...inject.map((what) => `--inject=${what}`), '-o', file],
  ];
}

/** How many files LevelDB may number before faults no longer find it. */
const NUMBERED_FILES = 500;

/** The command that runs another whose calls on a LevelDB folder's logs, tables and manifests fail as `inject` says. */
export function straceFailing(db: string, inject: string): string[] {
  const paths = Array.from({ length: NUMBERED_FILES }, (_, i) => `${i + 1}`.padStart(6, '0')).flatMap((n) =>
    [`${n}.log`, `${n}.ldb`, `MANIFEST-${n}`].flatMap((name) => ['-P', `${db}/${name}`]),
  );
  const call = inject.slice(0, inject.indexOf(':'));
  return [
    ...['strace', '-D', '-f', '-qq', '--seccomp-bpf', ...paths],
    ...['-e', `trace=${call}`, `--inject=${inject}`, '-o', '/dev/null'],
  ];
}

export interface Trace {
  calls: DiskCall[];
  /** Whether the end came in the midst of a call: nobody knows what became of it. */
  cutShort: boolean;
}

/** The calls of a finished trace that concern files under `folder`. Throws on one that it doesn't know. */
export function readTrace(file: string, folder: string): Trace {
  const mark = hexOf(folder);
  const began = new Map<string, string>();
  const calls: DiskCall[] = [];
  for (const line of readFileSync(file, 'latin1').split('\n')) {
    const [, thread = '', text = ''] = /^(\d+) +(.*)$/.exec(line) ?? [];
    if (text.endsWith('<unfinished ...>')) {
      const start = text.slice(0, -'<unfinished ...>'.length).trimEnd();
      began.set(thread, start);
      if (start.includes(mark)) calls.push(...syncBegins(thread, start));
      continue;
    }
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(text)?.[1];
    const whole = resumed === undefined ? text : `${began.get(thread) ?? ''}${resumed}`;
    began.delete(thread);
    if (!whole.includes(mark)) continue;
    if (resumed === undefined) calls.push(...syncBegins(thread, whole));
    const call = parseCall(thread, whole);
    if (call) calls.push(call);
  }
  const within = (path: string): boolean => path === folder || path.startsWith(`${folder}/`);
  return {
    calls: calls.filter((call) => pathsOf(call).some(within)),
    cutShort: [...began.values()].some((start) => start.includes(mark)),
  };
}

function syncBegins(thread: string, text: string): DiskCall[] {
  const path = /^f(?:data)?sync\(\d+<([^>]*)>/.exec(text)?.[1];
  return path === undefined ? [] : [{ call: 'sync-begins', thread, path: textOf(path) }];
}

/** Undefined where the call failed, changed nothing or was only pretended. */
function parseCall(thread: string, text: string): DiskCall | undefined {
  const [, name, args, result] = /^(\w+)\((.*)\) += (-?\d+)/s.exec(text) ?? [];
  // strace's own `(INJECTED)` with a success: the kernel never saw the call.
  if (name === undefined || args === undefined || Number(result) < 0 || text.endsWith('(INJECTED)'))
    return undefined;
  const strings = [...args.matchAll(/"([^"]*)"/g)].map(([, hex]) => hex!);
  const file = /^\d+<([^>]*)>(\(deleted\))?/.exec(args);
  const path = textOf(strings[0] ?? '');
  switch (name) {
    case 'openat': {
      const flags = args.slice(args.lastIndexOf('"'));
      return { call: 'open', path, creates: flags.includes('O_CREAT'), truncates: flags.includes('O_TRUNC') };
    }
    case 'write':
    case 'pwrite64': {
      if (!file || file[2] !== undefined) return undefined; // nobody can open that file any more
      const bytes = bytesOf(strings[0]!).subarray(0, Number(result));
      const at = name === 'write' ? undefined : Number(/, (\d+)$/.exec(args)?.[1]);
      return { call: 'write', path: textOf(file[1]!), bytes, at };
    }
    case 'ftruncate':
      return { call: 'truncate', path: textOf(file?.[1] ?? ''), size: Number(/, (\d+)$/.exec(args)?.[1]) };
    case 'rename':
      return { call: 'rename', from: path, to: textOf(strings[1]!) };
    case 'mkdir':
      return { call: 'mkdir', path };
    case 'unlink':
    case 'rmdir':
      return { call: 'remove', path };
    case 'fsync':
    case 'fdatasync':
      return { call: 'sync', thread, path: textOf(file?.[1] ?? '') };
    default:
      throw new Error(`the model of the disk doesn't know ${name}: ${text.slice(0, 200)}`);
  }
}

function pathsOf(call: DiskCall): string[] {
  return call.call === 'rename' ? [call.from, call.to] : [call.path];
}

function hexOf(text: string): string {
  return [...Buffer.from(text)].map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');
}

function bytesOf(hex: string): Uint8Array {
  return Buffer.from(hex.replaceAll('\\x', ''), 'hex');
}

function textOf(hex: string): string {
  return Buffer.from(bytesOf(hex)).toString();
}
