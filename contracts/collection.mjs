// What the tests of a collection share: COLLECTION is its contract; every account of KEYS owns three final tokens of it.
import { Contract, concat, getAddress, getBytes, isHexString, toBeHex, toUtf8Bytes } from "ethers";
import assert from "node:assert/strict";
import { compile } from "./compile.mjs";
import { account, done, provider } from "./live.mjs";

export const { abi } = compile("interfaces/ICollection.sol", "ICollection");
export const at = (address) => new Contract(getAddress(address), abi, provider);
export const collection = at(process.env.COLLECTION);
export const gas = { gasLimit: 1_500_000 };
export const ZERO = "0x" + "00".repeat(20);
export const UNKNOWN = 12345n;

// An account that no other test has, with its tokens. They were made by messages, so logs are due first, unless a courier was faster.
export async function owner() {
  const wallet = account();
  const tokens = await Promise.all([0, 1, 2].map((i) => collection.tokenOfOwnerByIndex(wallet.address, i)));
  const as = collection.connect(wallet);
  await done(as.announce(tokens, { gasLimit: 3_000_000 }));
  return { wallet, tokens, as };
}

// The logs of a receipt that a collection emitted: [name, ...args].
export const logged = (receipt, contract = collection) =>
  receipt.logs.filter((log) => log.address === contract.target).map((log) => contract.interface.parseLog(log)).map((log) => [log.name, ...log.args]);

// A call that must be refused, for a reason.
export async function refused(what, attempt, why) {
  await assert.rejects(attempt, (error) => {
    assert.match(String(error.reason ?? error.shortMessage ?? error.message), why, what);
    return true;
  }, what);
}

// The canonical encoding of a prompt; the input is text, or bytes in hex.
export const encode = (seed, input, version = 1) => {
  const bytes = isHexString(input) ? getBytes(input) : toUtf8Bytes(input);
  return concat([toBeHex(version, 4), toBeHex(seed, 8), toBeHex(bytes.length, 4), bytes]);
};

// The document of a token's URI, as text.
export async function document(contract, tokenId) {
  const uri = await contract.tokenURI(tokenId);
  const prefix = "data:application/json;base64,";
  assert.ok(uri.startsWith(prefix));
  return Buffer.from(uri.slice(prefix.length), "base64").toString("utf8");
}

export const topic = (name) => collection.interface.getEvent(name).topicHash;
