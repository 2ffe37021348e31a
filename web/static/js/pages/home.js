// The first page: what an IMO is in three questions, each with the chain's own answer.
import { all, get, now } from '../api.js';
import { h, hash, picture, said, section, table, tag } from '../dom.js';
import { coin, count, plural, prompt, span, units, unit } from '../format.js';

export async function page() {
  const [models, offerings, solvency, collections] = await Promise.all([
    all('/imod/imo/v1/models', 'models', 100), all('/imod/imo/v1/offerings', 'offerings', 100),
    get('/imod/revshare/v1/solvency?pagination.limit=100'), all('/imod/aigc/v1/collections', 'collections', 20),
  ]);
  const works = (await Promise.all(collections.list.slice(-3).map((c) => get(`/imod/aigc/v1/collections/${c.collection.id}/tokens?pagination.limit=8`)))).flatMap((p) => p.tokens).slice(-8).reverse();
  const named = new Map(models.list.map((m) => [m.id, m]));
  return {
    title: 'Models and offerings',
    view: [
      h('div', { class: 'hero' }, h('p', { class: 'eyebrow' }, 'Initial model offerings'),
        h('h1', {}, 'Own a share of what a model earns.'),
        h('p', { class: 'lead' }, 'A builder registers an AI model, validators run it and prove it is real, its token is sold to fund the work, and everything the model earns is shared among the holders.')),
      h('div', { class: 'grid' }, questions(models.list, solvency, collections.list, works)),
      section('Models', models.list.length ? h('div', { class: 'grid' }, models.list.toReversed().map(modelCard)) : h('p', { class: 'notice' }, 'No model is registered yet. A builder begins with ', h('code', {}, 'imod model pack'), '.')),
      section('Offerings', table('Offerings of model tokens', [
        ['Offering', (o) => h('a', { href: `#/offering/${o.id}` }, `No. ${o.id}`)],
        ['Model', (o) => h('a', { href: `#/model/${o.model_id}` }, said(named.get(o.model_id)?.name || `model ${o.model_id}`, 40))],
        ['State', (o) => tag(o.status)],
        ['Time left', (o) => (o.status === 'OFFERING_STATUS_OPEN' ? span((new Date(o.end_time) - now()) / 1000) : '–'), true],
        ['Bids', (o) => count(o.bid_count), true],
        ['Deposited', (o) => `${units(o.deposited)} ${unit('aimo')}`, true],
      ], offerings.list.toReversed(), 'No offering yet.')),
      works.length ? section('Latest works', h('ul', { class: 'gallery' }, works.map(workTile)), h('p', { class: 'row' }, h('a', { href: '#/works' }, 'All works'))) : null,
    ],
  };
}

export const workTile = (t) => h('li', {}, h('a', { class: 'tile', href: `#/work/${t.collection_id}/${t.token_id}` },
  picture(`/imod/aigc/v1/content/${t.collection_id}/${t.token_id}`, prompt(t.input)), h('span', { class: 'cap' }, said(prompt(t.input), 60))));

function questions(models, solvency, collections, works) {
  const real = models.filter((m) => m.status.startsWith('MODEL_STATUS_REPRODUCED')).length;
  const paid = solvency.pools.flatMap((p) => p.denoms).map((d) => ({ denom: d.denom, amount: BigInt(d.paid) }));
  const byDenom = [...paid.reduce((m, c) => m.set(c.denom, (m.get(c.denom) || 0n) + c.amount), new Map())].map(([denom, amount]) => coin({ denom, amount }));
  const made = collections.reduce((n, c) => n + Number(c.counts.supply), 0);
  const ask = (n, question, answer, fact, href, link) => h('div', { class: 'card question' }, h('span', { class: 'n', 'aria-hidden': 'true' }, n), h('h2', {}, question), h('p', {}, answer),
    h('p', { class: 'fact' }, fact, ' ', href ? h('a', { href }, link) : null));
  return [
    ask('1', 'Is this model real, and is it the one my token stands for?', 'Validators with more than two thirds of the power fetch the files, run them on inputs nobody could choose, and must agree bit for bit. The token carries the root of exactly those files.',
      `${count(real)} of ${plural(models.length, 'model')} reproduced.`, models.length ? `#/model/${models.at(-1).id}` : null, 'See a proof'),
    ask('2', 'Do holders truly get their share?', 'Income is shared by balances that were fixed before the money came. It cannot be skimmed or raced, and the books of every pool are open.',
      `${byDenom.join(', ') || 'Nothing'} paid to holders; ${solvency.solvent ? 'every pool holds what it owes.' : 'a pool holds less than it owes.'}`, '#/solvency', 'See the books'),
    ask('3', 'Did this content really come from that model?', 'A work is bound to its prompt, its seed, the model and the hash of the result. Run the model again in your own browser and compare.',
      `${plural(made, 'work')} in ${plural(collections.length, 'collection')}.`, works.length ? `#/work/${works[0].collection_id}/${works[0].token_id}` : null, 'Check one'),
  ];
}

function modelCard(m) {
  return h('a', { class: 'card', href: `#/model/${m.id}` }, h('div', { class: 'head' }, h('h3', {}, said(m.name, 60)), tag(m.status)),
    h('p', {}, said(m.summary, 140)), h('p', { class: 'quiet' }, `${coin(m.price)} a request · licence `, said(m.licence, 30), ' · by ', hash(m.creator)));
}
