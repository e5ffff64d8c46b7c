/** What CARD.md of a pump release says of its severity net. */
import { CAVITATION_ALERT, type SeverityRecipe } from './pump-severity.ts';
import type { SeverityMetrics } from './pump-severity-metrics.ts';

/** How it was made: the end of the section "Method". */
export function severityMethod(recipe: SeverityRecipe): string {
  return `
\`cavitation\` says how far a cavitation has come, 0 to 1: a dense net (512 and 64 units) on the same window, trained on
${recipe.pumps} simulated pumps of ${recipe.hoursPerPump} hours (seeds from ${recipe.firstSeed}) in spells of five minutes, half of them healthy, the others cavitating
at severities from .01 to 1 and more often at small ones; ${recipe.epochs} epochs of Adam on the squared error of the root, in TypeScript.
Once it exceeds ${CAVITATION_ALERT} in three windows running, \`maintenance/{device}/strainer\` is published.

int8 is static QDQ of that net, which holds 99 % of the weights, calibrated on healthy and cavitating windows. Values are
drawn in to -1…1 first (x / (|x| + 4)), so that its steps are fine where a beginning shows. The products of the score stay
float: so the score is the same in both variants, and no anomaly is clipped.
`;
}

/** How good it is: the end of the section "Figures". */
export function severityFigures(metrics: SeverityMetrics): string {
  const { windows, cavitating, pumps, auc, spearman, rmse, rmseOfPumps, bins, falseAlarms } = metrics;
  return `
\`cavitation\`, on ${windows} windows of ${pumps} other pumps (${cavitating} cavitating), beside what the score tells of the same windows:

| severity | windows | AUC by the score | AUC by \`cavitation\` | root of mean squared error | past ${CAVITATION_ALERT} |
| --- | --- | --- | --- | --- | --- |
${bins
  .map(
    (b) =>
      `| ${b.from} to ${b.to} | ${b.windows} | ${b.auc.score.toFixed(4)} | ${b.auc.cavitation.toFixed(4)} | ${b.rmse.toFixed(3)} | ${(100 * b.past).toFixed(1)} % |`,
  )
  .join('\n')}

| variant | AUC of \`cavitation\`, all severities | root of mean squared error |
| --- | --- | --- |
| fp32 | ${auc.fp32.toFixed(4)} | ${rmse.fp32.toFixed(4)} |
| int8 | ${auc.int8.toFixed(4)} | ${rmse.int8.toFixed(4)} (single pumps ${rmseOfPumps[0].toFixed(4)} to ${rmseOfPumps[1].toFixed(4)}) |

Spearman correlation of both variants' \`cavitation\` ${spearman.toFixed(4)}. In ${falseAlarms.hours} hours of healthy operation the rule spoke ${falseAlarms.episodes} times; with 95 %
confidence at least ${Math.floor(falseAlarms.atLeast)} hours lie between two.
`;
}

/** What it can't: the end of the section "Limits". */
export const SEVERITY_LIMITS = `- \`cavitation\` knows one fault of one simulated pump at one tank level. Below severity .02 a clogging strainer looks like a tank
  that is a little lower, and it says next to nothing. On a pump of yours believe the score, not the severity.
`;
