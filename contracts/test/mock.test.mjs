// Unit tests of the example contracts against the mock oracle: any EVM will do, no model runs.
// RPC=http://127.0.0.1:8545 KEYS=0x…,… node --test test/mock.test.mjs
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { parseEther, toUtf8Bytes, hexlify, concat, toBeHex } from "ethers";
import { account, deploy, done, provider, until } from "../live.mjs";

const gas = { gasLimit: 3_000_000 };
const events = (receipt, contract, name) =>
  receipt.logs.map((log) => contract.interface.parseLog(log)).filter((log) => log?.name === name);
async function fails(call, reason) {
  await assert.rejects(call, (error) => {
    assert.match(String(error.reason ?? error.message), reason);
    return true;
  });
}

// An oracle and an account that no other test has.
async function mock() {
  const wallet = account();
  return { wallet, oracle: await deploy(wallet, "mock/MockModelOracle.sol", "MockModelOracle") };
}

// Side by side: every one of them mostly waits for blocks.
describe("the example contracts and the mock", { concurrency: true }, () => {
  it("a prompt is asked, answered once, and cannot be answered by others", async () => {
    const { wallet, oracle } = await mock();
    const prompt = await deploy(wallet, "examples/Prompt.sol", "Prompt", await oracle.getAddress());
    const fee = await prompt.estimateFee(1);
    const receipt = await done(prompt.ask(1, "hello", { value: fee + 5n, ...gas }));
    const [asked] = events(receipt, prompt, "Asked");
    const id = asked.args.requestId;
    assert.equal(await provider.getBalance(await prompt.getAddress()), 0n, "the rest went back to the asker");
    assert.equal(await oracle.isFinalized(id), false);
    await fails(oracle.deliver.staticCall(id, "0x"), /not final/);
    await fails(prompt.aiOracleCallback.staticCall(id, "0x01", "0x"), /UnauthorizedCallbackSource|revert/);

    const answered = await done(oracle.answer(id, toUtf8Bytes("world"), 0, gas));
    assert.equal(events(answered, oracle, "CallbackDelivered")[0].args.success, true);
    assert.equal(await prompt.answers(1, "hello"), "world");
    await fails(oracle.deliver.staticCall(id, toUtf8Bytes("world")), /closed/);
    await fails(oracle.deliver.staticCall(id, toUtf8Bytes("other")), /match/);
  });

  it("an expired request calls the error callback", async () => {
    const { wallet, oracle } = await mock();
    const prompt = await deploy(wallet, "examples/Prompt.sol", "Prompt", await oracle.getAddress());
    const receipt = await done(prompt.ask(1, "x", { value: await prompt.estimateFee(1), ...gas }));
    const id = events(receipt, prompt, "Asked")[0].args.requestId;
    const expired = await done(oracle.expire(id, gas));
    assert.equal(events(expired, oracle, "CallbackDelivered")[0].args.success, true);
    assert.equal((await prompt.questions(id)).failed, true);
  });

  it("what the chain refuses the mock refuses", async () => {
    const { wallet, oracle } = await mock();
    const here = await oracle.getAddress();
    const ask = oracle["requestCallback(uint256,bytes,address,uint64,bytes)"];
    const askDA = oracle["requestCallback(uint256,bytes,address,uint64,bytes,uint8,uint8)"];
    const value = await oracle.estimateFee(1, 100_000);
    await fails(ask.staticCall(1, "0x01", wallet.address, 100_000, "0x", { value }), /not to a contract/);
    await fails(ask.staticCall(1, "0x01", here, 0, "0x", { value }), /gasLimit/);
    await fails(ask.staticCall(1, "0x01", "0x" + "0".repeat(40), 5, "0x", { value }), /gasLimit/);
    await fails(ask.staticCall(1, "0x01", here, 100_000, "0x", { value: value - 1n }), /above the maximum/);
    await fails(askDA.staticCall(1, "0x01", here, 100_000, "0x", 1, 0, { value }), /DA/);
    await fails(oracle.requestWithAssignedSeed.staticCall(1, 0, "0x01", 1, false, here, 1, "0x", { value }), /seedKind/);
  });

  it("nested: the answer of the first is the question of the second", async () => {
    const { wallet, oracle } = await mock();
    const nested = await deploy(wallet, "examples/NestedInference.sol", "NestedInference", await oracle.getAddress());
    const fee = await nested.estimateFee(1, 2);
    await fails(nested.ask.staticCall(1, 2, "0x01", { value: fee - 1n }), /estimateFee/);
    await done(nested.ask(1, 2, "0x01", { value: fee, ...gas }));
    const first = await oracle.last();
    const receipt = await done(oracle.answer(first, "0xaabb", 0, { gasLimit: 5_000_000 }));
    const asked = events(receipt, oracle, "AICallbackRequest")[0];
    assert.equal(asked.args.input, "0xaabb");
    const second = asked.args.requestId;
    await done(oracle.answer(second, "0xcc", 0, gas));
    const chain = await nested.chains(first);
    assert.deepEqual([chain.secondRequest, chain.first, chain.second], [second, "0xaabb", "0xcc"]);

    // Fees rise in between: the second cannot be asked, and the money comes back.
    await done(nested.ask(1, 2, "0x01", { value: fee, ...gas }));
    const stuck = await oracle.last();
    await done(oracle.setFees(10n ** 18n, 10n ** 10n, gas));
    await done(oracle.answer(stuck, "0xdd", 0, { gasLimit: 5_000_000 }));
    assert.equal((await nested.chains(stuck)).stuck, true);
    await done(nested.recover(stuck, gas));
    assert.equal(await provider.getBalance(await nested.getAddress()), 0n);
  });

  it("bet: positions close before the request, the seed is assigned for money, winners pull", async () => {
    const { wallet, oracle } = await mock();
    const input = hexlify(toUtf8Bytes("red"));
    const bet = await deploy(wallet, "examples/SettledBet.sol", "SettledBet", await oracle.getAddress(), 1, input, 5);
    const other = account();
    await Promise.all([
      done(bet.place(true, { value: parseEther("0.02"), ...gas })),
      done(bet.connect(other).place(false, { value: parseEther("0.01"), ...gas })),
    ]);
    await fails(bet.ask.staticCall({ value: parseEther("0.1") }), /open/);
    await fails(bet.claim.staticCall(), /not settled/);
    await until("close", async () => BigInt(await provider.getBlockNumber()) > (await bet.closesAt()));
    await fails(bet.place.staticCall(true, { value: 1n }), /closed/);
    await done(bet.ask({ value: parseEther("0.01"), ...gas }));
    const id = await bet.requestId();
    assert.deepEqual([...(await oracle.seedOf(id))], [3n, 0n, false], "nobody knows the seed yet");
    await done(oracle.answer(id, "0x02", 77, gas));
    assert.equal(await bet.evenWon(), true);
    assert.equal(await bet.claim.staticCall(), parseEther("0.03"));
    await done(bet.claim(gas));
    await fails(bet.claim.staticCall(), /nothing/);
    await fails(bet.connect(other).claim.staticCall(), /nothing/);
    await fails(bet.settleByResult.staticCall(), /settled/);
  });

  it("batch: packed inputs, one callback", async () => {
    const { wallet, oracle } = await mock();
    const item = (bytes) => concat([toBeHex(bytes.length, 4), bytes]);
    const input = concat([item(toUtf8Bytes("a")), item(toUtf8Bytes("bc"))]);
    const value = await oracle.estimateFeeBatch(1, 0, 2);
    const none = "0x" + "0".repeat(40);
    const id = await oracle.requestBatchInference.staticCall(2, 1, input, none, 0, "0x", 0, 0, { value });
    await done(oracle.requestBatchInference(2, 1, input, none, 0, "0x", 0, 0, { value, ...gas }));
    assert.equal(await oracle.last(), id + 1n, "ids follow one another");
    await fails(oracle.requestBatchInference.staticCall(0, 1, input, none, 0, "0x", 0, 0, { value }), /batch/);
  });
});
