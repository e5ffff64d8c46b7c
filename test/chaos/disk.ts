/**
 * What a disk may hold after the power was cut, by the calls that were made to it.
 *
 * Data of a file
 *   1. What a sync covers that has returned is there: every write that had returned before the sync began.
 *   2. Of the later writes a beginning is there, torn at any byte; behind the tear there may be zeros as far as the file
 *      was long. (ext4, XFS: the length can reach the disk before the bytes.)
 *
 * Names (create, rename, remove)
 *   3. Changes of names are journaled in their order: a cut keeps a beginning of them all.
 *   4. A sync of a folder keeps every change in it that was made before.
 *   5. A sync of a file keeps its name and the folders above it. Two kinds of file system differ in what else stays:
 *      `ordered` (ext4, XFS) all changes of names before that one, `alone` (btrfs) none.
 *
 * Which of these legal outcomes it is, the seed says.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import type { Random } from '@skerry/firmware-sim/random';
import type { DiskCall } from './strace.ts';

/** What lies under a folder: files with their bytes, and folders, by their path within it ('' is the folder itself). */
export type Contents = Map<string, Uint8Array | 'folder'>;

interface Node {
  kind: 'file' | 'folder';
  /** As it was when the model began. */
  base: Uint8Array;
  edits: Edit[];
  /** How many edits a sync covers. */
  synced: number;
}

type Edit = { bytes: Uint8Array; at: number | undefined } | { size: number };
type Change =
  | { kind: 'add'; path: string; node: Node }
  | { kind: 'rename'; from: string; to: string; node: Node }
  | { kind: 'remove'; path: string; node: Node };
type Names = Map<string, Node>;

export class TracedDisk {
  readonly #folder: string;
  readonly #before: Names = new Map();
  readonly #names: Names;
  readonly #changes: Change[] = [];
  /** Changes that a sync has made sure of, themselves and what they need. */
  readonly #kept = new Set<number>();
  /** The sync that each thread is in. */
  readonly #syncs = new Map<string, { node: Node; edits: number; changes: number[] }>();

  /** A disk that holds safely what lies under the folder now. */
  constructor(folder: string) {
    this.#folder = folder;
    for (const [path, content] of readContents(folder))
      this.#before.set(
        join(folder, path),
        content === 'folder' ? newNode('folder') : newNode('file', content),
      );
    this.#names = new Map(this.#before);
  }

  apply(call: DiskCall): void {
    switch (call.call) {
      case 'open':
        if (call.creates && !this.#names.has(call.path)) this.#add(call.path, 'file');
        if (call.truncates) this.#file(call.path).edits.push({ size: 0 });
        return;
      case 'write':
        this.#file(call.path).edits.push({ bytes: call.bytes, at: call.at });
        return;
      case 'truncate':
        this.#file(call.path).edits.push({ size: call.size });
        return;
      case 'mkdir':
        this.#add(call.path, 'folder');
        return;
      case 'rename':
        this.#change({ kind: 'rename', from: call.from, to: call.to, node: this.#node(call.from) });
        return;
      case 'remove':
        this.#change({ kind: 'remove', path: call.path, node: this.#node(call.path) });
        return;
      case 'sync-begins': {
        const node = this.#node(call.path);
        this.#syncs.set(call.thread, {
          node,
          edits: node.edits.length,
          changes: this.#madeSureOf(node, call.path),
        });
        return;
      }
      case 'sync': {
        const { node, edits, changes } = this.#syncs.get(call.thread)!;
        node.synced = Math.max(node.synced, edits);
        for (const i of changes) this.#kept.add(i);
        return;
      }
    }
  }

  /** What lies there as long as the power stays on. */
  contents(): Contents {
    return this.#contentsOf(this.#names, (node) => fileBytes(node, node.edits));
  }

  /** What may lie there after a cut. */
  afterPowerCut(random: Random): Contents {
    const names: Names = new Map(this.#before);
    const ordered = random.uniform() < 0.5;
    const sure = ordered ? Math.max(0, ...[...this.#kept].map((i) => i + 1)) : 0;
    const end = sure + Math.floor(random.uniform() * (this.#changes.length - sure + 1));
    for (const [i, change] of this.#changes.entries())
      if (i < end || this.#kept.has(i)) perform(names, change);
    return this.#contentsOf(names, (node) => torn(node, random));
  }

  #contentsOf(names: Names, bytesOf: (node: Node) => Uint8Array): Contents {
    return new Map(
      [...names].map(([path, node]) => [
        relative(this.#folder, path),
        node.kind === 'folder' ? 'folder' : bytesOf(node),
      ]),
    );
  }

  /** The changes that a sync of this node keeps, by their index. */
  #madeSureOf(node: Node, path: string): number[] {
    const concerned = new Set<Node>([node]);
    for (let up = dirname(path); up.startsWith(this.#folder); up = dirname(up)) {
      const above = this.#names.get(up);
      if (above) concerned.add(above);
    }
    const within = (change: Change): boolean =>
      node.kind === 'folder' &&
      (change.kind === 'rename' ? [change.from, change.to] : [change.path]).some((p) => dirname(p) === path);
    return this.#changes.flatMap((change, i) => (concerned.has(change.node) || within(change) ? [i] : []));
  }

  #add(path: string, kind: Node['kind']): void {
    this.#change({ kind: 'add', path, node: newNode(kind) });
  }

  #change(change: Change): void {
    this.#changes.push(change);
    perform(this.#names, change);
  }

  #node(path: string): Node {
    const node = this.#names.get(path);
    if (!node) throw new Error(`the traced disk has no ${path}`);
    return node;
  }

  #file(path: string): Node {
    const node = this.#node(path);
    if (node.kind !== 'file') throw new Error(`${path} is no file on the traced disk`);
    return node;
  }
}

function newNode(kind: Node['kind'], base: Uint8Array = new Uint8Array()): Node {
  return { kind, base, edits: [], synced: 0 };
}

function perform(names: Names, change: Change): void {
  if (change.kind === 'add') names.set(change.path, change.node);
  else if (change.kind === 'remove') names.delete(change.path);
  else
    for (const [path, node] of [...names])
      if (path === change.from || path.startsWith(`${change.from}/`)) {
        names.delete(path);
        names.set(change.to + path.slice(change.from.length), node);
      }
}

function fileBytes(node: Node, edits: readonly Edit[]): Uint8Array {
  let bytes = Buffer.from(node.base);
  let length = bytes.length;
  const room = (size: number): void => {
    if (size > bytes.length)
      bytes = Buffer.concat([bytes, Buffer.alloc(Math.max(size, 2 * bytes.length) - bytes.length)]);
  };
  for (const edit of edits) {
    if ('size' in edit) {
      room(edit.size);
      bytes.fill(0, Math.min(length, edit.size));
      length = edit.size;
    } else {
      const at = edit.at ?? length;
      room(at + edit.bytes.length);
      bytes.set(edit.bytes, at);
      length = Math.max(length, at + edit.bytes.length);
    }
  }
  return bytes.subarray(0, length);
}

/** A file after the cut: rules 1 and 2. */
function torn(node: Node, random: Random): Uint8Array {
  const open = node.edits.length - node.synced;
  const whole = node.synced + Math.floor(random.uniform() * (open + 1));
  const edits = node.edits.slice(0, whole);
  const next = node.edits[whole];
  if (next && 'bytes' in next) {
    const bytes = next.bytes.slice(0, Math.floor(random.uniform() * next.bytes.length));
    if (random.uniform() < 0.5) edits.push({ bytes, at: next.at });
    else
      edits.push({
        bytes: Buffer.concat([bytes, Buffer.alloc(next.bytes.length - bytes.length)]),
        at: next.at,
      });
  }
  return fileBytes(node, edits);
}

/** What lies under a folder; nothing where it isn't there. */
export function readContents(folder: string): Contents {
  const contents: Contents = new Map();
  if (!statSync(folder, { throwIfNoEntry: false })) return contents;
  contents.set('', 'folder');
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    contents.set(relative(folder, path), entry.isDirectory() ? 'folder' : readFileSync(path));
  }
  return contents;
}

/** Makes the folder hold just that. */
export function writeContents(folder: string, contents: Contents): void {
  rmSync(folder, { recursive: true, force: true });
  for (const [path, content] of contents) {
    const target = join(folder, path);
    mkdirSync(content === 'folder' ? target : dirname(target), { recursive: true });
    if (content !== 'folder') writeFileSync(target, content);
  }
}
