// An Ethereum client on a network that is up: RPC=http://127.0.0.1:8545 KEYS=0x<funded private key> node --test test/network.test.mjs
import assert from "node:assert/strict";
import { test } from "node:test";
import { Contract, Wallet, id, parseEther } from "ethers";
import { account, deploy, done, provider } from "../live.mjs";

const wallet = account();

test("the network is the one we mean", async () => {
  assert.equal((await provider.getNetwork()).chainId, 7641n);
  assert.ok((await provider.getBalance(wallet.address)) > parseEther("1"));
});

test("an ordinary ERC-20 is deployed and called", async () => {
  const token = await deploy(wallet, "examples/PlainToken.sol", "PlainToken", parseEther("1000"));
  const other = Wallet.createRandom().address;

  const sent = await done(token.transfer(other, 7n));
  assert.equal(sent.status, 1);
  assert.equal(await token.balanceOf(other), 7n);
  await assert.rejects(token.transfer.staticCall(other, parseEther("1001")), /Insufficient/);

  // Block, receipt and log agree, although index 0 of a block may be the validators' attestations.
  const block = await provider.send("eth_getBlockByNumber", ["0x" + sent.blockNumber.toString(16), true]);
  assert.equal(block.hash, sent.blockHash);
  const position = block.transactions.findIndex((tx) => tx.hash === sent.hash);
  assert.equal(position, sent.index, "the receipt's index is the place in the block's list");
  for (const [i, tx] of block.transactions.entries()) assert.equal(BigInt(tx.transactionIndex), BigInt(i));

  const receipt = await provider.send("eth_getTransactionReceipt", [sent.hash]);
  assert.equal(receipt.blockHash, block.hash);
  assert.equal(receipt.logs.length, 1);
  assert.equal(receipt.logs[0].topics[0], id("Transfer(address,address,uint256)"));
  const logs = await provider.getLogs({
    address: await token.getAddress(), fromBlock: sent.blockNumber, toBlock: sent.blockNumber,
  });
  assert.deepEqual(logs.map((log) => [log.transactionHash, log.index]), [[sent.hash, Number(receipt.logs[0].logIndex)]]);

  const count = await provider.send("eth_getBlockTransactionCountByNumber", ["0x" + sent.blockNumber.toString(16)]);
  assert.equal(Number(count), block.transactions.length);
});

test("blocks without transactions are empty", async () => {
  const latest = await provider.getBlockNumber();
  for (let n = latest; n > Math.max(1, latest - 5); n--) {
    const block = await provider.send("eth_getBlockByNumber", ["0x" + n.toString(16), true]);
    assert.ok(Array.isArray(block.transactions), `block ${n}`);
    for (const tx of block.transactions) assert.match(tx.hash, /^0x[0-9a-f]{64}$/);
  }
});

test("a call to an address of the precompiles reads state", async () => {
  const offerings = new Contract(
    "0x0000000000000000000000000000000000000a01",
    ["function expectedPrice(uint256) view returns (uint256)"],
    provider,
  );
  await assert.rejects(offerings.expectedPrice(999999999n), /not found|revert/i);
});
