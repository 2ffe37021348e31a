// One offering: the book, the price now, the terms, my part, and bidding.
import { checkable, read, root } from '../allowance.js';
import { all, get, head, maybe, now } from '../api.js';
import { bars } from '../charts.js';
import { h, hash, meter, notice, pairs, said, section, table, tag, terms } from '../dom.js';
import { csv, save } from '../history.js';
import { market } from '../market.js';
import { baseDenom, coin, count, parseUnits, percent, safe, span, time, unit, units, word } from '../format.js';
import { current } from '../wallet/connect.js';
import { signing, wrong } from '../wallet/sign.js';

const kindBatch = 'OFFERING_KIND_BATCH';
const load = (id) => Promise.all([get(`/imod/imo/v1/offerings/${id}`), get(`/imod/imo/v1/offerings/${id}/clearing`), all(`/imod/imo/v1/offerings/${id}/bids`, 'bids', 200)]);

export async function page([id], config) {
  const [{ offering, terms: t }, clearing, bids] = await load(id);
  const { model } = await get(`/imod/imo/v1/models/${offering.model_id}`);
  const clock = h('p', { class: 'clock' }), clockName = h('p', { class: 'hint' });
  const book = h('div', {}), mine = h('div', {});
  let state = offering, since = 0, busy = false;
  const draw = async (o, c, b) => {
    state = o;
    book.replaceChildren(...bookView(o, t, c, b));
    mine.replaceChildren(await allocation(id, o, t));
  };
  const refresh = async () => {
    if (busy) return;
    busy = true;
    await Promise.all([load(id), head()]).then(([[next, c, b]]) => draw(next.offering, c, b), () => {});
    busy = false;
  };
  const tick = () => {
    const [name, until] = phase(state, t);
    clockName.textContent = name;
    clock.textContent = until ? span((until - now()) / 1000) : word(state.status);
    if ((since += 1) % 4 === 0 && until && !mine.contains(document.activeElement)) refresh();
  };
  const traded = offering.status === 'OFFERING_STATUS_SUCCEEDED' && t.main_id === offering.id && t.liquidity_bps > 0; // else there is no pool to ask for
  const [trade] = await Promise.all([traded ? market(model.id, safe(t.token_symbol, 16)) : null, draw(offering, clearing, bids)]);
  tick();
  const open = offering.status === 'OFFERING_STATUS_OPEN';
  return {
    title: `Offering ${id}: ${safe(t.token_name, 40)}`, tick, wallet: refresh,
    view: [
      h('p', { class: 'crumbs' }, h('a', { href: '#/' }, 'Models'), ' / ', h('a', { href: `#/model/${model.id}` }, said(model.name, 40)), ` / offering ${id}`),
      h('div', { class: 'head' }, h('h1', {}, said(t.token_name, 60), ' (', said(t.token_symbol, 16), ')'), tag(offering.status)),
      h('p', { class: 'lead' }, `${units(sale(t))} tokens for sale, ${word(t.kind)}.`),
      h('div', { class: 'split' }, h('div', {}, book, trade, termsView(t, offering), risks()),
        h('div', { class: 'stack' }, h('div', { class: 'card' }, clockName, clock), open ? bidForm(id, offering, t, config.chainId, refresh) : null, mine)),
    ],
  };
}

const sale = (t) => (BigInt(t.total_supply.amount) * BigInt(t.sale_bps)) / 10000n;

function phase(o, t) {
  if (o.status === 'OFFERING_STATUS_SCHEDULED') return ['Begins in', new Date(t.start_time).getTime()];
  if (o.status === 'OFFERING_STATUS_OPEN') return ['Time left', new Date(o.end_time).getTime()];
  return ['State', o.status === 'OFFERING_STATUS_CLEARING' ? Date.now() : 0];
}

function bookView(o, t, c, bids) {
  const pay = (amount) => coin({ denom: t.payment_denom, amount });
  const ended = !['OFFERING_STATUS_SCHEDULED', 'OFFERING_STATUS_OPEN'].includes(o.status);
  const price = BigInt(c.price), ticks = [...c.book].sort((a, b) => (BigInt(a.price) < BigInt(b.price) ? -1 : 1));
  const columns = ticks.map((k) => ({ label: units(k.price, 18, 6), value: BigInt(k.deposited.amount), text: pay(k.deposited.amount), past: BigInt(k.price) < price }));
  const mark = price > 0n && ticks.length > 1 ? { index: ticks.findIndex((k) => BigInt(k.price) >= price), text: `${ended ? 'cleared at' : 'price now'} ${units(price, 18, 6)}` } : null;
  const soft = BigInt(t.soft_cap.amount), got = BigInt(c.proceeds.amount);
  return [section(ended ? 'Result' : 'Book now',
    h('div', { class: 'card' },
      terms('facts big', [ended ? 'Clearing price' : 'Price if it ended now', price > 0n ? `${units(price, 18, 6)} ${unit(t.payment_denom)}` : 'none yet'], ['Proceeds', pay(got)], ['Tokens sold', units(c.sold.amount)], ['Bids', count(o.bid_count)]),
      h('p', { class: 'hint' }, c.soft_cap_met ? `The soft cap of ${pay(soft)} is met.` : `${pay(got)} of the soft cap of ${pay(soft)}; below it everyone is refunded.`),
      meter(got, soft, `${pay(got)} of ${pay(soft)}`),
      ticks.length ? [ticks.length > 1 ? [h('p', { class: 'hint' }, `Deposits by highest price, ${unit(t.payment_denom)} a token`), bars('Order book: deposits by highest price', columns, mark)] : queue(bids, pay, soft),
        h('details', {}, h('summary', {}, 'The book as a table'), table('Bids by price', [
          [`Price, ${unit(t.payment_denom)}`, (k) => units(k.price, 18, 8), true], ['Deposited', (k) => pay(k.deposited.amount), true], ['Tokens', (k) => units(k.tokens.amount), true], ['Bids', (k) => count(k.bids), true],
        ], ticks))] : h('p', { class: 'hint' }, 'No bid yet.')))];
}

/** queue draws a book of one price: how the deposits grew with each bid, against the soft cap. */
function queue({ list, cut }, pay, soft) {
  let sum = 0n;
  const columns = list.map((b) => {
    sum += BigInt(b.amount.amount);
    return { label: `bid ${b.id}`, value: sum, text: pay(sum), past: sum < soft };
  });
  return [h('p', { class: 'hint' }, 'Deposits after each bid'), bars('Order book: deposits after each bid, against the soft cap', columns.slice(-60), null, { value: soft, text: `soft cap ${pay(soft)}` }),
    cut || columns.length > 60 ? h('p', { class: 'hint' }, 'Only the last of the bids that this page reads are drawn.') : null];
}

async function allocation(id, o, t) {
  const signer = current();
  const card = (...body) => h('div', { class: 'card' }, h('h2', {}, 'My part'), body);
  if (!signer) return card(h('p', { class: 'hint' }, 'Connect a wallet to see what you bid and get.'));
  const a = await maybe(`/imod/imo/v1/offerings/${id}/allocations/${signer.address}`);
  if (!a || a.allocation.deposited === '0') return card(h('p', { class: 'hint' }, 'This account has no bid here.'));
  const act = (label, what) => {
    const { button, panel } = signing(label, (s, p) => s[what]({ offeringId: id }, p), () => []);
    return [h('div', { class: 'row' }, button), panel];
  };
  const running = ['OFFERING_STATUS_OPEN', 'OFFERING_STATUS_CLEARING'].includes(o.status);
  const file = h('button', { class: 'plain', type: 'button' }, 'My history as CSV');
  file.addEventListener('click', async () => {
    file.disabled = true;
    await csv(signer.address).then((text) => save(`imo-${signer.address}.csv`, text), () => { file.textContent = 'The node has no history now'; });
    file.disabled = false;
  });
  return card(pairs(['Deposited', coin({ denom: t.payment_denom, amount: a.allocation.deposited })],
    [running ? 'Tokens if it ended now' : 'Tokens', units(a.expected_tokens.amount)], [running ? 'Cost if it ended now' : 'Paid', coin(a.expected_cost)], ['Collected', units(a.allocation.collected)],
    ['To collect', units(a.collectable.amount)], BigInt(a.locked.amount) > 0n ? ['Locked until the last release', units(a.locked.amount)] : null, ['To refund', coin(a.refundable)]),
  h('div', { class: 'row' }, file),
  BigInt(a.collectable.amount) > 0n ? act('Collect my tokens', 'collect') : null, BigInt(a.refundable.amount) > 0n ? act('Take my refund', 'refund') : null,
  o.status === 'OFFERING_STATUS_SUCCEEDED' ? h('p', { class: 'hint' }, 'Tokens earn from settlement on, collected or not. ', h('a', { href: `#/income/${o.model_id}` }, 'My income')) : null);
}

function bidForm(id, o, t, chainId, changed) {
  const name = unit(t.payment_denom), least = BigInt(t.min_bid.amount), cap = BigInt(t.owner_cap.amount);
  const amount = h('input', { id: 'amount', inputmode: 'decimal', autocomplete: 'off', placeholder: units(least), 'aria-describedby': 'least' });
  const price = t.kind === kindBatch ? h('input', { id: 'price', inputmode: 'decimal', autocomplete: 'off', value: units(t.price, 18, 18).replace(/,/g, '') }) : null;
  const agree = h('input', { type: 'checkbox', id: 'agree' });
  const listed = t.allow_root ? h('textarea', { id: 'allowance', rows: 3, spellcheck: 'false', placeholder: '{"cap":"…","proof":["…"]}', 'aria-describedby': 'listed' }) : null;
  const { button, panel } = signing('Bid', async (signer, progress) => {
    const sum = parseUnits(amount.value);
    if (sum === null || sum === 0n) throw wrong(amount, 'The amount is not a number.', `Write it as 12.5, in ${name}.`);
    if (sum < least) throw wrong(amount, `The amount is below the least bid of ${units(least)} ${name}.`, 'Enter at least that.');
    if (cap > 0n && sum > cap) throw wrong(amount, `One owner may bid ${units(cap)} ${name} at most.`, 'Enter less.');
    const limit = price ? parseUnits(price.value) : BigInt(t.price);
    if (limit === null || limit < BigInt(t.price)) throw wrong(price, `The highest price must be at least ${units(t.price, 18, 8)} ${name} a token.`, 'Enter the most that you would pay for one token.');
    if (signer.kind === 'ethereum' && t.payment_denom !== baseDenom()) throw wrong(amount, `This offering is paid in ${name}, which an Ethereum wallet cannot send here.`, 'Connect Keplr.');
    const allowance = listed ? await allowed(listed, signer, [chainId, id, t.allow_root], sum) : null;
    if (!agree.checked) throw wrong(agree, 'You have not agreed to the terms.', 'Read them, then tick the box: your bid signs their hash.');
    return signer.bid({ offeringId: id, amount: sum, denom: t.payment_denom, maxPrice: limit, termsHash: o.terms_hash, allowance }, progress);
  }, () => { changed(); return [h('p', {}, `Your bid of ${amount.value} ${name} stands. You can cancel it until ${time(t.cancel_deadline)}.`)]; });
  return h('div', { class: 'card' }, h('h2', {}, 'Bid'),
    h('label', { for: 'amount' }, `Amount, ${name}`), amount,
    h('p', { id: 'least', class: 'hint' }, `At least ${units(least)}${cap > 0n ? `, at most ${units(cap)} for one owner` : ''}.`),
    price ? [h('label', { for: 'price' }, `Highest price, ${name} a token`), price, h('p', { class: 'hint' }, 'You pay the clearing price, never more than this.')] : h('p', { class: 'hint' }, `Price ${units(t.price, 18, 8)} ${name} a token.`),
    listed ? [h('label', { for: 'allowance' }, 'My place on the list'), listed, h('p', { id: 'listed', class: 'hint' }, 'Only accounts on a list may bid here. The creator gave each of them a text like this.')] : null,
    h('label', { class: 'check', for: 'agree' }, agree, h('span', {}, 'I read the terms. My bid signs their hash ', hash(o.terms_hash, 8, 4), '.')),
    h('div', { class: 'row' }, button), panel);
}

/** allowed reads the place on the list and holds it to the list's root for the account that signs. */
async function allowed(field, signer, [chainId, id, list], sum) {
  const allowance = read(field.value);
  if (!allowance) throw wrong(field, 'The place on the list cannot be read.', 'Copy it as the creator gave it: {"cap":"…","proof":["…"]}.');
  if (checkable() && await root(allowance, chainId, id, signer.hex) !== list) throw wrong(field, 'The place on the list is not that of this account.', 'Connect the account that the creator listed, or ask for its text.');
  if (sum > allowance.cap) throw wrong(field, `The list allows this account ${units(allowance.cap)}.`, 'Bid less.');
  return allowance;
}

function termsView(t, o) {
  const days = (text) => span(parseFloat(text));
  return section('Terms', h('div', { class: 'card' }, pairs(
    ['Terms hash', h('code', {}, o.terms_hash)], ['Kind', word(t.kind)], ['Supply', `${units(t.total_supply.amount)}: ${percent(t.sale_bps)} sold, ${percent(t.contributors_bps)} contributors, ${percent(t.liquidity_bps)} liquidity, ${percent(t.treasury_bps)} treasury`],
    ['Least price', `${units(t.price, 18, 8)} ${unit(t.payment_denom)} a token`], ['Hard cap', coin(t.hard_cap)],
    t.tick_bps ? ['Prices', `ticks of ${percent(t.tick_bps)}; a late bid that moves the price extends the end by ${span(parseFloat(t.late_window))}, at most ${t.max_extensions} times (${o.extensions} so far)`] : null,
    t.allow_root ? ['Who may bid', ['accounts on the list with root ', h('code', {}, safe(t.allow_root, 64))]] : null,
    t.lots.length ? ['Earlier rounds', t.lots.map((l, i) => h('div', {}, h('a', { href: `#/offering/${BigInt(t.main_id) + BigInt(i) + 1n}` }, `${percent(l.sale_bps)} at ${units(l.price, 18, 8)} ${unit(t.payment_denom)}`), ' locked until the last release'))] : null,
    t.main_id === o.id ? null : ['Round of', h('a', { href: `#/offering/${t.main_id}` }, `offering ${t.main_id}, which decides it`)], ['Soft cap', coin(t.soft_cap)], ['Begins', time(t.start_time)], ['Ends', time(o.end_time)], ['Bids can be cancelled until', time(t.cancel_deadline)],
    ['Proceeds are released', t.tranches.map((r) => h('div', {}, `${percent(r.bps)} on ${time(r.release_time)}`))], ['Exit before each release', days(t.exit_window)],
    ['Contributors’ tokens', `${days(t.vesting_cliff)} cliff, then over ${days(t.vesting_duration)}`], ['Price of a request', `${coin(t.min_request_price)} to ${coin(t.max_request_price)}`],
    ['Protocol takes', `${percent(t.income_protocol_bps)} of income, ${percent(t.proceeds_protocol_bps)} of proceeds`], ['Model files', h('code', {}, t.manifest_root)], ['Disclosure hash', h('code', {}, safe(t.disclosure_hash, 80))])));
}

function risks() {
  return section('Risks', notice('warn', 'You can lose everything that you pay.'), h('ul', { class: 'plainlist' }, [
    'The token gives a share of what the model earns on this chain. It gives no ownership of a company, no vote over the builder, and no claim to earnings elsewhere.',
    'A reproduced model is complete and deterministic. Nobody checked that it is good, original, lawful or wanted; it may never earn anything.',
    'There may be no buyer when you want to sell. Until a tranche is released you can burn tokens for your part of the unreleased proceeds, and that part shrinks with each release.',
    'Keys cannot be restored. A lost key loses its tokens and its income.',
    'The chain’s software is young: an error in it can cost what it holds.',
  ].map((x) => h('li', {}, x))));
}
