/**
 * Rules: `A op B [for N windows]` and what to publish when one comes true. A rule fires at the window that completes N
 * in a row and not again before it failed once in between; what it publishes leaves after the result's commit.
 */
import { utf8 } from '@skerry/proto/bytes';
import { SkerryError } from '@skerry/proto/errors';
import type { ReleaseManifest } from '@skerry/proto/release';
import { type Rule, ruleHolds } from '@skerry/proto/rules';
import type { OutMessage } from '../ports.ts';

type RuleEntry = ReleaseManifest['rules'][number];

export interface CompiledRule {
  readonly rule: Rule;
  readonly publish: readonly { topic: string; payload: Uint8Array | undefined }[];
}

/** Checks the topics of rules once. Throws SkerryError invalid. */
export function compileRules(entries: readonly RuleEntry[]): CompiledRule[] {
  return entries.map((entry) => ({
    rule: entry.when,
    publish: entry.do.map((action) => ({
      topic: checkTopic(action.publish),
      payload:
        action.payload === undefined
          ? undefined
          : utf8(typeof action.payload === 'string' ? action.payload : JSON.stringify(action.payload)),
    })),
  }));
}

function checkTopic(topic: string): string {
  const rest = topic.replaceAll(/\{(device|agent|pipeline)\}/g, 'x');
  if (/[{}]/.test(rest))
    throw new SkerryError('invalid', `rule topic "${topic}" has a placeholder that isn't known`, {
      hint: 'use {device}, {agent} or {pipeline}',
    });
  if (/[+#\0]/.test(rest) || topic.startsWith('$'))
    throw new SkerryError('invalid', `nothing can be published to "${topic}"`, {
      hint: 'write a topic without wildcards that does not begin with $',
    });
  return topic;
}

/**
 * Judges all rules on one window and returns the messages of those that fire. `held` counts windows in a row, one per
 * rule, and is updated; `defaultPayload` is asked for where an action has none of its own.
 */
export function applyRules(
  rules: readonly CompiledRule[],
  held: number[],
  lookup: (name: string) => number | undefined,
  names: { device: string; agent: string; pipeline: string },
  defaultPayload: () => Uint8Array,
): OutMessage[] {
  const messages: OutMessage[] = [];
  rules.forEach(({ rule, publish }, i) => {
    if (!ruleHolds(rule, lookup)) {
      held[i] = 0;
      return;
    }
    held[i] = Math.min((held[i] ?? 0) + 1, rule.windows + 1);
    if (held[i] !== rule.windows) return;
    for (const { topic, payload } of publish)
      messages.push({
        topic: fill(topic, names),
        payload: payload ?? defaultPayload(),
        qos: 1,
        retain: false,
      });
  });
  return messages;
}

function fill(topic: string, names: { device: string; agent: string; pipeline: string }): string {
  return topic
    .replaceAll('{agent}', names.agent)
    .replaceAll('{pipeline}', names.pipeline)
    .replaceAll('{device}', () => encodeURIComponent(names.device));
}
