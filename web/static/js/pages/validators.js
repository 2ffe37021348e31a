// Who runs the models, and how well.
import { all, maybe } from '../api.js';
import { h, hash, said, table } from '../dom.js';
import { coin, count, native, percent } from '../format.js';

export async function page() {
  const { list } = await all('/cosmos/staking/v1beta1/validators', 'validators', 300);
  const rows = await Promise.all(list.map(async (v) => {
    const [work, rewards] = await Promise.all([
      maybe(`/imod/oracle/v1/validators/${v.operator_address}/performance`),
      maybe(`/cosmos/distribution/v1beta1/validators/${v.operator_address}/outstanding_rewards`),
    ]);
    const both = (name) => (work ? BigInt(work.validator.current[name]) + BigInt(work.validator.previous[name]) : null);
    return { v, made: both('made'), missed: both('missed'), wrong: both('differing'), twice: both('equivocated'), score: work?.score, tally: work?.validator.tally, rewards: rewards?.rewards.rewards || [] };
  }));
  rows.sort((a, b) => (BigInt(b.v.tokens) > BigInt(a.v.tokens) ? 1 : -1));
  const told = (n) => (n === null ? 'not yet asked' : count(n));
  return {
    title: 'Validators',
    view: [
      h('h1', {}, 'Validators'),
      h('p', { class: 'lead' }, 'Each runs every requested model and signs what came out. A result is final when more than two thirds of the power agree.'),
      h('section', {}, table('Answers in the last two counting windows, and what is waiting to be paid out', [
        ['Validator', (r) => [said(r.v.description.moniker, 40), h('br'), hash(r.v.operator_address, 12, 5)]],
        ['Bonded', (r) => native(r.v.tokens, 0), true],
        ['Made', (r) => told(r.made), true], ['Missed', (r) => told(r.missed), true], ['Wrong', (r) => told(r.wrong), true], ['Answered twice', (r) => told(r.twice), true],
        ['Score', (r) => (r.score === undefined ? '–' : percent(r.score)), true],
        ['Earned, not withdrawn', (r) => r.rewards.map((c) => coin({ denom: c.denom, amount: c.amount.split('.')[0] })).join(', ') || '–', true],
        ['Fees of requests, next payout', (r) => (r.tally === undefined ? '–' : native(r.tally, 6)), true],
      ], rows, 'No validator.')),
      h('p', { class: 'quiet' }, 'Wrong means a differing answer to a subject that became final. A missing answer earns no part of that request’s fee. Earned counts block rewards and fees of validator and delegators that nobody withdrew yet; what was withdrawn before is not in the chain’s present state.'),
    ],
  };
}
