// The few protobuf messages that a wallet signs, written by hand: field numbers are those of
// proto/imod and of the SDK's tx.proto. Zero values are left out, as proto3 does, so that the
// bytes are those that the chain's own encoder writes.
const text = new TextEncoder();

function varint(n) {
  const out = [];
  for (let v = BigInt(n); ; v >>= 7n) {
    if (v < 128n) return [...out, Number(v)];
    out.push(Number(v & 127n) | 128);
  }
}

const number = (field, n) => (BigInt(n) === 0n ? [] : [...varint(field << 3), ...varint(n)]);
const always = (field, raw) => [...varint((field << 3) | 2), ...varint(raw.length), ...raw];
const bytes = (field, raw) => (raw.length ? always(field, raw) : []);
const string = (field, value) => bytes(field, text.encode(value));
const message = (...fields) => Uint8Array.from(fields.flat());

export const coin = (c) => message(string(1, c.denom), string(2, String(c.amount)));
const any = (url, value) => message(string(1, url), bytes(2, value));

const allowance = ({ cap, proof }) => message(string(1, String(cap)), proof.flatMap((sibling) => always(2, sibling)));
const timestamp = (seconds) => message(number(1, seconds));

export const messages = {
  placeBid: (m) => any('/imod.imo.v1.MsgPlaceBid', message(string(1, m.bidder), number(2, m.offeringId), always(3, coin(m.amount)),
    string(4, String(m.maxPrice)), string(5, m.termsHash), string(6, m.owner || ''), m.allowance ? always(7, allowance(m.allowance)) : [])),
  swap: (m) => any('/imod.imo.v1.MsgSwap', message(string(1, m.sender), number(2, m.modelId), always(3, coin(m.give)), always(4, coin(m.least)), always(5, timestamp(m.deadline)))),
  collect: (m) => any('/imod.imo.v1.MsgCollectAllocation', message(string(1, m.sender), number(2, m.offeringId), string(3, m.owner))),
  refund: (m) => any('/imod.imo.v1.MsgCollectRefund', message(string(1, m.sender), number(2, m.offeringId), string(3, m.owner))),
  request: (m) => any('/imod.oracle.v1.MsgRequestInference', message(string(1, m.requester), number(2, m.modelId), number(3, m.version),
    bytes(4, m.input), number(5, m.seed), m.maxFee.flatMap((c) => always(6, coin(c))), number(7, m.storeOutput ? 1 : 0))),
  claim: (m) => any('/imod.revshare.v1.MsgClaim', message(string(1, m.holder), string(2, m.denom), number(3, m.upTo))),
};

export const body = (packed) => message(packed.flatMap((p) => always(1, p)));

/** authInfo names the signer's key (the chain's own type), SIGN_MODE_DIRECT, the sequence and the fee. */
export function authInfo({ pubKey, sequence, fee, gas }) {
  const key = any('/cosmos.evm.crypto.v1.ethsecp256k1.PubKey', message(bytes(1, pubKey)));
  const mode = message(always(1, message(number(1, 1))));
  const signer = message(always(1, key), always(2, mode), number(3, sequence));
  return message(always(1, signer), always(2, message(fee.flatMap((c) => always(1, coin(c))), number(2, gas))));
}

export const raw = (bodyBytes, authInfoBytes, signature) => message(bytes(1, bodyBytes), bytes(2, authInfoBytes), always(3, signature));
