// Where every coin of a model came from and went, what that is per day, and claiming.
import { all, events, get, maybe, now, transactions } from '../api.js';
import { bars, flow } from '../charts.js';
import { h, hash, notice, said, section, table, terms } from '../dom.js';
import { baseDenom, coin, count, native, safe, span, units, word } from '../format.js';
import { current } from '../wallet/connect.js';
import { signing } from '../wallet/sign.js';

const day = 86400000;
// A ratio of price to earnings from fewer days would be noise dressed as a figure.
const leastDays = 7;
const of = (c) => (c?.denom === baseDenom() ? BigInt(c.amount) : 0n);
const sum = (list, part) => list.reduce((total, x) => total + part(x), 0n);

export async function page([id]) {
  const { model } = await get(`/imod/imo/v1/models/${id}`);
  const heading = [h('p', { class: 'crumbs' }, h('a', { href: '#/' }, 'Models'), ' / ', h('a', { href: `#/model/${id}` }, said(model.name, 40)), ' / income'), h('h1', {}, 'Income of ', said(model.name, 60))];
  const pool = model.token_denom ? await maybe(`/imod/revshare/v1/pools/${model.token_denom}`) : null;
  if (!pool) return { title: 'Income', view: [...heading, notice('', 'This model has no token yet, so it shares no income. Its contributors are paid directly.')] };
  const denom = model.token_denom;
  const [earned, books, paid, split, sold] = await Promise.all([
    get(`/imod/revshare/v1/pools/${denom}/earnings`), get(`/imod/revshare/v1/pools/${denom}/solvency`), transactions('imod.oracle.v1.EventRequestCreated', 'model_id', id, 500), royalties(id),
    model.sold_offering_id !== '0' ? get(`/imod/imo/v1/offerings/${model.sold_offering_id}`) : null,
  ]);
  const requests = paid.list.flatMap((tx) => events(tx, 'imod.oracle.v1.EventRequestCreated').filter((e) => String(e.model_id) === id).map((e) => ({ at: Date.parse(tx.timestamp), fee: of(e.network_fee), price: of(e.model_price) })));
  const kept = (amount) => amount - (amount * BigInt(model.income_protocol_bps)) / 10000n;
  const book = books.pools[0]?.denoms.find((d) => d.denom === baseDenom());
  const total = BigInt(earned.earnings.find((e) => e.denom === baseDenom())?.total || 0);
  const partial = paid.cut || split.cut, untold = paid.untold || split.untold;
  const own = h('div', {});
  const wallet = async () => own.replaceChildren(await mine(id, denom));
  await wallet();
  return {
    wallet, title: `Income of ${safe(model.name, 40)}`,
    view: [
      ...heading,
      h('p', { class: 'lead' }, `Everything that ${safe(denom, 40)} earned, to the last unit.`),
      h('div', { class: 'split' },
        h('div', {},
          section('Where every coin came from and went', h('div', { class: 'card' }, book ? picture(requests, split.list, earned, book, kept) : h('p', {}, 'No income yet.'), untold ? notice('warn', 'This node keeps no index of transactions: only the pool’s own books are drawn.') : null,
            partial ? notice('warn', 'The model was used more often than this page reads. The part left of the pool is of the newest transactions only; the pool’s own books are complete.') : null), sources(earned)),
          section('Revenue per day', h('div', { class: 'card' }, untold ? notice('', 'This node does not tell it: it keeps no index of transactions.') : perDay(requests, split.list, kept, total, partial)))),
        h('div', { class: 'stack' }, own, worth(total, pool.pool, sold))),
    ],
  };
}

/** royalties are the splits of every sale and mint of the model's collections. */
async function royalties(id) {
  const { list } = await all(`/imod/aigc/v1/collections?model_id=${id}`, 'collections', 20);
  const found = await Promise.all(list.map(async (c) => ({ id: c.collection.id, ...await transactions('imod.aigc.v1.EventPaymentSplit', 'collection_id', c.collection.id, 300) })));
  return {
    list: found.flatMap((f) => f.list.flatMap((tx) => events(tx, 'imod.aigc.v1.EventPaymentSplit').filter((e) => String(e.collection_id) === f.id)
      .map((e) => ({ at: Date.parse(tx.timestamp), price: of(e.price), pool: of(e.pool_part), protocol: of(e.protocol_part), rest: of(e.seller_part) + of(e.creator_part) })))),
    cut: found.some((f) => f.cut), untold: found.some((f) => f.untold),
  };
}

function picture(requests, splits, earned, book, kept) {
  const bySource = earned.earnings.find((e) => e.denom === baseDenom())?.by_source || [];
  const source = (kind) => BigInt(bySource.find((x) => x.kind === kind)?.amount || 0);
  const asked = { fees: sum(requests, (r) => r.fee), prices: sum(requests, (r) => r.price) };
  const fromRequests = source('SOURCE_KIND_INFERENCE'), fromWorks = source('SOURCE_KIND_ROYALTY');
  const cutOfRequests = asked.prices - sum(requests, (r) => kept(r.price));
  const cutOfWorks = sum(splits, (x) => x.protocol + x.pool - kept(x.pool));
  const owed = BigInt(book.deposited) - BigInt(book.paid) - BigInt(book.pending);
  const link = (from, to, value, tone) => ({ from, to, value, tone, text: native(value) });
  const links = [
    link('requests', 'pool', fromRequests), link('requests', 'validators', asked.fees), link('requests', 'protocol', cutOfRequests),
    link('works', 'pool', fromWorks), link('works', 'sellers', sum(splits, (x) => x.rest)), link('works', 'protocol', cutOfWorks),
    ...bySource.filter((x) => !['SOURCE_KIND_INFERENCE', 'SOURCE_KIND_ROYALTY'].includes(x.kind)).map((x) => link(x.kind, 'pool', BigInt(x.amount))),
    link('pool', 'claimed', BigInt(book.paid)), link('pool', 'ready', owed), link('pool', 'later', BigInt(book.pending)), link('pool', 'held', BigInt(book.held)),
  ];
  const flows = (id) => links.filter((l) => l.from === id || l.to === id);
  const text = (id) => { const into = sum(flows(id).filter((l) => l.to === id), (l) => l.value), out = sum(flows(id).filter((l) => l.from === id), (l) => l.value); return dusty(into > out ? into : out); };
  const node = (id, name, column, tone) => ({ id, name, column, tone, text: text(id) });
  const nodes = [
    node('requests', 'Requests', 0, 1), node('works', 'Works minted and sold', 0, 2), ...bySource.filter((x) => !['SOURCE_KIND_INFERENCE', 'SOURCE_KIND_ROYALTY'].includes(x.kind)).map((x) => node(x.kind, word(x.kind), 0, 6)),
    node('pool', 'Pool of the holders', 1, 1), node('validators', 'Validators', 1, 3), node('protocol', 'Protocol', 1, 5), node('sellers', 'Sellers, creators', 1, 4),
    node('claimed', 'Claimed', 2, 6), node('ready', 'Ready to claim', 2, 1), node('later', 'Shared soon', 2, 4), node('held', 'Held back', 2, 5),
  ];
  const name = (id) => nodes.find((n) => n.id === id).name;
  return [flow('Flow of income from its sources to its recipients; the same figures follow as a table', nodes, links),
    h('details', {}, h('summary', {}, 'The flow as a table'), table('Every flow', [['From', (l) => name(l.from)], ['To', (l) => name(l.to)], ['Amount', (l) => l.text, true]], links.filter((l) => l.value > 0n)))];
}

// dusty keeps the rounding dust of a division from filling the picture; the table has every digit.
const dusty = (amount) => (amount > 0n && amount < 10n ** 14n ? `under ${native(10n ** 14n)}` : native(amount));

function sources(earned) {
  const rows = earned.earnings.flatMap((e) => e.by_source.map((x) => ({ denom: e.denom, ...x })));
  return h('details', {}, h('summary', {}, 'What the pool took in, by source'), table('Deposits into the pool since it exists', [['Source', (r) => word(r.kind)], ['Amount', (r) => coin(r), true]], rows));
}

function perDay(requests, splits, kept, total, partial) {
  const income = [...requests.map((r) => [r.at, kept(r.price)]), ...splits.map((x) => [x.at, kept(x.pool)])];
  const today = Math.floor(now() / day);
  const first = Math.min(today - 6, ...income.map(([at]) => Math.floor(at / day)));
  const days = Array.from({ length: Math.min(30, today - first + 1) }, (_, i) => today - i).reverse();
  const label = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', timeZone: 'UTC' });
  const columns = days.map((d) => {
    const value = sum(income.filter(([at]) => Math.floor(at / day) === d), ([, v]) => v);
    return { label: label.format(d * day), value, text: value > 0n ? native(value, 3) : '' };
  });
  const gap = total - sum(income, ([, v]) => v);
  return [bars('Revenue of the holders per day', columns),
    h('p', { class: 'hint' }, 'Model prices and royalties after the protocol’s part, by the day (UTC) of the paying transaction. A request that expires is refunded and was never income.'),
    gap !== 0n && !partial ? h('p', { class: 'hint' }, `The pool’s books differ from the sum of the days by ${native(gap)}: deposits of another kind, requests still open or expired, or income from before the token was sold.`) : null];
}

function worth(total, pool, sold) {
  const price = BigInt(sold?.offering.clearing_price || 0);
  if (price === 0n) return h('div', { class: 'card' }, h('h2', {}, 'Price to earnings'), h('p', { class: 'hint' }, 'No token was sold yet, so there is no price.'));
  const supply = BigInt(pool.eligible), value = (price * supply) / 10n ** 18n;
  const age = now() - new Date(sold.offering.settled_time).getTime();
  const yearly = age > 0 ? (total * BigInt(365 * day)) / BigInt(Math.round(age)) : 0n;
  const ratio = (a, b) => (b > 0n ? `${units((a * 10n ** 18n) / b, 18, 1)}` : 'no earnings');
  return h('div', { class: 'card' }, h('h2', {}, 'Price to earnings'),
    terms('facts', ['At the sale’s price, all earning tokens', native(value)], ['Earned since the sale', native(total)], ['Earning tokens', units(supply)], ['Since', span(age / 1000)]),
    age >= leastDays * day ? h('p', {}, h('strong', {}, ratio(value, yearly)), ' times a year’s earnings at the pace since the sale.')
      : h('p', {}, h('strong', {}, ratio(value, total)), ` times everything earned so far. A yearly figure needs ${leastDays} days of income: from ${span(age / 1000)} it would be a guess.`),
    h('p', { class: 'hint' }, 'The sale’s price is not a market price, and past income says little about future income.'));
}

async function mine(id, denom) {
  const signer = current();
  const card = (...body) => h('div', { class: 'card' }, h('h2', {}, 'My income'), body);
  if (!signer) return card(h('p', { class: 'hint' }, 'Connect a wallet to see and claim what is yours.'));
  const due = await get(`/imod/revshare/v1/pools/${denom}/claimable/${signer.address}`);
  const amounts = due.amount.filter((c) => BigInt(c.amount) > 0n);
  const { button, panel } = signing('Claim', (s, p) => s.claim({ denom, modelId: id, upTo: due.settled }, p), () => [h('p', {}, 'Your income is in your account.')]);
  button.disabled = !amounts.length;
  return card(terms('facts big', ['To claim now', amounts.map((c) => coin(c, 6)).join(', ') || 'nothing']),
    h('p', { class: 'hint' }, `Up to epoch ${count(due.settled)}. Account `, hash(signer.address), '. Whatever you do not claim stays yours.'), h('div', { class: 'row' }, button), panel);
}

