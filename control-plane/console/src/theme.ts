/** Light and dark: the system's choice unless a person made another here. */
import { type Cell, createCell } from './cell.ts';

export type ThemeChoice = 'system' | 'light' | 'dark';
const CHOICES: readonly ThemeChoice[] = ['system', 'light', 'dark'];

export interface Theme {
  readonly choice: Cell<ThemeChoice>;
  /** Counts up whenever the colours may have changed: what draws on a canvas draws again. */
  readonly version: Cell<number>;
  choose(choice: ThemeChoice): void;
}

const KEY = 'skerry.theme';

/** Applies the theme to the document and follows the system's. */
export function createTheme(window: Window): Theme {
  const held = window.localStorage.getItem(KEY) as ThemeChoice | null;
  const choice = createCell<ThemeChoice>(held && CHOICES.includes(held) ? held : 'system');
  const version = createCell(0);
  const apply = (): void => {
    window.document.documentElement.dataset.theme = choice.get();
    version.set(version.get() + 1);
  };
  window.matchMedia('(prefers-color-scheme: dark)').addEventListener('change', apply);
  apply();
  return {
    choice,
    version,
    choose(next) {
      if (next === 'system') window.localStorage.removeItem(KEY);
      else window.localStorage.setItem(KEY, next);
      choice.set(next);
      apply();
    },
  };
}
