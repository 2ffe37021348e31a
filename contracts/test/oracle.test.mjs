// The example contracts on a running network, with a courier that delivers:
// RPC=… KEYS=0x…,… MODEL=<id of a proved model with a small output> node --test test/oracle.test.mjs
// BEACON=1 says that a validator reveals a beacon, so that seeds can be assigned.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Contract, parseEther, toUtf8Bytes } from "ethers";
import { compile } from "../compile.mjs";
import { account, deploy, done, provider, until } from "../live.mjs";

const { MODEL, BEACON } = process.env;
const skip = MODEL ? false : "MODEL is not set";
const ORACLE = "0x0000000000000000000000000000000000000A00";
const oracle = new Contract(ORACLE, compile("interfaces/IModelOracle.sol", "IModelOracle").abi, provider);
const QUESTION = "a red on blue";

// Side by side: every one of them mostly waits for blocks.
describe("the example contracts", { concurrency: true, skip }, () => {
  it("prompt: estimateFee first, then ask; the courier brings the answer", async () => {
    const wallet = account();
    const prompt = await deploy(wallet, "examples/Prompt.sol", "Prompt", ORACLE);
    const value = await prompt.estimateFee(MODEL);
    const receipt = await done(prompt.ask(MODEL, QUESTION, { value, gasLimit: 1_500_000 }));
    const id = receipt.logs.map((log) => prompt.interface.parseLog(log)).find((log) => log?.name === "Asked").args.requestId;
    assert.equal(await provider.getBalance(await prompt.getAddress()), 0n);
    const answered = await until("answer", async () => ((await prompt.questions(id)).answered ? prompt.questions(id) : null));
    const { status, trustClass, output } = await oracle.result(id);
    assert.deepEqual([status, trustClass, output], [4n, 1n, answered.output]);
    assert.equal(await oracle.isFinalized(id), true);
    const [log] = await provider.getLogs({
      address: ORACLE, fromBlock: receipt.blockNumber, topics: [oracle.interface.getEvent("CallbackDelivered").topicHash, "0x" + id.toString(16).padStart(64, "0")],
    });
    const { success, courier } = oracle.interface.parseLog(log).args;
    assert.equal(success, true);
    const trace = await provider.send("debug_traceTransaction", [log.transactionHash, { tracer: "callTracer" }]).catch(() => null);
    if (trace) assert.equal(trace.calls.length, 1, "the callback is one call inside the transaction");
    assert.notEqual(courier, wallet.address);
    await assert.rejects(oracle.connect(wallet).deliver.staticCall(id, output), /closed/);
  });

  it("nested: two models, two callbacks", async () => {
    const nested = await deploy(account(), "examples/NestedInference.sol", "NestedInference", ORACLE);
    const value = await nested.estimateFee(MODEL, MODEL);
    await done(nested.ask(MODEL, MODEL, toUtf8Bytes(QUESTION), { value, gasLimit: 1_500_000 }));
    const filter = oracle.filters.AICallbackRequest(await nested.getAddress());
    const [asked] = await until("request", async () => {
      const found = await oracle.queryFilter(filter, (await provider.getBlockNumber()) - 5);
      return found.length ? found : null;
    });
    const first = asked.args.requestId;
    const chain = await until("first answer", async () => ((await nested.chains(first)).first !== "0x" ? nested.chains(first) : null));
    // The model of this test takes text, and its output may be none: then the second request is
    // refused, the first answer stands and the money can be taken back. Otherwise it is answered too.
    if (chain.stuck) {
      const before = await provider.getBalance(await nested.getAddress());
      assert.ok(before >= chain.money);
      await done(nested.recover(first, { gasLimit: 200_000 }));
      assert.equal((await nested.chains(first)).money, 0n);
    } else {
      await until("second answer", async () => (await nested.chains(first)).second !== "0x");
    }
  });

  it("bet: an assigned seed settles it, nobody else can", { skip: BEACON ? false : "BEACON is not set" }, async () => {
    const [ann, ben] = [account(), account()];
    const bet = await deploy(ann, "examples/SettledBet.sol", "SettledBet", ORACLE, MODEL, toUtf8Bytes(QUESTION), 5);
    await Promise.all([
      done(bet.place(true, { value: parseEther("0.02"), gasLimit: 200_000 })),
      done(bet.connect(ben).place(false, { value: parseEther("0.03"), gasLimit: 200_000 })),
    ]);
    await until("close", async () => BigInt(await provider.getBlockNumber()) > (await bet.closesAt()));
    const asked = await done(bet.ask({ value: parseEther("1"), gasLimit: 1_500_000 }));
    const id = await bet.requestId();
    assert.deepEqual([...(await oracle.seedOf(id, { blockTag: asked.blockNumber }))], [3n, 0n, false]);
    await until("settlement", async () => (await bet.state()) === 2n);
    const { output } = await oracle.result(id);
    assert.equal(await bet.evenWon(), Number.parseInt(output.slice(2, 4), 16) % 2 === 0);
    const [kind, , known] = await oracle.seedOf(id);
    assert.deepEqual([kind, known], [3n, true]);
    const [winner, loser] = (await bet.evenWon()) ? [ann, ben] : [ben, ann];
    await assert.rejects(bet.connect(loser).claim.staticCall(), /nothing/);
    assert.equal(await bet.connect(winner).claim.staticCall(), parseEther("0.05"));
    await done(bet.connect(winner).claim({ gasLimit: 200_000 }));
    await assert.rejects(bet.connect(winner).claim.staticCall(), /nothing/);
  });
});
