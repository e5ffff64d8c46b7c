import { expect, test } from 'vitest';
import { topicsOf } from './live.ts';

test('an event names its topics; heartbeats and what is not known name none', () => {
  expect(topicsOf('event: changed\ndata: {"topics":["results","agents"]}')).toEqual(['results', 'agents']);
  expect(topicsOf('event: changed\ndata: {"topics":["weather","drift"]}')).toEqual(['drift']);
  expect(topicsOf(': still here')).toEqual([]);
  expect(topicsOf('event: other\ndata: {"topics":["drift"]}')).toEqual([]);
});
