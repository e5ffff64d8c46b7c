/** One observable value: what few things the pages share besides the server's answers. */
import { useEffect, useState } from 'preact/hooks';

export interface Cell<T> {
  get(): T;
  /** The same value again tells nobody. */
  set(value: T): void;
  subscribe(listener: () => void): () => void;
}

/** Makes a cell. */
export function createCell<T>(initial: T): Cell<T> {
  let value = initial;
  const listeners = new Set<() => void>();
  return {
    get: () => value,
    set(next) {
      if (Object.is(next, value)) return;
      value = next;
      for (const listener of [...listeners]) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** A cell's value; the component follows it. */
export function useCell<T>(cell: Cell<T>): T {
  const [value, setValue] = useState(cell.get);
  useEffect(() => {
    const changed = (): void => setValue(() => cell.get());
    // It may have changed between the first drawing and this effect.
    changed();
    return cell.subscribe(changed);
  }, [cell]);
  return value;
}
