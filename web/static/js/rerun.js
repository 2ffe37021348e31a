// "Re-run here": the model's runtime as WebAssembly runs the request again in this browser, and the
// hash it gets is put beside the chain's. The runner checks every file against the manifest root, so
// the server that sent them need not be trusted.
import { h, notice, say, section } from './dom.js';
import { count, safe } from './format.js';

const names = ['manifest', 'ir', 'tensors', 'weights', 'card.md'];

/** rerun is the panel; expected is the output root on chain, in hex. */
export function rerun({ config, root, input, seed, expected }) {
  const told = h('div', { 'aria-live': 'polite' });
  const button = h('button', { type: 'button', id: 'rerun' }, 'Re-run here');
  const missing = !config.runner ? 'This binary was built without the runner. Build it with make wasm, or run imod model run.' : !config.bundles ? 'This server has no model files. Start it beside a node, or run imod model run.' : !expected ? 'There is no result to compare with yet.' : '';
  button.disabled = Boolean(missing);
  if (missing) told.append(notice('', missing));
  button.addEventListener('click', async () => {
    button.disabled = true;
    const step = (text) => told.replaceChildren(h('p', { class: 'waiting' }, text));
    try {
      step('Fetching the model');
      const files = await fetchBundle(root);
      step('Running the model in this browser');
      const got = await run(files, root, input, seed);
      told.replaceChildren(...compare(got, expected));
      say(got.outputRoot === expected ? 'The hashes are equal' : 'The hashes differ');
    } catch (error) {
      told.replaceChildren(notice('bad', `It could not be run: ${safe(error.message || error, 240)}`, 'Reload the page and try again, or use imod model run.'));
    }
    button.disabled = false;
  });
  return section('Check it yourself', h('div', { class: 'card' },
    h('p', {}, 'Your browser fetches the model, checks its files against the root on chain, runs it on the same prompt and seed, and compares.'), button, told));
}

async function fetchBundle(root) {
  const files = await Promise.all(names.map(async (name) => {
    const answer = await fetch(`bundle/${root}/${name}`);
    if (!answer.ok) throw new Error(`the server has no file ${name} of this model (${answer.status})`);
    return [name, new Uint8Array(await answer.arrayBuffer())];
  }));
  return Object.fromEntries(files);
}

/** run starts a worker of its own, so that a model that blocks or dies takes nothing with it. */
function run(files, root, input, seed) {
  const worker = new Worker(new URL('rerun-worker.js', import.meta.url));
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => (data.error ? reject(new Error(data.error)) : resolve(data));
    worker.onerror = (event) => reject(new Error(event.message || 'the runner could not be loaded'));
    worker.postMessage({ files, root, input, seed: String(seed) });
  }).finally(() => worker.terminate());
}

function compare(got, expected) {
  const equal = got.outputRoot === expected, kind = equal ? 'good' : 'bad';
  const side = (title, value) => h('div', { class: `hash ${kind}` }, h('h3', {}, title), h('code', {}, value));
  let view = null;
  if (/^image\/(png|jpeg|webp)$/.test(got.mediaType)) {
    const url = URL.createObjectURL(new Blob([got.display], { type: got.mediaType }));
    const image = h('img', { src: url, alt: 'what this browser made', width: 256, height: 256 });
    image.addEventListener('load', () => URL.revokeObjectURL(url));
    view = h('div', { class: 'frame' }, image);
  } else {
    view = h('pre', { class: 'text' }, safe(new TextDecoder().decode(got.display), 2000));
  }
  return [h('div', { class: 'hashes' }, side('Hash on the chain', expected), side('Hash made here', got.outputRoot)),
    notice(kind, equal ? `✓ Equal. This browser made the same result in ${count(Math.round(got.milliseconds))} ms.` : '✗ Not equal. What the chain records did not come from this model, this prompt and this seed.'), h('div', { class: 'picture' }, view)];
}
