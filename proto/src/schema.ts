/** Zod pieces that several documents share; each turns the grammar of units.ts into plain numbers. */
import { z } from 'zod';
import { messageOf, SkerryError } from './errors.ts';
import { NAME_PATTERN } from './ids.ts';
import { countPer, durationMs, percentShare, rateHz, sizeBytes } from './units.ts';

function grammar<T>(parse: (text: string) => T): z.ZodType<T, string> {
  return z.string().transform((text, context) => {
    try {
      return parse(text);
    } catch (error) {
      const hint = error instanceof SkerryError && error.hint ? `; ${error.hint}` : '';
      context.addIssue({ code: 'custom', message: `${messageOf(error)}${hint}` });
      return z.NEVER;
    }
  }) as unknown as z.ZodType<T, string>;
}

/** `30s` → milliseconds. */
export const duration: z.ZodType<number, string> = grammar(durationMs);
/** `512MiB` → bytes. */
export const size: z.ZodType<number, string> = grammar(sizeBytes);
/** `5%` → 0.05. */
export const percent: z.ZodType<number, string> = grammar(percentShare);
/** `2Hz` → events per second. */
export const rate: z.ZodType<number, string> = grammar(rateHz);
/** `3/10m` → { count, windowMs }. */
export const perDuration: z.ZodType<{ count: number; windowMs: number }, string> = grammar(countPer);
/** What an agent, pipeline, release or policy may be called. */
export const name: z.ZodString = z.string().regex(NAME_PATTERN, 'expected 1 to 64 of A-Z a-z 0-9 . _ -');
