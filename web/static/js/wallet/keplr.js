// Keplr: the Cosmos side. The page encodes, Keplr signs, the node's REST API takes the transaction.
import { ChainError, events, get, maybe, post } from '../api.js';
import { fromBase64, toBase64 } from '../format.js';
import { toHex20 } from './address.js';
import { explain, Problem } from './problem.js';
import { authInfo, body, messages, raw } from './proto.js';

export const available = () => Boolean(globalThis.keplr?.signDirect);

/** connect suggests the chain, asks for its key and returns a signer. */
export async function connect(config) {
  const { keplr } = globalThis;
  let key;
  try {
    await keplr.experimentalSuggestChain(config.keplr);
    await keplr.enable(config.chainId);
    key = await keplr.getKey(config.chainId);
  } catch (error) {
    throw explain(error);
  }
  const address = key.bech32Address;
  const hex = toHex20(address);
  if (!hex || !address.startsWith(`${config.prefix}1`)) throw new Problem('Keplr gave an address of another chain.', 'Remove the chain in Keplr and connect again.');

  const send = async (packed, progress, room = 15n) => {
    const account = await get(`/cosmos/auth/v1beta1/account_info/${address}`).catch((e) => {
      if (e instanceof ChainError && e.kind !== 'down') throw new Problem('The chain does not know this account: it never got a coin.', 'Get coins first; on a local network from the faucet.');
      throw explain(e);
    });
    const bodyBytes = body([packed]);
    const auth = (fee, gas) => authInfo({ pubKey: key.pubKey, sequence: account.info.sequence, fee, gas });
    const trial = raw(bodyBytes, auth([], 0), new Uint8Array(0));
    const simulated = await post('/cosmos/tx/v1beta1/simulate', { tx_bytes: toBase64(trial) }).catch((e) => { throw explain(e); });
    const gas = (BigInt(simulated.gas_info.gas_used) * room) / 10n + 20000n;
    const fee = gas * await gasPrice(config);
    progress.fee(fee);
    progress.sign();
    let signed;
    try {
      signed = await keplr.signDirect(config.chainId, address, {
        bodyBytes, authInfoBytes: auth([{ denom: config.denom, amount: fee }], gas), chainId: config.chainId, accountNumber: BigInt(account.info.account_number),
      });
    } catch (error) {
      throw explain(error);
    }
    const bytes = raw(signed.signed.bodyBytes, signed.signed.authInfoBytes, fromBase64(signed.signature.signature));
    const { tx_response: taken } = await post('/cosmos/tx/v1beta1/txs', { tx_bytes: toBase64(bytes), mode: 'BROADCAST_MODE_SYNC' }).catch((e) => { throw explain(e); });
    if (taken.code) throw explain(taken.raw_log);
    progress.sent(taken.txhash);
    const tx = await included(taken.txhash, `${address}/${account.info.sequence}`);
    if (tx.code) throw explain(tx.raw_log);
    return { hash: tx.txhash, height: Number(tx.height), fee, tx };
  };
  const coins = (amount) => ({ denom: config.denom, amount });
  return {
    kind: 'keplr', name: 'Keplr', address, hex,
    bid: (m, p) => send(messages.placeBid({ bidder: address, offeringId: m.offeringId, amount: { denom: m.denom, amount: m.amount }, maxPrice: m.maxPrice, termsHash: m.termsHash, allowance: m.allowance }), p),
    swap: (m, p) => send(messages.swap({ sender: address, modelId: m.modelId, give: m.give, least: m.least, deadline: m.deadline }), p),
    collect: (m, p) => send(messages.collect({ sender: address, offeringId: m.offeringId, owner: address }), p),
    refund: (m, p) => send(messages.refund({ sender: address, offeringId: m.offeringId, owner: address }), p),
    // A claim may be the first to see an epoch close, which the simulation a block earlier does not.
    claim: (m, p) => send(messages.claim({ holder: address, denom: m.denom, upTo: m.upTo }), p, 25n),
    request: async (m, p) => {
      const done = await send(messages.request({ requester: address, modelId: m.modelId, version: m.version, input: m.input, seed: m.seed, maxFee: [coins(m.fee)] }), p);
      return { ...done, requestId: events(done.tx, 'imod.oracle.v1.EventRequestCreated')[0]?.request_id || '' };
    },
  };
}

// gasPrice is a quarter above the fee market's base fee, and never below the node's own floor.
async function gasPrice(config) {
  const answer = await maybe('/cosmos/evm/feemarket/v1/base_fee');
  const base = BigInt(Math.ceil(Number(answer?.base_fee || 0)));
  const floor = BigInt(config.gasPrice);
  return ((base > floor ? base : floor) * 5n) / 4n;
}

// included waits for a block. It searches by account and sequence: a search answers with an empty list
// while the transaction waits, where asking by hash is an error.
async function included(hash, sequence) {
  const path = `/cosmos/tx/v1beta1/txs?query=${encodeURIComponent(`tx.acc_seq='${sequence}'`)}`;
  for (let tries = 0; tries < 60; tries += 1) {
    const { tx_responses: list } = await get(path);
    const tx = list.find((t) => t.txhash === hash);
    if (tx) return tx;
    await new Promise((done) => { setTimeout(done, 500); });
  }
  throw new Problem(`No block took the transaction within 30 s (${hash}).`, 'It may still be included. Do not send it twice.');
}
