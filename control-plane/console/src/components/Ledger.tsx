import { count } from '../format.ts';
import type { LedgerInfo } from '../model.ts';
import { Badge } from './basics.tsx';

type Terms = readonly (readonly [name: string, n: number])[];

/** An agent's ledger: both sums written out, adding up or not. */
export function Ledger({ ledger }: { ledger: LedgerInfo }) {
  return (
    <div class="ledger">
      {ledger.samples.map((s) => (
        <Sum
          key={s.pipeline}
          name={`Samples, ${s.pipeline}`}
          whole={['received', s.received]}
          terms={[
            ...Object.entries(s.rejected).map(([reason, n]) => [`rejected: ${reason}`, n] as const),
            ['open', s.open],
            ['used', s.used],
            ['gap', s.gap],
            ['skipped', s.skipped],
          ]}
        />
      ))}
      <Sum name="Results" whole={['produced', ledger.results.produced]} terms={resultTerms(ledger.results)} />
      <Sum name="Alerts" whole={['produced', ledger.alerts.produced]} terms={resultTerms(ledger.alerts)} />
      {ledger.unknown > 0 && (
        <p class="quiet">
          {count(ledger.unknown)} results were pending when this epoch ended and were never heard of: unknown,
          not counted as delivered.
        </p>
      )}
    </div>
  );
}

function resultTerms(r: LedgerInfo['results']): Terms {
  return [
    ['delivered', r.delivered],
    ['pending', r.pending],
    ['summarized', r.summarized],
    ['evicted', r.evicted],
  ];
}

function Sum({ name, whole, terms }: { name: string; whole: readonly [string, number]; terms: Terms }) {
  const sum = terms.reduce((total, [, n]) => total + n, 0);
  const off = whole[1] - sum;
  return (
    <div class="sum">
      <h3>{name}</h3>
      <p>
        <span class="term">
          <b class="num">{count(whole[1])}</b>
          <span>{whole[0]}</span>
        </span>
        <span class="op">=</span>
        {terms.map(([term, n], i) => (
          <span class={`term ${n === 0 ? 'zero' : ''}`} key={term}>
            {i > 0 && <span class="op">+</span>}
            <b class="num">{count(n)}</b>
            <span>{term}</span>
          </span>
        ))}
        {off === 0 ? <Badge tone="ok">adds up</Badge> : <Badge tone="alert">off by {count(off)}</Badge>}
      </p>
    </div>
  );
}
