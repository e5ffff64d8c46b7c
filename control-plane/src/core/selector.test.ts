import { describe, expect, test } from 'vitest';
import { inRange, parseReleaseRange } from './range.ts';
import { matchesSelector, parseSelector } from './selector.ts';

const agent = {
  labels: { site: 'oslo', line: 'press-3', 'topology.zone': 'a' },
  facts: { arch: 'x64', memoryMiB: '2048', hw: 'edge box 2' },
};

describe('selector', () => {
  test.each([
    ['', true],
    ['site==oslo', true],
    ['site==bergen', false],
    ['site==os*', true],
    ['site!=bergen', true],
    ['topology.zone==a', true],
    ['fact.arch==x64 and site==oslo', true],
    ['fact.arch==arm64;site==oslo', false],
    ['fact.arch==arm64,site==oslo', true],
    // `and` binds tighter than `or`.
    ['site==oslo or site==bergen and fact.arch==arm64', true],
    ['(site==oslo or site==bergen) and fact.arch==arm64', false],
    ['line=in=(press-1,press-3)', true],
    ['line=in=(pr*)', true],
    ['line=out=(press-1,press-2)', true],
    ['fact.memoryMiB=ge=512', true],
    // Numbers, not text: "2048" < "512" as text.
    ['fact.memoryMiB=lt=512', false],
    ['fact.hw=="edge box 2"', true],
    ["fact.hw=='edge*'", true],
    ['orchard==1 or site==oslo', true],
  ])('%s', (text, expected) => {
    expect(matchesSelector(parseSelector(text), agent)).toBe(expected);
  });

  test.each(['nothing==x', 'nothing!=x', 'nothing=out=(x)', 'fact.site==oslo', 'constructor!=x'])(
    'an absent key never matches: %s',
    (text) => {
      expect(matchesSelector(parseSelector(text), agent)).toBe(false);
    },
  );

  test.each([
    'site=',
    'site==',
    '==oslo',
    'site==oslo and',
    '(site==oslo',
    'site==oslo)',
    'line=in=()',
    'a ~ b',
    `${'('.repeat(60)}a==1`,
    'x'.repeat(2001),
  ])('refused with its place: %s', (text) => {
    expect(() => parseSelector(text)).toThrow(/^selector "|^a selector/);
  });
});

describe('release range', () => {
  test.each([
    ['press', '1.0.0', true],
    ['press@*', '9.0.0', true],
    ['press@1.2.0', '1.2.0', true],
    ['press@1.2.0', '1.2.1', false],
    ['press@^1.2.0', '1.9.0', true],
    ['press@^1.2.0', '2.0.0', false],
    ['press@~1.2.0', '1.2.9', true],
    ['press@~1.2.0', '1.3.0', false],
    ['press@>=1.2.0', '3.0.0', true],
    ['other', '1.0.0', false],
  ])('%s %s', (range, version, expected) => {
    expect(inRange(parseReleaseRange(range), 'press', version)).toBe(expected);
  });

  test('what names no release is refused', () => {
    for (const text of ['', '@1.0.0', 'a@b', 'a@1.0.0@2', 'a b'])
      expect(() => parseReleaseRange(text)).toThrow(/names no release/);
  });
});
