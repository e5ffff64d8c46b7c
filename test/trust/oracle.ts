/** tuf-js, which others wrote from the same specification, over the same repository as our client. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Fetcher, Updater } from 'tuf-js';
import { DownloadHTTPError, DownloadLengthMismatchError } from 'tuf-js/dist/error.js';

const ROLES = ['root', 'timestamp', 'snapshot', 'targets'] as const;

/** What a client says of a refresh. */
export interface Verdict {
  refused: boolean;
  /** Role → version that it trusts afterwards. */
  trusted: Record<string, number>;
  detail: string;
}

export class Oracle {
  readonly #folder = mkdtempSync(join(tmpdir(), 'skerry-tuf-js-'));
  readonly #files: () => ReadonlyMap<string, Uint8Array>;

  /** Begins with a first root; `files` is what the repository serves at the time. */
  constructor(rootBytes: Uint8Array, files: () => ReadonlyMap<string, Uint8Array>) {
    writeFileSync(join(this.#folder, 'root.json'), rootBytes);
    this.#files = files;
  }

  async refresh(): Promise<Verdict> {
    let detail = '';
    await this.#updater()
      .refresh()
      .catch((error: Error) => {
        detail = `${error.name}: ${error.message}`;
      });
    return { refused: detail !== '', trusted: this.#trusted(), detail };
  }

  /** The SHA-256 of a target, undefined where it isn't listed. */
  async target(path: string): Promise<string | undefined> {
    return (await this.#updater().getTargetInfo(path))?.hashes.sha256;
  }

  close(): void {
    rmSync(this.#folder, { recursive: true });
  }

  #updater(): Updater {
    return new Updater({
      metadataDir: this.#folder,
      metadataBaseUrl: 'http://repository/tuf',
      fetcher: this.#fetcher(),
    });
  }

  #fetcher(): Fetcher {
    const downloadBytes = async (url: string, maxLength: number): Promise<Buffer> => {
      const bytes = this.#files().get(url.slice(url.lastIndexOf('/') + 1));
      if (!bytes) throw new DownloadHTTPError('not found', 404);
      if (bytes.length > maxLength) throw new DownloadLengthMismatchError('Max length reached');
      return Buffer.from(bytes);
    };
    return { downloadBytes, downloadFile: () => Promise.reject(new Error('targets are fetched elsewhere')) };
  }

  #trusted(): Record<string, number> {
    const held = ROLES.map((role) => [role, join(this.#folder, `${role}.json`)] as const);
    return Object.fromEntries(
      held
        .filter(([, file]) => existsSync(file))
        .map(([role, file]) => [role, JSON.parse(readFileSync(file, 'utf8')).signed.version as number]),
    );
  }
}
