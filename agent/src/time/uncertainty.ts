/** The record, which nobody else holds yet, with how far its wall time may be off; where nothing says, as it is. */
export function withUncertainty<T extends { uncertaintyMs?: number | null | undefined }>(
  record: T,
  uncertaintyMs: number | undefined,
): T {
  // Never 0, which stands for unknown, and no more than 32 bits hold.
  if (uncertaintyMs !== undefined)
    record.uncertaintyMs = Math.min(Math.max(1, Math.ceil(uncertaintyMs)), 0xffff_ffff);
  return record;
}
