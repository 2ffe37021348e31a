// The form that asks a model something and pays for it.
import { get } from '../api.js';
import { h } from '../dom.js';
import { coin, count } from '../format.js';
import { signing, wrong } from '../wallet/sign.js';

const most = 2n ** 64n;
const bytes = new TextEncoder();

export function requestForm(model, version) {
  const text = h('textarea', { id: 'prompt', maxlength: version.max_input_bytes, required: true, 'aria-describedby': 'public', placeholder: 'a red fish on a blue ground' });
  const seed = h('input', { id: 'seed', inputmode: 'numeric', value: crypto.getRandomValues(new Uint32Array(1))[0], 'aria-describedby': 'seedhint' });
  const cost = h('p', { class: 'hint', 'aria-live': 'polite' });
  const estimate = (input) => get(`/imod/oracle/v1/estimate_fee?model_id=${model.id}&version=${version.version}&input_bytes=${input.length}`);
  estimate(bytes.encode(text.placeholder)).then((fee) => { cost.textContent = `${coin(fee.model_price)} for the model and about ${coin(fee.network_fee, 6)} for the validators. What is not used comes back.`; }, () => {});
  const { button, panel } = signing('Ask and pay', async (signer, progress) => {
    const input = bytes.encode(text.value.trim());
    if (!input.length) throw wrong(text, 'There is no prompt.', 'Write what the model shall do.');
    if (input.length > version.max_input_bytes) throw wrong(text, `The prompt has ${count(input.length)} bytes; this model takes ${count(version.max_input_bytes)}.`, 'Shorten it.');
    if (!/^\d{1,20}$/.test(seed.value.trim()) || BigInt(seed.value.trim()) >= most) throw wrong(seed, 'The seed is not a number from 0 to 2^64 − 1.', 'Enter another, or reload for a random one.');
    const fee = await estimate(input);
    return signer.request({ modelId: model.id, version: version.version, input, seed: BigInt(seed.value.trim()), fee: BigInt(fee.network_fee.amount) + BigInt(fee.model_price.amount) }, progress);
  }, (result) => [h('p', {}, 'The validators are running the model now. ', result.requestId ? h('a', { href: `#/request/${result.requestId}` }, `Watch request ${result.requestId}`) : 'Its page appears with the next blocks.')]);
  return h('div', { class: 'card' }, h('h2', {}, 'Ask the model'),
    h('label', { for: 'prompt' }, 'Prompt'), text,
    h('p', { id: 'public', class: 'notice warn' }, 'Prompts are public for ever: everyone can read them, and nobody can remove them. Write nothing private.'),
    h('label', { for: 'seed' }, 'Seed'), seed, h('p', { id: 'seedhint', class: 'hint' }, 'The same prompt and seed give the same result, on every machine.'),
    cost, h('div', { class: 'row' }, button), panel);
}
