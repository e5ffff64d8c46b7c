/**
 * Topics that arrive and that no pipeline takes: counted and shown, because a typo in a topic filter otherwise looks
 * like a silent machine. At most `maxTopics` are remembered by name, the rest in one total; none of it is stored.
 */
export class UnclaimedTopics {
  #messages = 0;
  readonly #topics = new Map<string, number>();
  readonly #maxTopics: number;

  constructor(maxTopics: number) {
    this.#maxTopics = maxTopics;
  }

  count(topic: string): void {
    this.#messages++;
    const before = this.#topics.get(topic);
    if (before !== undefined) this.#topics.set(topic, before + 1);
    else if (this.#topics.size < this.#maxTopics) this.#topics.set(topic.slice(0, 256), 1);
  }

  /** All messages, those on topics not remembered included. */
  get messages(): number {
    return this.#messages;
  }

  /** The busiest first. */
  list(): { topic: string; messages: number }[] {
    return [...this.#topics]
      .map(([topic, messages]) => ({ topic, messages }))
      .sort((a, b) => b.messages - a.messages);
  }
}
