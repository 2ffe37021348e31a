// The shell: routes, ribbon, wallet, errors.
import { ChainError, get, head, maybe } from './api.js';
import { h, notice, say } from './dom.js';
import { count, safe, setDenom } from './format.js';
import { attach } from './wallet/connect.js';

const routes = [
  [/^$/, () => import('./pages/home.js'), 0],
  [/^model\/(\d{1,20})$/, () => import('./pages/model.js'), 0],
  [/^offering\/(\d{1,20})$/, () => import('./pages/offering.js'), 0],
  [/^income\/(\d{1,20})$/, () => import('./pages/income.js'), 0],
  [/^works$/, () => import('./pages/works.js'), 1],
  [/^work\/(\d{1,20})\/([0-9a-f]{64})$/, () => import('./pages/work.js'), 1],
  [/^request\/(\d{1,20})$/, () => import('./pages/request.js'), 1],
  [/^validators$/, () => import('./pages/validators.js'), 2],
  [/^solvency$/, () => import('./pages/solvency.js'), 3],
];

const main = document.getElementById('main');
let turn = 0;
let shown = null;
let config = null;

/** show draws the page of the address bar; a newer call makes older ones void. */
async function show(first) {
  const mine = ++turn;
  const path = location.hash.replace(/^#\/?/, '').replace(/\/$/, '');
  const route = routes.find(([pattern]) => pattern.test(path));
  document.querySelectorAll('.top nav a').forEach((a, i) => {
    if (route && i === route[2]) a.setAttribute('aria-current', 'page');
    else a.removeAttribute('aria-current');
  });
  if (!first) main.setAttribute('aria-busy', 'true');
  let page;
  try {
    if (!route) throw new ChainError('absent', 'There is no such page.');
    config ??= await configure();
    const [, ...params] = route[0].exec(path);
    const [module] = await Promise.all([route[1](), head().then(showHead)]);
    page = await module.page(params, config);
  } catch (error) {
    page = { title: 'Something is wrong', view: [failed(error)] };
  }
  if (mine !== turn) return;
  shown = page;
  main.removeAttribute('aria-busy');
  document.title = `${page.title} · IMO`;
  main.replaceChildren(...page.view.flat(Infinity).filter(Boolean));
  say(page.title);
  if (!first) {
    scrollTo(0, 0);
    main.focus({ preventScroll: true });
  }
  if (page.tick) {
    const timer = setInterval(() => (mine === turn ? page.tick() : clearInterval(timer)), 1000);
  }
}

function failed(error) {
  const known = error instanceof ChainError;
  const title = !known ? 'This page has a fault.' : error.kind === 'down' ? 'The node does not answer.' : error.kind === 'absent' ? 'The chain has no such thing.' : 'The node refused the question.';
  return h('div', { class: 'card' }, h('h1', {}, title),
    notice('bad', safe(error.message, 300)),
    h('p', { class: 'hint' }, (known && error.advice) || (error.kind === 'absent' ? 'Check the number in the address, or begin with the list of models.' : 'Try again; if it stays, look at the log of the node.')),
    h('div', { class: 'row' }, h('button', { type: 'button', onclick: () => show() }, 'Try again'), h('a', { class: 'button plain', href: '#/' }, 'All models')));
}

async function configure() {
  const loaded = await get('config.json');
  setDenom(loaded);
  loaded.keplr.rest = location.origin;
  attach(document.getElementById('wallet'), loaded);
  return loaded;
}

function showHead(at) {
  document.getElementById('head').textContent = `${config ? config.chainId : ''}, block ${count(at.height)}`;
}

const kinds = {
  NETWORK_KIND_LOCAL: ['LOCAL', 'a network on this machine; its coins are worth nothing'],
  NETWORK_KIND_TEST: ['TEST', 'a test network; its coins are worth nothing'],
  NETWORK_KIND_MAIN: ['MAIN', 'real coins; what you sign is final'],
};

async function ribbon() {
  const answer = await maybe('/imod/imo/v1/network').catch(() => null);
  const kind = kinds[answer?.network_kind || answer?.kind];
  if (!kind) return;
  const box = document.getElementById('ribbon');
  box.textContent = `${kind[0]} · ${kind[1]}`;
  box.classList.toggle('main', kind[0] === 'MAIN');
  box.hidden = false;
}

addEventListener('hashchange', () => show());
// A page redraws only what depends on the account: what somebody typed stays.
addEventListener('wallet', () => shown?.wallet?.());
show(true).then(ribbon);
