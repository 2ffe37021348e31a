// The connect buttons and who is connected.
import { h, hash, notice, say } from '../dom.js';
import { safe } from '../format.js';
import * as ethereum from './ethereum.js';
import * as keplr from './keplr.js';
import { explain } from './problem.js';

let signer = null;
let corner = null;
let config = null;

/** current is the connected signer or null. */
export const current = () => signer;

export function attach(element, settings) {
  corner = element;
  config = settings;
  draw();
}

addEventListener('wallet:changed', () => set(null));

function set(next) {
  signer = next;
  draw();
  say(next ? `${next.name} is connected` : 'No wallet is connected');
  dispatchEvent(new Event('wallet'));
}

function draw() {
  if (signer) {
    corner.replaceChildren(h('span', { class: 'who' }, safe(signer.name, 24), h('br'), hash(signer.address, 8, 5)),
      h('button', { type: 'button', class: 'plain', onclick: () => set(null) }, 'Disconnect'));
    return;
  }
  corner.replaceChildren(h('button', { type: 'button', onclick: choose }, 'Connect a wallet'));
}

/** choose opens the list of wallets of this browser; it resolves when one is connected or none chosen. */
export function choose() {
  const list = h('div', { class: 'list' }), told = h('div', {});
  const box = h('dialog', { 'aria-labelledby': 'choose' }, h('h2', { id: 'choose' }, 'Connect a wallet'),
    h('p', {}, 'The wallet is asked to add this network. It signs; these pages never see a key.'), list, told,
    h('div', { class: 'row' }, h('button', { type: 'button', class: 'plain', onclick: () => box.close() }, 'Close')));
  const entry = (name, icon, connect) => h('button', {
    type: 'button', class: 'plain', onclick: async (event) => {
      event.currentTarget.disabled = true;
      told.replaceChildren(notice('', `Waiting for ${safe(name, 24)}: look at its window.`));
      try {
        set(await connect());
        box.close();
      } catch (error) {
        const problem = explain(error);
        told.replaceChildren(notice('bad', problem.message, problem.advice));
      }
      list.querySelectorAll('button').forEach((b) => { b.disabled = false; });
    },
  }, icon && /^data:image\/(png|svg\+xml|webp|jpeg)[;,]/.test(icon) ? h('img', { src: icon, alt: '' }) : null, safe(name, 40));
  document.body.append(box);
  box.addEventListener('close', () => box.remove());
  box.showModal();
  ethereum.wallets().then((wallets) => {
    if (keplr.available()) list.append(entry('Keplr', null, () => keplr.connect(config)));
    wallets.forEach((w) => list.append(entry(w.name, w.icon, () => ethereum.connect(w, config))));
    if (!list.children.length) {
      list.append(notice('warn', 'This browser has no wallet that the page can see.', 'Install Keplr or MetaMask and reload. Reading needs none, and the command line signs too: imod tx --help.'));
    }
    list.querySelector('button')?.focus();
  });
}
