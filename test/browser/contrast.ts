/// <reference lib="dom" />
/**
 * Runs inside the page: every text whose contrast with what is behind it is below WCAG 2.2 AA (1.4.3: 4.5 : 1, large
 * text 3 : 1), each once. Self-contained, since it is sent to the browser as it stands.
 */
export function lowContrast(): string[] {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = 1;
  const context = canvas.getContext('2d', { willReadFrequently: true })!;
  /** Paints layers over each other, bottom first, and reads what is seen. */
  const seen = (layers: readonly string[]): number[] => {
    context.clearRect(0, 0, 1, 1);
    for (const layer of layers) {
      context.fillStyle = layer;
      context.fillRect(0, 0, 1, 1);
    }
    return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const luminance = (rgb: readonly number[]): number => {
    const [r, g, b] = rgb.map((c) =>
      c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4,
    );
    return 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
  };
  const layersBehind = (element: Element): string[] => {
    const layers: string[] = [];
    for (let e: Element | null = element; e; e = e.parentElement)
      layers.unshift(getComputedStyle(e).backgroundColor);
    return layers;
  };
  const found = new Set<string>();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    const text = node.textContent?.trim() ?? '';
    if (!element || text === '' || !element.checkVisibility({ visibilityProperty: true })) continue;
    if (element.closest('svg, noscript, :disabled, .visually-hidden')) continue;
    const style = getComputedStyle(element);
    const behind = layersBehind(element);
    const [a, b] = [luminance(seen([...behind, style.color])), luminance(seen(behind))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    const size = Number.parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (ratio < (large ? 3 : 4.5)) found.add(`"${text.slice(0, 30)}" has ${ratio.toFixed(2)} : 1`);
  }
  return [...found];
}
