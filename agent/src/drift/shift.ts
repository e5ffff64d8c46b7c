/**
 * Sequential detection on one output of one device: an episode from the value at which a detector alarms until none
 * does any more. It needs no window, so it sees a slow shift hours before a window's histogram is far enough from the
 * reference, and an abrupt one within minutes.
 */
import { lambdaFor, SequentialDetector, type SequentialEvent } from '@skerry/proto/drift/sequential';
import type { skerry } from '@skerry/proto/wire';
import type { DriftRules } from './rules.ts';

/** A change of an episode, and what made it. */
export interface ShiftChange {
  state: 'open' | 'cleared';
  episode: string;
  by: 'pageHinkley' | 'adwin';
  direction: 'up' | 'down';
  /** Page-Hinkley's sum and λ. */
  sum: number;
  lambda: number;
  /** Ends of the windows whose scores began the episode, and made this change. */
  fromUs: number;
  toUs: number;
}

interface Episode {
  id: string;
  by: ShiftChange['by'];
  direction: ShiftChange['direction'];
  fromUs: number;
}

export class ShiftWatch {
  readonly #reference: skerry.v1.ISignalReference;
  #detector: SequentialDetector | undefined;
  #episode: Episode | undefined;
  #latestUs = 0;

  constructor(reference: skerry.v1.ISignalReference, rules: DriftRules) {
    this.#reference = reference;
    this.useRules(rules);
  }

  /** The id of the episode under way. */
  get episode(): string | undefined {
    return this.#episode?.id;
  }

  /** Page-Hinkley's sum; undefined where the score isn't watched. */
  get sum(): number | undefined {
    return this.#detector?.sum;
  }

  /** Takes another λ; what was summed stays. Returns the end of the episode where watching ends. */
  useRules({ falseAlarmMs }: DriftRules): ShiftChange | undefined {
    const lambda = falseAlarmMs === 'off' ? undefined : lambdaFor(this.#reference, falseAlarmMs / 3.6e6);
    if (lambda === undefined) {
      const ended = this.end();
      this.#detector = undefined;
      return ended;
    }
    if (this.#detector) this.#detector.lambda = lambda;
    else this.#detector = new SequentialDetector(this.#reference, lambda);
    return undefined;
  }

  /** Takes the score of a window that ended at `toUs`. */
  add(value: number, toUs: number, newEpisode: () => string): ShiftChange | undefined {
    const detector = this.#detector;
    if (!detector) return undefined;
    const event: SequentialEvent | undefined = detector.add(value);
    this.#latestUs = toUs;
    if (event === 'over') return this.end();
    if (event !== 'shift') return undefined;
    const { by = 'pageHinkley', direction } = detector;
    this.#episode = { id: newEpisode(), by, direction, fromUs: toUs };
    return this.#change('open', this.#episode);
  }

  /** Ends the episode, if any. */
  end(): ShiftChange | undefined {
    const episode = this.#episode;
    this.#episode = undefined;
    return episode && this.#change('cleared', episode);
  }

  #change(state: ShiftChange['state'], { id, ...episode }: Episode): ShiftChange {
    const { sum = 0, lambda = 0 } = this.#detector ?? {};
    return { state, episode: id, ...episode, sum, lambda, toUs: this.#latestUs };
  }
}
