// One request, and the parts of a provenance that works share with it.
import { get, head, maybe } from '../api.js';
import { h, hash, said, tag } from '../dom.js';
import { base64ToHex, coin, count, fromBase64, prompt } from '../format.js';
import { rerun } from '../rerun.js';

export const paid = (r) => `${coin(r.network_fee, 6)} to the validators that matched, ${coin(r.model_price)} to the model.`;

/** result is the step in which the validators agreed. */
export function result(final, height, root, attested) {
  const matched = attested && BigInt(attested.total_power) > 0n ? Number((BigInt(attested.matched_power) * 1000n) / BigInt(attested.total_power)) / 10 : null;
  return h('li', { class: final ? undefined : 'open' }, h('h3', {}, 'Result'), final
    ? h('p', {}, `Block ${count(height)}. `, matched === null ? '' : `${count(attested.validators.length)} validators with ${matched} % of the voting power ran the model and agreed on `, hash(root), '.')
    : h('p', {}, 'The validators are running the model.'));
}

export async function page([id], config) {
  const read = async () => {
    const [{ request }, attested] = await Promise.all([get(`/imod/oracle/v1/requests/${id}`), maybe(`/imod/oracle/v1/requests/${id}/attestations`), head()]);
    return [request, attested];
  };
  const body = h('div', {});
  let [request, attested] = await read();
  let since = 0;
  const draw = () => {
    const final = request.status === 'REQUEST_STATUS_FINAL', root = base64ToHex(request.output_root);
    body.replaceChildren(h('div', { class: 'head' }, tag(request.status), final ? tag(request.trust_class) : ''), h('div', { class: 'split' },
      h('section', {}, h('h2', {}, 'How it came to be'), h('div', { class: 'card' }, h('ol', { class: 'chain' },
        h('li', {}, h('h3', {}, 'Request'), h('p', {}, `Block ${count(request.created_height)}. `, hash(request.requester), ' asked ', h('a', { href: `#/model/${request.model_id}` }, `model ${request.model_id}`), `, version ${request.version}, with seed ${request.seed}.`)),
        h('li', {}, h('h3', {}, 'Payment'), h('p', {}, paid(request))), result(final, request.final_height, root, attested)))),
      final ? rerun({ config, root: base64ToHex(request.manifest_root), input: fromBase64(request.input), seed: request.seed, expected: root })
        : h('p', { class: 'notice' }, request.status === 'REQUEST_STATUS_EXPIRED' ? 'No result came in time. Model price and unused fees went back to the requester.' : 'The result is usually final two blocks after the request.')));
  };
  draw();
  const tick = async () => {
    if (request.status !== 'REQUEST_STATUS_PENDING' || (since += 1) % 2) return;
    [request, attested] = await read().catch(() => [request, attested]);
    if (request.status !== 'REQUEST_STATUS_PENDING') draw();
  };
  return { title: `Request ${id}`, tick, view: [h('p', { class: 'crumbs' }, h('a', { href: '#/works' }, 'Works'), ` / request ${id}`), h('h1', { class: 'quote' }, '“', said(prompt(request.input), 200), '”'), body] };
}
