/** Devices in the order in which they were last heard, oldest first; moving one to the end costs the same however many there are. */
export class Silence<T extends object> {
  readonly #places = new Map<T, Place<T>>();
  readonly #ring: Place<T>;

  constructor() {
    const ring = { monoMs: 0 } as Place<T>;
    ring.before = ring;
    ring.after = ring;
    this.#ring = ring;
  }

  /** It was heard just now. */
  heard(item: T, monoMs: number): void {
    let place = this.#places.get(item);
    if (place) unlink(place);
    else {
      place = { item, monoMs } as Place<T>;
      this.#places.set(item, place);
    }
    place.monoMs = monoMs;
    const ring = this.#ring;
    place.before = ring.before;
    place.after = ring;
    ring.before.after = place;
    ring.before = place;
  }

  /** When the one that has been silent longest was heard. */
  oldestMs(): number | undefined {
    return this.#ring.after === this.#ring ? undefined : this.#ring.after.monoMs;
  }

  /** Takes out the one that has been silent longest. */
  shift(): T | undefined {
    const place = this.#ring.after;
    if (place === this.#ring) return undefined;
    unlink(place);
    this.#places.delete(place.item);
    return place.item;
  }
}

interface Place<T> {
  item: T;
  monoMs: number;
  before: Place<T>;
  after: Place<T>;
}

function unlink<T>(place: Place<T>): void {
  place.before.after = place.after;
  place.after.before = place.before;
}
