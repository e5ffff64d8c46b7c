import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { messageOf, SkerryError } from '@skerry/proto/errors';
import type { Sql, SqlValue } from '../ports.ts';

/** An actor's database in one file; statements are prepared once. */
export interface SqliteFile extends Sql {
  close(): void;
}

/** How many prepared statements are kept; the oldest go first. */
const MAX_STATEMENTS = 500;

/**
 * Opens (and makes) a database file, `:memory:` for none: WAL, and a commit is on the disk when it returns. Throws
 * SkerryError conflict where another process holds it, corrupt, or failed.
 */
export function openSqlite(path: string): SqliteFile {
  const db = openDatabase(path);
  const statements = new Map<string, StatementSync>();
  const prepare = (query: string): StatementSync => {
    let statement = statements.get(query);
    if (!statement) {
      statement = db.prepare(query);
      if (statements.size >= MAX_STATEMENTS) statements.delete(statements.keys().next().value!);
      statements.set(query, statement);
    }
    return statement;
  };
  let inside = false;
  return {
    all: <T extends Record<string, SqlValue>>(query: string, ...params: readonly SqlValue[]) =>
      prepare(query).all(...params) as T[],
    run: (query, ...params) => Number(prepare(query).run(...params).changes),
    transaction(body) {
      if (inside) throw new Error('transactions are not nested');
      db.exec('BEGIN IMMEDIATE');
      inside = true;
      try {
        const result = body();
        db.exec('COMMIT');
        return result;
      } catch (error) {
        if (db.isTransaction) db.exec('ROLLBACK');
        throw error;
      } finally {
        inside = false;
      }
    },
    close: () => db.close(),
  };
}

function openDatabase(path: string): DatabaseSync {
  try {
    if (path !== ':memory:') mkdirSync(dirname(path), { recursive: true });
    const db = new DatabaseSync(path);
    db.exec('PRAGMA journal_mode = WAL');
    db.exec('PRAGMA synchronous = FULL');
    // One process holds a data folder: a second one gets a plain error at once instead of torn decisions.
    db.exec('PRAGMA locking_mode = EXCLUSIVE');
    db.exec('BEGIN EXCLUSIVE');
    db.exec('COMMIT');
    return db;
  } catch (cause) {
    const why = messageOf(cause);
    if (/locked|busy/i.test(why))
      throw new SkerryError('conflict', `another control plane is using ${path}`, {
        hint: 'stop it, or give another folder with --data',
        cause,
      });
    const code = /malformed|not a database|corrupt/i.test(why) ? 'corrupt' : 'failed';
    throw new SkerryError(code, `${path} can't be opened: ${why}`, { cause });
  }
}
