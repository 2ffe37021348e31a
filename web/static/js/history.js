// A holder's history as a file: standing bids from the state, what was paid and handed out from transactions.
import { all, events, transactions } from './api.js';

const column = ['time', 'height', 'transaction', 'what', 'offering', 'bid', 'in', 'out'];
// Typed events of x/imo that name the holder: event, attribute, word, what came in and what went out.
const kinds = [
  ['EventBidPlaced', 'owner', 'bid', null, 'amount'],
  ['EventBidCancelled', 'owner', 'cancel', 'refund', null],
  ['EventRefundCollected', 'owner', 'refund', 'refund', null],
  ['EventAllocationCollected', 'owner', 'collect', 'bought', null],
  ['EventExited', 'holder', 'exit', 'payout', 'burnt'],
  ['EventSwapped', 'sender', 'swap', 'amount_out', 'amount_in'],
  ['EventLiquidityAdded', 'owner', 'add liquidity', null, 'payment'],
  ['EventLiquidityRemoved', 'owner', 'remove liquidity', 'payment', null],
];

/** cell quotes a value for a CSV file; a leading sign would be a formula in a spreadsheet. */
function cell(value) {
  const text = String(value ?? '');
  return `"${(/^[=+\-@\t\r]/.test(text) ? `'${text}` : text).replace(/"/g, '""')}"`;
}

const amount = (c) => (c ? `${c.amount} ${c.denom}` : '');

/** csv writes the history of an address, oldest first, amounts in base units. */
export async function csv(address) {
  const { list: standing } = await all(`/imod/imo/v1/history/${address}`, 'entries', 5000);
  const rows = [];
  for (const [event, key, word, came, went] of kinds) {
    const type = `imod.imo.v1.${event}`;
    const { list } = await transactions(type, key, address, 2000);
    for (const tx of list) {
      for (const e of events(tx, type).filter((x) => x[key] === address)) {
        rows.push([tx.timestamp, tx.height, tx.txhash, word, e.offering_id || e.model_id, e.bid_id, amount(e[came]), amount(e[went])]);
      }
    }
  }
  rows.sort((a, b) => Number(a[1]) - Number(b[1]));
  for (const { bid, token_denom: denom } of standing) {
    rows.push(['', bid.height, '', 'standing bid', bid.offering_id, bid.id, `${bid.tokens} ${denom}`, `${bid.cost} ${bid.amount.denom}`]);
  }
  return [column, ...rows].map((r) => r.map(cell).join(',')).join('\r\n');
}

/** save offers a text as a file. */
export function save(name, text) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type: 'text/csv' }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
