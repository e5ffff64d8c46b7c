/** What drawing on a canvas needs of the page: its colours, resolved, and its pixels. */

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
