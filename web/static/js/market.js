// The market of a model's token: reserves, price, a quote and a swap.
import { get, maybe, now } from './api.js';
import { h, pairs, section, terms } from './dom.js';
import { baseDenom, coin, parseUnits, percent, unit, units } from './format.js';
import { signing, wrong } from './wallet/sign.js';

const quoteAfter = 300; // ms without a key
const patience = 120; // seconds that a signed swap stays good
const slack = 100n; // parts of 10,000 that a swap may pay less than its quote

const path = (model) => `/imod/imo/v1/pools/${model}`;
const quoteOf = (model, give) => get(`${path(model)}/quote/${encodeURIComponent(`${give.amount}${give.denom}`)}`);

/** market is the panel of a pool, null for a token without one. */
export async function market(model, symbol) {
  const first = await maybe(path(model));
  if (!first) return null;
  const facts = h('div', {});
  const draw = ({ pool, price, average_price: mean }) => {
    const name = unit(pool.payment.denom);
    facts.replaceChildren(
      terms('facts big', ['Price now', `${units(price.amount, 18, 6)} ${name}`], ['Mean of half an hour', `${units(mean.amount, 18, 6)} ${name}`]),
      pairs(['Reserves', `${units(pool.tokens.amount)} ${symbol} and ${coin(pool.payment)}`], ['Fee of a swap', percent(pool.fee_bps)]));
  };
  draw(first);
  return section('Market', h('div', { class: 'card' }, facts,
    h('p', { class: 'hint' }, 'The first liquidity is locked for ever. A large swap moves the price against you, more so in a small pool.'),
    swapForm(first.pool, symbol, () => get(path(model)).then(draw, () => {}))));
}

function swapForm(pool, symbol, changed) {
  const name = unit(pool.payment.denom);
  const side = h('select', { id: 'side' }, h('option', { value: 'buy' }, `Buy ${symbol} for ${name}`), h('option', { value: 'sell' }, `Sell ${symbol} for ${name}`));
  const amount = h('input', { id: 'swap-amount', inputmode: 'decimal', autocomplete: 'off', placeholder: '1', 'aria-describedby': 'quote' });
  const label = h('label', { for: 'swap-amount' });
  const quote = h('p', { id: 'quote', class: 'hint', 'aria-live': 'polite' });
  const buying = () => side.value === 'buy';
  const give = () => ({ amount: parseUnits(amount.value), denom: buying() ? pool.payment.denom : pool.tokens.denom });
  const got = (c) => (buying() ? `${units(c.amount, 18, 6)} ${symbol}` : coin(c, 6));
  const least = (c) => (BigInt(c.amount) * (10000n - slack)) / 10000n;

  let asked = 0, timer = 0;
  const ask = async () => {
    const mine = (asked += 1), offer = give();
    if (!offer.amount) {
      quote.textContent = `At least ${percent(10000 - Number(slack))} of what is quoted comes back, or nothing happens.`;
      return;
    }
    const text = await quoteOf(pool.model_id, offer).then(
      (q) => `You get ${got(q.amount_out)} now, at least ${got({ ...q.amount_out, amount: least(q.amount_out) })}; the price is ${units(q.price.amount, 18, 6)} ${name} afterwards.`,
      (problem) => problem.message);
    if (mine === asked) quote.textContent = text;
  };
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(ask, quoteAfter);
  };
  const turn = () => {
    label.textContent = `Amount to give, ${buying() ? name : symbol}`;
    ask();
  };
  amount.addEventListener('input', later);
  side.addEventListener('change', turn);
  turn();

  const { button, panel } = signing('Swap', async (signer, progress) => {
    const offer = give();
    if (!offer.amount) throw wrong(amount, 'The amount is not a number.', `Write it as 12.5, in ${buying() ? name : symbol}.`);
    if (signer.kind === 'ethereum' && buying() && pool.payment.denom !== baseDenom()) throw wrong(amount, `This market is in ${name}, which an Ethereum wallet cannot send here.`, 'Connect Keplr.');
    const { amount_out: out } = await quoteOf(pool.model_id, offer);
    return signer.swap({
      modelId: pool.model_id, buy: buying(), give: offer, least: { denom: out.denom, amount: least(out) }, deadline: BigInt(Math.ceil(now() / 1000) + patience),
    }, progress);
  }, () => { changed(); return [h('p', {}, `You gave ${amount.value} ${buying() ? name : symbol}.`)]; });
  return h('div', {}, h('label', { for: 'side' }, 'Swap'), side, label, amount, quote, h('div', { class: 'row' }, button), panel);
}
