// Held against owed, per pool and denom.
import { all, get } from '../api.js';
import { h, hash, meter, notice, table } from '../dom.js';
import { coin, safe } from '../format.js';

export async function page() {
  const [{ solvent }, { list: pools, cut }] = await Promise.all([get('/imod/revshare/v1/solvency?pagination.limit=100'), all('/imod/revshare/v1/solvency', 'pools', 500)]);
  const rows = pools.flatMap((p) => p.denoms.map((d) => ({ ...d, pool: p })));
  const owed = (r) => BigInt(r.deposited) - BigInt(r.paid) + BigInt(r.held);
  const money = (r, amount) => coin({ denom: r.denom, amount });
  return {
    title: 'Solvency',
    view: [
      h('h1', {}, 'Solvency'), h('p', { class: 'lead' }, 'What each pool holds in its account, against what it still has to pay. Both are read from the chain’s state in this moment.'),
      rows.length === 0 ? notice('', 'No pool has had income yet.') : notice(solvent && rows.every((r) => r.solvent) ? 'good' : 'bad', solvent && rows.every((r) => r.solvent)
        ? 'Every pool holds at least what it owes, and its books add up exactly.' : 'A pool does not hold what it owes. Do not buy its token until that is explained.'),
      h('section', {}, table('Books of every pool, by denom', [
        ['Pool', (r) => [h('a', { href: `#/income/${r.pool.share_denom.replace('model-', '')}` }, safe(r.pool.share_denom, 40)), h('br'), hash(r.pool.address)]],
        ['Held', (r) => money(r, r.balance), true], ['Owed', (r) => money(r, owed(r)), true],
        ['Cover', (r) => [meter(BigInt(r.balance), owed(r), `holds ${money(r, r.balance)} of ${money(r, owed(r))} owed`), r.solvent ? 'covered' : 'short']],
        ['Deposited', (r) => money(r, r.deposited), true], ['Paid', (r) => money(r, r.paid), true], ['Not shared yet', (r) => money(r, r.pending), true], ['Gifts', (r) => money(r, r.surplus), true],
      ], rows, 'No pool has had income yet.'), cut ? h('p', { class: 'quiet' }, 'Only the first 500 pools are shown.') : null),
      h('p', { class: 'quiet' }, 'Owed = deposited − paid + held back. The identity deposited = paid + pending + carry + owed is checked by the node in units of 2^-128, so that no rounding can hide a gap.'),
    ],
  };
}
