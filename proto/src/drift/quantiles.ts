/** The quantiles that a null holds, in the order of MeasureQuantiles.quantiles. */
export const NULL_QUANTILES = [0.5, 0.9, 0.95, 0.99, 0.999] as const;
