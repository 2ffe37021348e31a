// Whoever reads nothing but the logs of a collection knows its owners, whichever door every change came through:
// RPC=… KEYS=0x… COLLECTION=0x… EXPIRED=<id of a token whose request expired> node --test test/logs.test.mjs
import assert from "node:assert/strict";
import { test } from "node:test";
import { collection, gas, logged, topic, ZERO } from "../collection.mjs";
import { account, done, provider } from "../live.mjs";

const expired = BigInt(process.env.EXPIRED);
const anyone = collection.connect(account());

// Owners and told results, out of eth_getLogs alone, at least up to a block that is known to be there: ethers answers
// from a cache for a quarter of a second.
async function replay(known = 0) {
  const state = { owners: new Map(), told: new Set() };
  const last = Math.max(known, await provider.getBlockNumber());
  for (let from = 1; from <= last; from += 1000) {
    const logs = await provider.getLogs({ address: collection.target, fromBlock: from, toBlock: Math.min(last, from + 999) });
    for (const { name, args } of logs.map((log) => collection.interface.parseLog(log))) {
      if (name === "AigcData") state.told.add(args.tokenId);
      if (name !== "Transfer") continue;
      assert.equal(args.from, state.owners.get(args.tokenId) ?? ZERO, "a Transfer starts where the last one ended");
      if (args.to === ZERO) state.owners.delete(args.tokenId);
      else state.owners.set(args.tokenId, args.to);
    }
  }
  return state;
}

async function owners() {
  const supply = Number(await collection.totalSupply());
  const ids = await Promise.all(Array.from({ length: supply }, (_, i) => collection.tokenByIndex(i)));
  return new Map(await Promise.all(ids.map(async (id) => [id, await collection.ownerOf(id)])));
}

test("an expired mint ends with its Transfer to nobody, after the one from nobody", async () => {
  const minter = await collection.ownerOf(expired);
  const logs = logged(await done(anyone.settle(expired, gas)));
  assert.deepEqual(logs, [["Transfer", ZERO, minter, expired], ["Transfer", minter, ZERO, expired]], "it was minted by a message");
  await assert.rejects(collection.ownerOf(expired), /does not exist/);
});

test("the logs give the owners: of tokens of which nothing is due at once, of all after anyone's announce", async () => {
  const due = await collection.unannounced(100n);
  assert.ok(due.length > 0, "messages have changed tokens");
  const [before, truth] = [await replay(), await owners()];
  for (const [id, owner] of truth) if (!due.includes(id)) assert.equal(before.owners.get(id), owner);
  const receipt = await done(anyone.announce([...due], { gasLimit: 10_000_000 }));
  assert.equal(receipt.status, 1);
  assert.deepEqual([...(await collection.unannounced(100n))], []);
  const after = await replay(receipt.blockNumber);
  assert.deepEqual(after.owners, truth);
  for (const id of truth.keys()) assert.ok(after.told.has(id), "every token here is final");
  const filtered = await provider.getLogs({ address: collection.target, topics: [topic("Transfer")], fromBlock: receipt.blockNumber, toBlock: receipt.blockNumber });
  assert.deepEqual(filtered.map((log) => log.transactionHash), filtered.map(() => receipt.hash), "every log belongs to a transaction with a receipt");
});
