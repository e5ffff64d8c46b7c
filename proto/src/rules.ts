/** Rules `A op B [for N windows]`: what a release or a pipeline does with a result beyond alerting. */
import { SkerryError } from './errors.ts';

export const OPERATORS = ['>', '>=', '<', '<=', '==', '!='] as const;
export type Operator = (typeof OPERATORS)[number];

/** Either side of a rule: a number, or the name of an output, a channel's last value, or `threshold`. */
export type Operand = { kind: 'number'; value: number } | { kind: 'name'; name: string };

export interface Rule {
  left: Operand;
  operator: Operator;
  right: Operand;
  /** How many windows in a row must satisfy it. */
  windows: number;
}

const RULE = /^\s*(\S+)\s*(>=|<=|==|!=|>|<)\s*(\S+?)(?:\s+for\s+(\d+)\s+windows?)?\s*$/;

/** Parses a rule. Throws SkerryError invalid. */
export function parseRule(text: string): Rule {
  const match = RULE.exec(text);
  const windows = Number(match?.[4] ?? 1);
  if (!match || windows < 1)
    throw new SkerryError('invalid', `"${text}" is no rule`, {
      hint: 'write A op B [for N windows], for example score > threshold for 3 windows',
    });
  return { left: operand(match[1]!), operator: match[2] as Operator, right: operand(match[3]!), windows };
}

function operand(text: string): Operand {
  const value = Number(text);
  return Number.isFinite(value) ? { kind: 'number', value } : { kind: 'name', name: text };
}

/** Whether the comparison holds for the values that `lookup` gives; an unknown name never satisfies a rule. */
export function ruleHolds(rule: Rule, lookup: (name: string) => number | undefined): boolean {
  const left = rule.left.kind === 'number' ? rule.left.value : lookup(rule.left.name);
  const right = rule.right.kind === 'number' ? rule.right.value : lookup(rule.right.name);
  if (left === undefined || right === undefined) return false;
  switch (rule.operator) {
    case '>':
      return left > right;
    case '>=':
      return left >= right;
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '==':
      return left === right;
    case '!=':
      return left !== right;
  }
}
