/**
 * Stretches of event time that windows have measured, so that none is ever measured twice: few of them, since time mostly
 * runs on. Ends are exclusive.
 */
export interface Span {
  fromUs: number;
  toUs: number;
}

/** Stretches nearer than this are one: what lies between is given up, and the list stays short. */
const SLACK_US = 3_600e6;
const MAX_SPANS = 8;

export class Spans {
  readonly list: Span[];

  constructor(list: Span[] = []) {
    this.list = list;
  }

  /** [fromUs, toUs) belongs to it from now on. */
  add(fromUs: number, toUs: number): void {
    const last = this.list.at(-1);
    if (last && fromUs >= last.fromUs && fromUs <= last.toUs + SLACK_US)
      last.toUs = Math.max(last.toUs, toUs);
    else {
      this.list.push({ fromUs, toUs });
      this.#order();
    }
  }

  /** Whether any of it lies in [fromUs, toUs). */
  meets(fromUs: number, toUs: number): boolean {
    for (const span of this.list) if (fromUs < span.toUs && span.fromUs < toUs) return true;
    return false;
  }

  // Neighbours that touch become one, and where there are too many the two that are nearest.
  #order(): void {
    const { list } = this;
    list.sort((a, b) => a.fromUs - b.fromUs);
    const distanceUs = (at: number): number => list[at]!.fromUs - list[at - 1]!.toUs;
    for (;;) {
      let nearest = 1;
      for (let at = 2; at < list.length; at++) if (distanceUs(at) < distanceUs(nearest)) nearest = at;
      if (list.length < 2 || (list.length <= MAX_SPANS && distanceUs(nearest) > SLACK_US)) return;
      const [gone] = list.splice(nearest, 1);
      const kept = list[nearest - 1]!;
      kept.toUs = Math.max(kept.toUs, gone!.toUs);
    }
  }
}
