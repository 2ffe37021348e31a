// The example contracts on a running network, with a courier that delivers:
// RPC=… KEY=0x… MODEL=<id of a proved model with a small output> node --test test/oracle.test.mjs
// BEACON=1 says that a validator reveals a beacon, so that seeds can be assigned.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Contract, ContractFactory, JsonRpcProvider, Wallet, parseEther, toUtf8Bytes } from "ethers";
import { compile } from "../compile.mjs";

const { RPC = "http://127.0.0.1:8545", KEY, MODEL, BEACON } = process.env;
assert.ok(KEY, "KEY must hold the private key of a funded account");
const skip = MODEL ? false : "MODEL is not set";
const provider = new JsonRpcProvider(RPC, undefined, { polling: true, pollingInterval: 250 });
const wallet = new Wallet(KEY, provider);
const ORACLE = "0x0000000000000000000000000000000000000A00";
const oracle = new Contract(ORACLE, compile("interfaces/IModelOracle.sol", "IModelOracle").abi, wallet);
const QUESTION = "a red on blue";

async function deploy(file, name, ...args) {
  const { abi, bytecode } = compile(file, name);
  const contract = await new ContractFactory(abi, bytecode, wallet).deploy(...args);
  await contract.waitForDeployment();
  return contract;
}
const done = async (sent) => (await sent).wait();
async function until(what, ask, seconds = 60) {
  for (let end = Date.now() + seconds * 1000; Date.now() < end; await new Promise((next) => setTimeout(next, 250))) {
    const got = await ask();
    if (got) return got;
  }
  assert.fail(`${what}: not within ${seconds} s`);
}

test("prompt: estimateFee first, then ask; the courier brings the answer", { skip }, async () => {
  const prompt = await deploy("examples/Prompt.sol", "Prompt", ORACLE);
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
  await assert.rejects(oracle.deliver.staticCall(id, output), /closed/);
});

test("nested: two models, two callbacks", { skip }, async () => {
  const nested = await deploy("examples/NestedInference.sol", "NestedInference", ORACLE);
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

test("bet: an assigned seed settles it, nobody else can", { skip: skip || (BEACON ? false : "BEACON is not set") }, async () => {
  const bet = await deploy("examples/SettledBet.sol", "SettledBet", ORACLE, MODEL, toUtf8Bytes(QUESTION), 6);
  await done(bet.place(true, { value: parseEther("0.02"), gasLimit: 200_000 }));
  await done(bet.place(false, { value: parseEther("0.03"), gasLimit: 200_000 }));
  await until("close", async () => BigInt(await provider.getBlockNumber()) > (await bet.closesAt()));
  const asked = await done(bet.ask({ value: parseEther("1"), gasLimit: 1_500_000 }));
  const id = await bet.requestId();
  assert.deepEqual([...(await oracle.seedOf(id, { blockTag: asked.blockNumber }))], [3n, 0n, false]);
  await until("settlement", async () => (await bet.state()) === 2n);
  const { output } = await oracle.result(id);
  assert.equal(await bet.evenWon(), Number.parseInt(output.slice(2, 4), 16) % 2 === 0);
  const [kind, , known] = await oracle.seedOf(id);
  assert.deepEqual([kind, known], [3n, true]);
  assert.equal(await bet.claim.staticCall(), parseEther("0.05"));
  await done(bet.claim({ gasLimit: 200_000 }));
  await assert.rejects(bet.claim.staticCall(), /nothing/);
});
