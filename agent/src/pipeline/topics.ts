/**
 * MQTT topic filters (MQTT 3.1.1, section 4.7): `+` is one level, `#` at the end the rest, the parent included; a filter
 * that begins with a wildcard takes no topic that begins with `$`.
 */

/** Whether a filter takes a topic. */
export function matchesFilter(filter: string, topic: string): boolean {
  if (topic.startsWith('$') && (filter.startsWith('+') || filter.startsWith('#'))) return false; // [MQTT-4.7.2-1]
  const wanted = filter.split('/');
  const levels = topic.split('/');
  for (let i = 0; i < wanted.length; i++) {
    if (wanted[i] === '#') return true;
    if (i >= levels.length || (wanted[i] !== '+' && wanted[i] !== levels[i])) return false;
  }
  return wanted.length === levels.length;
}

export interface TopicRouter<T> {
  /** Whom a topic concerns, in the order given; the same array again and again. */
  match(topic: string): readonly T[];
}

/**
 * A router from topics to those whose filters take them. It remembers the answers for the last `maxTopics` new topics;
 * beyond that the oldest answer is forgotten and computed again when asked for.
 */
export function createTopicRouter<T>(
  entries: readonly { filters: readonly string[]; target: T }[],
  maxTopics = 10_000,
): TopicRouter<T> {
  const known = new Map<string, readonly T[]>();
  return {
    match(topic) {
      let targets = known.get(topic);
      if (targets) return targets;
      targets = entries.filter((e) => e.filters.some((f) => matchesFilter(f, topic))).map((e) => e.target);
      if (known.size >= maxTopics) known.delete(known.keys().next().value!);
      known.set(topic, targets);
      return targets;
    },
  };
}
