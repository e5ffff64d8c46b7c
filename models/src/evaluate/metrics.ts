/** The agent measures its backtests by the same. */
export { averagePrecision, rocAuc, spearman, sqnrDb } from '@skerry/agent/evaluation/metrics';
