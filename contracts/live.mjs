// What the tests on a running network share. RPC is its address; KEYS are private keys of funded accounts, separated by commas: tests
// that run side by side sign with accounts of their own, because two of one account would race for its nonce.
import assert from "node:assert/strict";
import { ContractFactory, JsonRpcProvider, Wallet } from "ethers";
import { compile } from "./compile.mjs";

const { RPC = "http://127.0.0.1:8545", KEYS } = process.env;
assert.ok(KEYS, "KEYS must hold private keys of funded accounts");

// A node tells of a block a moment before its index of transactions knows the block's, and answers with an error in between.
class Patient extends JsonRpcProvider {
  async send(method, params) {
    for (let left = 30; ; left--) {
      try {
        return await super.send(method, params);
      } catch (error) {
        if (left === 0 || !/tx not found/.test(String(error.error?.message ?? error.message))) throw error;
        await new Promise((next) => setTimeout(next, 100));
      }
    }
  }
}

export const provider = new Patient(RPC, undefined, { polling: true, pollingInterval: 100 });
const free = KEYS.split(",").map((key) => new Wallet(key, provider));

// An account that no other test of this file has.
export function account() {
  const wallet = free.shift();
  assert.ok(wallet, "KEYS holds too few accounts");
  return wallet;
}

export async function deploy(wallet, file, name, ...args) {
  const { abi, bytecode } = compile(file, name);
  const contract = await new ContractFactory(abi, bytecode, wallet).deploy(...args);
  await contract.waitForDeployment();
  return contract;
}

// The receipt of a transaction that was sent.
export const done = async (sent) => (await sent).wait();

// What ask gives, once it gives something.
export async function until(what, ask, seconds = 60) {
  for (let end = Date.now() + seconds * 1000; Date.now() < end; await new Promise((next) => setTimeout(next, 100))) {
    const got = await ask();
    if (got) return got;
  }
  assert.fail(`${what}: not within ${seconds} s`);
}
