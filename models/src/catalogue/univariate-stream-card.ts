/** CARD.md of the streaming univariate release. */
export function univariateStreamCard(): string {
  return 'to be measured\n';
}
