import { describe, expect, it } from 'vitest';
import { encodeSample } from './payload.ts';

const sample = {
  timeUs: 1_767_225_600_000_250,
  channels: ['flow', 'suction', 'current'],
  values: [45.5, Number.NaN, 0],
};

describe('payloads', () => {
  it('json names the device where it is given and leaves out what is missing', () => {
    expect(encodeSample('json', 't', sample)).toEqual([
      { topic: 't', payload: '{"ts":1767225600000.25,"flow":45.5,"current":0}' },
    ]);
    expect(encodeSample('json', 't', { ...sample, device: 'p', timeUs: 0 })[0]!.payload).toBe(
      '{"device":"p","ts":0,"flow":45.5,"current":0}',
    );
  });

  it('csv keeps the place of what is missing', () => {
    expect(encodeSample('csv', 't', sample)).toEqual([{ topic: 't', payload: '1767225600000.25,45.5,,0' }]);
  });

  it('number is one message a channel, under its name where there are several', () => {
    expect(encodeSample('number', 't', sample)).toEqual([
      { topic: 't/flow', payload: '45.5' },
      { topic: 't/current', payload: '0' },
    ]);
    expect(encodeSample('number', 't', { ...sample, channels: ['flow'] })).toEqual([
      { topic: 't', payload: '45.5' },
    ]);
  });
});
