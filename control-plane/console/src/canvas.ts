/** What drawing on a canvas needs of the page: its colours, resolved, its pixels, and the axes that all charts have. */
import type uPlot from 'uplot';

/** Resolves custom properties, which hold `light-dark()`, to colours that a canvas takes. */
export function resolveColors<K extends string>(
  element: HTMLElement,
  names: readonly K[],
): Record<K, string> {
  const probe = element.ownerDocument.createElement('span');
  probe.style.display = 'none';
  element.append(probe);
  const colors = {} as Record<K, string>;
  for (const name of names) {
    probe.style.color = `var(--${name})`;
    colors[name] = getComputedStyle(probe).color;
  }
  probe.remove();
  return colors;
}

/** Calls back with an element's width now and whenever it changes; the returned function ends it. */
export function observeWidth(element: HTMLElement, changed: (widthPx: number) => void): () => void {
  const observer = new ResizeObserver(() => changed(Math.floor(element.clientWidth)));
  observer.observe(element);
  return () => observer.disconnect();
}

/** An axis as every chart draws it. */
export function axisIn(colors: Readonly<Record<'ink-3' | 'line', string>>): uPlot.Axis {
  return {
    stroke: colors['ink-3'],
    font: '12px system-ui, sans-serif',
    grid: { stroke: colors.line, width: 1 },
    ticks: { show: false },
  };
}
