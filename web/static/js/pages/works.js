// All works, by collection.
import { all } from '../api.js';
import { h, said, section } from '../dom.js';
import { plural } from '../format.js';
import { workTile } from './home.js';

export async function page() {
  const { list } = await all('/imod/aigc/v1/collections', 'collections', 50);
  const filled = await Promise.all(list.toReversed().map(async (c) => ({ ...c, tokens: await all(`/imod/aigc/v1/collections/${c.collection.id}/tokens`, 'tokens', 100) })));
  return {
    title: 'Works',
    view: [
      h('h1', {}, 'Works'), h('p', { class: 'lead' }, 'Content made by models on this chain. Each one tells what was asked, who paid, and how the result was checked.'),
      filled.length ? filled.map((c) => section(`Collection ${c.collection.id}`, h('p', {}, said(c.collection.name, 80), ' · ', h('a', { href: `#/model/${c.collection.model_id}` }, `model ${c.collection.model_id}`),
        ` · ${plural(c.counts.supply, 'work')}`), h('ul', { class: 'gallery' }, c.tokens.list.toReversed().map(workTile)), c.tokens.cut ? h('p', { class: 'quiet' }, 'Only the first 100 are shown.') : null))
        : h('p', { class: 'notice' }, 'No collection yet. Works are minted from a collection of a model.'),
    ],
  };
}
