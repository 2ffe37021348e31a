// The revenue share of a model token on a running network, attacked as ERC-7641's reference can be:
// RPC=… KEYS=0x…,… TOKEN=0x… node --test test/revenue.test.mjs
// The first three keys hold all tokens, equal amounts each; the fourth holds gas coin. The tests burn nearly every token.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Contract, ContractFactory, JsonRpcProvider, MaxUint256, Signature, Wallet, parseEther } from "ethers";
import { compile } from "../compile.mjs";

const { RPC = "http://127.0.0.1:8545", KEYS = "", TOKEN } = process.env;
const skip = TOKEN ? false : "TOKEN is not set";
const provider = new JsonRpcProvider(RPC, undefined, { polling: true, pollingInterval: 200 });
const [bo, chi, dee, eve] = KEYS.split(",").filter(Boolean).map((key) => new Wallet(key, provider));
const fay = Wallet.createRandom(provider);
const { abi } = compile("interfaces/IModelToken.sol", "IModelToken");
const token = new Contract(TOKEN ?? MaxUint256.toString(16).slice(0, 40), abi, bo);
const as = (wallet) => token.connect(wallet);
const done = async (sent) => (await sent).wait();
const gasLimit = 1_000_000;

async function deploy(name) {
  const { abi, bytecode } = compile(`attacks/${name}.sol`, name);
  return (await new ContractFactory(abi, bytecode, eve).deploy()).waitForDeployment();
}
const epoch = () => token.snapshot.staticCall();
async function epochsPass(count) {
  const from = await epoch();
  while ((await epoch()) < from + count) await new Promise((next) => setTimeout(next, 300));
  return from;
}
const events = (receipt, name) => receipt.logs.map((log) => token.interface.parseLog(log)).filter((log) => log?.name === name);
const drip = 5n; // longer than a deposit is released in, on this network

const facts = {};

test("worth attacking: equal holders, a vault, a lost key, an income", { skip }, async () => {
  facts.each = await token.balanceOf(bo.address);
  assert.ok(facts.each > 0n && facts.each === (await token.balanceOf(chi.address)) && facts.each === (await token.balanceOf(dee.address)));
  assert.equal(await token.totalSupply(), 3n * facts.each);
  await done(eve.sendTransaction({ to: fay.address, value: parseEther("1") }));
  [facts.flash, facts.pair] = [await deploy("FlashHolder"), await deploy("SkimmablePair")];
  facts.lost = Wallet.createRandom().address;
  const pair = await facts.pair.getAddress();
  await done(token.approve(await facts.flash.getAddress(), MaxUint256));
  await done(as(dee).transfer(pair, facts.each / 2n));
  await done(as(dee).transfer(facts.lost, facts.each / 4n));
  await epochsPass(1n); // these three hold at the close of an epoch before the money comes
});

test("a flash snapshot yields nothing, and a buyer after a deposit gets none of it", { skip }, async () => {
  const income = parseEther("3") + 7n;
  const paid = await done(eve.sendTransaction({ to: TOKEN, value: income, gasLimit: 400_000 }));
  const [deposited] = events(paid, "RevenueDeposited");
  assert.equal(deposited.args.amount, income);
  facts.epoch = deposited.args.epoch;

  const struck = await done(facts.flash.strike(TOKEN, bo.address, facts.each, { gasLimit: 2_000_000 }));
  const log = struck.logs.map((log) => facts.flash.interface.parseLog(log)).find((log) => log?.name === "Struck");
  assert.deepEqual([log.args.claimable, log.args.paid], [0n, false]);
  assert.equal(await token.balanceOf(bo.address), facts.each, "the loan came back");

  await done(token.transfer(fay.address, facts.each / 2n)); // fay buys with the money in sight
  facts.boughtIn = await epoch();
  await done(eve.sendTransaction({ to: TOKEN, value: 1n, gasLimit: 21_000 })); // a plain transfer with the gas of one
  await epochsPass(drip);
  assert.equal(await token.revenueOf(fay.address, facts.epoch), 0n);
  for (let id = facts.epoch; id <= facts.boughtIn; id++) assert.equal(await token.revenueOf(fay.address, id), 0n, `epoch ${id}`);
  assert.equal(await token.claimableRevenue(await facts.flash.getAddress(), MaxUint256), 0n);
  await assert.rejects(facts.flash.claim.staticCall(TOKEN, MaxUint256));
  assert.equal(await token.revenueOf(bo.address, facts.epoch), await token.revenueOf(chi.address, facts.epoch), "who lent and sold has its own");
});

test("claimFor(pool) and skim yield nothing; the pool and a lost key strand nobody else's money", { skip }, async () => {
  const pair = await facts.pair.getAddress();
  const id = (await epoch()) - 1n;
  const due = await token.claimableRevenue(pair, id);
  assert.ok(due > 0n);
  await assert.rejects(as(eve).claimFor.staticCall(pair), /contract/);
  const sent = await done(as(eve).claimFor(pair, { gasLimit }).then((tx) => tx.wait().catch((error) => ({ wait: () => error.receipt }))));
  assert.equal(sent.status, 0);
  const thief = Wallet.createRandom().address;
  await done(facts.pair.skim(thief, { gasLimit }));
  assert.equal(await provider.getBalance(thief), 0n);
  await done(facts.pair.collect(TOKEN, id, { gasLimit }));
  assert.equal(await facts.pair.reserve(), due, "the pool claims for itself: what the view said");

  // A lost key: anybody may have it paid, to itself; everyone else has exactly what the balances say.
  const lost = await token.claimableRevenue(facts.lost, id);
  await done(as(eve).claimFor(facts.lost, { gasLimit }));
  assert.ok((await provider.getBalance(facts.lost)) >= lost);
  const ofLost = await token.revenueOf(facts.lost, facts.epoch);
  const ofChi = await token.revenueOf(chi.address, facts.epoch);
  assert.ok(ofChi - 4n * ofLost >= 0n && ofChi - 4n * ofLost < 4n, "a quarter of the tokens, a quarter of the money");
});

test("a view equals what is paid; batches skip empty ids; errors say why and move nothing", { skip }, async () => {
  const id = (await epoch()) - 1n;
  const due = await token.claimableRevenue(chi.address, id);
  const empty = await done(as(fay).claimBatch([0n, 1n], { gasLimit }));
  assert.equal(empty.logs.length, 0);
  for (const [name, attempt, why] of [
    ["nothing", as(chi).claim.staticCall(0n), /nothing to claim/],
    ["a stranger to himself", as(eve).claim.staticCall(id), /nothing to claim/],
    ["burn beyond the balance", as(chi).burn.staticCall(facts.each + 1n), /can spend/],
    ["burn of nothing", as(chi).burn.staticCall(0n), /invalid amount/],
    ["a snapshot that is not closed", as(eve).claim.staticCall(id + 1000n), /nothing to claim/],
  ]) await assert.rejects(attempt, why, name);
  const claimed = await done(as(chi).claimBatch([0n, 1n, id, 2n], { gasLimit }));
  assert.deepEqual(events(claimed, "RevenueClaimed").map((log) => log.args.amount), [due]);
  assert.equal(await token.claimableRevenue(chi.address, id), 0n);
  await assert.rejects(as(chi).claim.staticCall(id), /nothing to claim/);
});

test("permit: what ethers signs is accepted once, here, until its deadline", { skip }, async () => {
  const name = await token.name();
  const types = { Permit: ["owner:address", "spender:address", "value:uint256", "nonce:uint256", "deadline:uint256"].map((field) => ({ name: field.split(":")[0], type: field.split(":")[1] })) };
  const sign = async (over = {}, domain = {}) => {
    const message = { owner: chi.address, spender: eve.address, value: 5n, nonce: await token.nonces(chi.address), deadline: MaxUint256, ...over };
    const signature = await chi.signTypedData({ name, version: "1", chainId: 7641, verifyingContract: TOKEN, ...domain }, types, message);
    const { v, r, s } = Signature.from(signature);
    return [message.owner, message.spender, message.value, message.deadline, v, r, s];
  };
  for (const [what, args, why] of [
    ["another chain", await sign({}, { chainId: 1 }), /not the owner's/],
    ["another token", await sign({}, { verifyingContract: eve.address }), /not the owner's/],
    ["another version", await sign({}, { version: "2" }), /not the owner's/],
    ["the next nonce", await sign({ nonce: (await token.nonces(chi.address)) + 1n }), /not the owner's/],
    ["a past deadline", await sign({ deadline: 1n }), /expired/],
    ["another owner", [fay.address, ...(await sign()).slice(1)], /not the owner's/],
  ]) await assert.rejects(as(eve).permit.staticCall(...args), why, what);
  const args = await sign();
  await done(as(eve).permit(...args, { gasLimit }));
  assert.equal(await token.allowance(chi.address, eve.address), 5n);
  await assert.rejects(as(eve).permit.staticCall(...args), /not the owner's/, "twice");
  await done(as(eve).transferFrom(chi.address, eve.address, 5n, { gasLimit }));
  await done(as(eve).transfer(chi.address, 5n, { gasLimit }));
});

test("equal holders lose nothing to dust, whoever claims how often", { skip }, async () => {
  const total = async (id) => Promise.all([bo, chi].map(async ({ address }) => [await token.balanceOf(address), await token.revenueOf(address, id)]));
  const id = (await epoch()) - 1n;
  for (let k = facts.epoch; k < facts.boughtIn; k++) {
    const [[, ofBo], [, ofChi]] = await total(k);
    assert.equal(ofBo, ofChi, `epoch ${k}`);
  }
  // bo never claimed, chi did: bo's whole due is the sum of its epochs, to within a unit each.
  let sum = 0n;
  for (let k = facts.epoch; k <= id; k++) sum += await token.revenueOf(bo.address, k);
  const due = await token.claimableRevenue(bo.address, id);
  assert.ok(due >= sum && due - sum < id - facts.epoch + 1n, `${due} and ${sum}`);
  const claimed = await done(as(bo).claim(id, { gasLimit }));
  assert.deepEqual(events(claimed, "RevenueClaimed").map((log) => log.args.amount), [due]);
});

test("delegatecall and staticcall change nothing; a revert takes everything back; views are not counted", { skip }, async () => {
  const caller = await deploy("Caller");
  const address = await caller.getAddress();
  const data = (name, ...args) => token.interface.encodeFunctionData(name, args);
  await done(as(fay).transfer(address, 10n, { gasLimit }));
  const supply = await token.totalSupply();
  for (const method of ["delegateCall", "staticCall"]) {
    const [went] = await caller[method].staticCall(TOKEN, data("transfer", eve.address, 1n));
    assert.equal(went, false, method);
  }
  const nested = await done(caller.nestedRevert(TOKEN, data("burn", 1n), { gasLimit: 2_000_000 }));
  assert.equal(nested.status, 1);
  assert.deepEqual([...(await caller.nestedRevert.staticCall(TOKEN, data("burn", 1n), { gasLimit: 2_000_000 }))], [false, "on purpose"]);
  assert.deepEqual([await token.balanceOf(address), await token.totalSupply()], [10n, supply]);
  assert.equal(nested.logs.length, 0, "no event of what was taken back");

  const many = await done(caller.viewsThenCall(TOKEN, data("claimableRevenue", bo.address, 1n), 50, data("transfer", fay.address, 9n), { gasLimit: 5_000_000 }));
  assert.equal(many.status, 1);
  assert.equal(await token.balanceOf(address), 1n);
  const before = await provider.getBalance(TOKEN);
  await done(caller.stipend(TOKEN, { value: 11n, gasLimit }));
  assert.equal(await provider.getBalance(TOKEN), before + 11n, "2,300 gas are enough; a sync credits it");
  await done(caller.call(TOKEN, data("burn", 1n), { gasLimit }));
});

test("all tokens burnt, and income after that: no panic, nothing lost", { skip }, async () => {
  await epochsPass(1n);
  for (const wallet of [bo, chi, dee, fay]) {
    const balance = await token.balanceOf(wallet.address);
    if (balance > 0n) await done(as(wallet).burn(balance, { gasLimit }));
  }
  const left = await token.totalSupply();
  assert.equal(left, facts.each / 2n + facts.each / 4n, "only the pool's and the lost ones");
  const paid = await done(eve.sendTransaction({ to: TOKEN, value: parseEther("1"), gasLimit: 400_000 }));
  assert.equal(events(paid, "RevenueDeposited").length, 1);
  const id = (await epoch()) - 1n;
  const due = await token.claimableRevenue(dee.address, id);
  assert.ok(due > 0n, "what was earned before the burn stays claimable");
  const claimed = await done(as(dee).claim(id, { gasLimit }));
  assert.deepEqual(events(claimed, "RevenueClaimed").map((log) => log.args.amount), [due]);
});
