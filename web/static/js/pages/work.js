// One work: the picture, what was asked, how it came to be, and running it again.
import { get, maybe } from '../api.js';
import { h, hash, pairs, picture, said, tag } from '../dom.js';
import { coin, count, fromBase64, prompt, safe } from '../format.js';
import { rerun } from '../rerun.js';
import { paid, result } from './request.js';

export async function page([collection, id], config) {
  const { token } = await get(`/imod/aigc/v1/collections/${collection}/tokens/${id}`);
  const [{ collection: c }, request, attested] = await Promise.all([
    get(`/imod/aigc/v1/collections/${collection}`), maybe(`/imod/oracle/v1/requests/${token.request_id}`), maybe(`/imod/oracle/v1/requests/${token.request_id}/attestations`),
  ]);
  const text = prompt(token.input), r = request?.request;
  return {
    title: safe(text, 60),
    view: [
      h('p', { class: 'crumbs' }, h('a', { href: '#/works' }, 'Works'), ' / ', said(c.collection.name, 40)),
      h('div', { class: 'split' },
        h('div', { class: 'picture' }, picture(`/imod/aigc/v1/content/${collection}/${id}`, text), h('p', { class: 'hint' }, 'Made by an AI model. The picture carries that mark, with chain, request, model and hash, in its XMP metadata.')),
        h('div', {}, h('h1', { class: 'quote' }, '“', said(text, 200), '”'), h('p', {}, tag(token.status), ' ', tag(token.trust_class)),
          pairs(['Owner', hash(token.owner)], ['Model', [h('a', { href: `#/model/${token.model_id}` }, `model ${token.model_id}`), `, version ${token.version}`]], ['Seed', h('span', { class: 'num' }, token.seed)],
            ['Token', hash(token.token_id)], token.listing ? ['For sale', coin(token.listing.price)] : null))),
      h('div', { class: 'split' },
        h('section', {}, h('h2', {}, 'How it came to be'), h('div', { class: 'card' }, h('ol', { class: 'chain' },
          h('li', {}, h('h3', {}, 'Request'), h('p', {}, `Block ${count(token.requested_height)}. `, hash(token.minter), ` asked model ${token.model_id}, version ${token.version}, with seed ${token.seed}.`)),
          h('li', {}, h('h3', {}, 'Payment'), h('p', {}, r ? paid(r) : 'This node no longer keeps the request.', ` The mint price was ${coin(c.collection.mint_price)}.`)),
          result(token.final_height !== '0', token.final_height, token.output_root, attested),
          h('li', { class: token.settled_height === '0' ? 'open' : undefined }, h('h3', {}, 'Work'), h('p', {}, `Minted in block ${count(token.minted_height)}`, token.settled_height === '0' ? '; it becomes final when somebody settles it.' : `, final in block ${count(token.settled_height)}. Owned by `,
            token.settled_height === '0' ? null : hash(token.owner), '.'))))),
        rerun({ config, root: token.manifest_root, input: fromBase64(token.input), seed: token.seed, expected: token.output_root })),
    ],
  };
}
