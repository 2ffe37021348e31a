// All works, by collection.
import { all, get } from '../api.js';
import { h, said, section, table } from '../dom.js';
import { coin, count, plural, unit } from '../format.js';
import { workTile } from './home.js';

export async function page() {
  const { list } = await all('/imod/aigc/v1/collections', 'collections', 50);
  const filled = await Promise.all(list.toReversed().map(async (c) => {
    const path = `/imod/aigc/v1/collections/${c.collection.id}`;
    const [tokens, market] = await Promise.all([all(`${path}/tokens`, 'tokens', 100), get(`${path}/market`)]);
    return { ...c, tokens, market: market.denoms };
  }));
  return {
    title: 'Works',
    view: [
      h('h1', {}, 'Works'), h('p', { class: 'lead' }, 'Content made by models on this chain. Each one tells what was asked, who paid, and how the result was checked.'),
      filled.length ? filled.map((c) => section(`Collection ${c.collection.id}`, h('p', {}, said(c.collection.name, 80), ' · ', h('a', { href: `#/model/${c.collection.model_id}` }, `model ${c.collection.model_id}`),
        ` · ${plural(c.counts.supply, 'work')}`), h('ul', { class: 'gallery' }, c.tokens.list.toReversed().map(workTile)), c.tokens.cut ? h('p', { class: 'quiet' }, 'Only the first 100 are shown.') : null, market(c.market)))
        : h('p', { class: 'notice' }, 'No collection yet. Works are minted from a collection of a model.'),
    ],
  };
}

/** market sums up the sales of a collection, by denom; a collection without sale and listing has none. */
function market(denoms) {
  const rows = denoms.filter((d) => d.floor || Number(d.trade.sales) > 0);
  const amount = (of) => (d) => coin({ denom: d.denom, amount: of(d.trade) });
  return rows.length ? table('Market', [
    ['In', (d) => unit(d.denom)],
    ['Floor price', (d) => (d.floor ? h('a', { href: `#/work/${d.floor.collection_id}/${d.floor.token_id}` }, coin(d.floor.listing.price)) : 'none for sale'), true],
    ['Sales', (d) => count(d.trade.sales), true],
    ['Volume', amount((t) => t.volume), true],
    ['To the model', amount((t) => t.royalty_pool), true],
    ['To the creator', amount((t) => t.royalty_creator), true],
  ], rows) : null;
}
