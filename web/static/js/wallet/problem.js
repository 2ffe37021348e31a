// What went wrong with a signature or a transaction, in words, and what to do.
import { safe } from '../format.js';
import { reason } from './abi.js';

/** Problem is an error for people: text says what, advice what to do. */
export class Problem extends Error {
  constructor(message, advice = '') {
    super(message);
    this.advice = advice;
  }
}

const known = [
  [/reject|denied|refus|declin/i, 'You refused in the wallet. Nothing was sent.', 'Press the button again when you want to sign.'],
  [/insufficient fund|insufficient balance|smaller than|not enough/i, 'The account has too few coins for the amount and the fee.', 'Get coins first (on a local network from the faucet), or enter less.'],
  [/min(imum)? bid|below the minimum|least bid/i, 'The amount is below the least bid of this offering.', 'Enter at least the least bid.'],
  [/offering is (closed|not open)|not open|has ended/i, 'The offering takes no bids now.', 'Look at its dates; open ones are on the first page.'],
  [/min_out|less than the limit|slippage/i, 'The price moved: the swap would pay less than you were quoted.', 'Look at the new quote and sign again.'],
  [/deadline/i, 'The swap came later than you allowed.', 'Sign again.'],
  [/not on the list|allow list|allowance/i, 'This account is not on the list of the offering, or the proof is another account’s.', 'Ask the creator for the proof of this account.'],
  [/terms/i, 'The terms that you signed are not those of the offering.', 'Reload the page and read the terms again.'],
  [/owner cap|exceeds the cap|above the cap/i, 'The amount is above what one owner may bid.', 'Enter less; the cap is among the terms.'],
  [/sequence|nonce/i, 'Another transaction of this account came first.', 'Wait for one block and sign again.'],
  [/nothing to claim|no revenue|nothing is due/i, 'There is nothing to claim now.', 'Income is shared when an epoch ends; look again later.'],
  [/max.?fee|fee is higher|exceeds the limit/i, 'The price went up since the page was loaded.', 'Reload the page to see the new price.'],
  [/out of gas/i, 'The transaction needed more gas than estimated.', 'Sign again: the state changed in between.'],
  [/unknown word|vocabulary|not in the/i, 'The model does not know a word of the sentence.', 'Look at its card for the words it knows.'],
];

/** explain turns whatever a wallet or the node threw into a Problem. */
export function explain(error) {
  if (error instanceof Problem) return error;
  if (error?.kind === 'down') return new Problem(error.message, error.advice);
  const code = error?.code ?? error?.data?.originalError?.code;
  if (code === 4001 || code === 'ACTION_REJECTED') return new Problem(known[0][1], known[0][2]);
  const text = [reason(error?.data?.data ?? error?.data), error?.data?.message, error?.message, typeof error === 'string' ? error : ''].filter(Boolean).join(' ')
    .replace(/failed to execute message; message index: \d+: /, '').replace(/^rpc error: code = \w+ desc = /, '');
  for (const [pattern, what, advice] of known) {
    if (pattern.test(text)) return new Problem(`${what} (${safe(text, 240)})`, advice);
  }
  return new Problem(safe(text, 300) || 'The wallet gave no reason.', 'Nothing else happened to your coins; you can try again.');
}
