// ERC-721 and its neighbours as the standards' texts have them, on a collection of a running network:
// RPC=… KEYS=0x…,… COLLECTION=0x… node --test test/erc721.test.mjs
// Every account of KEYS owns three final tokens; most calls that must fail are asked for by eth_call.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Wallet } from "ethers";
import { UNKNOWN, ZERO, collection, document, encode, gas, logged, owner, refused } from "../collection.mjs";
import { deploy, done, until } from "../live.mjs";

const stranger = Wallet.createRandom().address;
const from = (who) => ({ from: who });

// Side by side: every one of them mostly waits for blocks.
describe("a collection", { concurrency: true }, () => {
  it("says what it is: ERC-165 ids, name, symbol, metadata, royalty", async () => {
    for (const id of ["0x01ffc9a7", "0x80ac58cd", "0x5b5e139f", "0x780e9d63", "0x702c55a6", "0xfa1a557a", "0x3f37dce2", "0x2a55205a", "0x49064906"]) {
      assert.equal(await collection.supportsInterface(id), true, id);
    }
    for (const id of ["0xffffffff", "0x00000000", "0xd9b67a26"]) assert.equal(await collection.supportsInterface(id), false, id);
    assert.deepEqual([await collection.name(), await collection.symbol()], ["Colours", "COL"]);
    const token = await collection.tokenByIndex(0);
    const metadata = JSON.parse(await document(collection, token));
    assert.equal(metadata.ai_generated, true);
    assert.equal(BigInt("0x" + metadata.token_id), token);
    await refused("metadata of nothing", collection.tokenURI(UNKNOWN), /does not exist/);
    const [receiver, amount] = await collection.royaltyInfo(token, 10_000n);
    assert.notEqual(receiver, ZERO);
    assert.equal(amount, 600n, "5 % for the model, 1 % for the creator");
  });

  it("counts and enumerates", async () => {
    const { wallet, tokens } = await owner();
    assert.equal(await collection.balanceOf(wallet.address), 3n);
    assert.equal(await collection.balanceOf(stranger), 0n);
    await refused("the zero address", collection.balanceOf(ZERO), /zero address/);
    for (const token of tokens) assert.equal(await collection.ownerOf(token), wallet.address);
    await refused("an unknown token", collection.ownerOf(UNKNOWN), /does not exist/);
    await refused("beyond the owner's", collection.tokenOfOwnerByIndex(wallet.address, 3), /out of range/);
    await refused("of nobody", collection.tokenOfOwnerByIndex(stranger, 0), /out of range/);
    const supply = await collection.totalSupply();
    await refused("beyond all", collection.tokenByIndex(supply + 1000n), /out of range/);
    const first = await Promise.all(Array.from({ length: 12 }, (_, i) => collection.tokenByIndex(i)));
    assert.equal(new Set(first).size, 12, "every position has a token of its own");
    assert.equal(await collection.tokenId(await collection.prompt(tokens[0])), tokens[0], "prompt and token are one to one");
  });

  it("moves for its owner, to himself too, and for nobody else", async () => {
    const { wallet, tokens: [a, b, c], as } = await owner();
    const move = (caller, ...args) => collection.transferFrom.staticCall(...args, from(caller));
    await refused("a stranger", move(stranger, wallet.address, stranger, a), /may not act/);
    await refused("from somebody else", move(wallet.address, stranger, wallet.address, a), /does not own/);
    await refused("to zero", move(wallet.address, wallet.address, ZERO, a), /cannot receive/);
    await refused("to the contract", move(wallet.address, wallet.address, collection.target, a), /cannot receive/);
    await refused("an unknown token", move(wallet.address, wallet.address, stranger, UNKNOWN), /does not exist/);
    await refused("value", collection.transferFrom.staticCall(wallet.address, stranger, a, { ...from(wallet.address), value: 1n }), /payable/);

    await done(as.approve(stranger, a, gas));
    const sent = logged(await done(as.transferFrom(wallet.address, stranger, a, gas)));
    assert.deepEqual(sent, [["Transfer", wallet.address, stranger, a]]);
    assert.deepEqual([await collection.ownerOf(a), await collection.getApproved(a)], [stranger, ZERO], "an approval ends with the move");
    assert.deepEqual([await collection.balanceOf(wallet.address), await collection.balanceOf(stranger)], [2n, 1n]);
    assert.equal(await collection.tokenOfOwnerByIndex(stranger, 0), a);
    assert.deepEqual(new Set(await Promise.all([0, 1].map((i) => collection.tokenOfOwnerByIndex(wallet.address, i)))), new Set([b, c]));

    await done(as.approve(stranger, b, gas));
    assert.deepEqual(logged(await done(as.transferFrom(wallet.address, wallet.address, b, gas))), [["Transfer", wallet.address, wallet.address, b]]);
    assert.deepEqual([await collection.ownerOf(b), await collection.getApproved(b)], [wallet.address, ZERO]);
    assert.equal(await collection.balanceOf(wallet.address), 2n);
  });

  it("is approved and disapproved, one token at a time", async () => {
    const [{ wallet, tokens: [a, b], as }, other] = await Promise.all([owner(), owner()]);
    assert.equal(await collection.getApproved(a), ZERO);
    await refused("approvals of nothing", collection.getApproved(UNKNOWN), /does not exist/);
    await refused("approving nothing", as.approve.staticCall(stranger, UNKNOWN), /does not exist/);
    await refused("a stranger approves", collection.approve.staticCall(stranger, a, from(other.wallet.address)), /may not act/);
    const approved = other.wallet.address;
    assert.deepEqual(logged(await done(as.approve(approved, a, gas))), [["Approval", wallet.address, approved, a]]);
    assert.equal(await collection.getApproved(a), approved);
    await refused("who is approved approves", collection.approve.staticCall(stranger, a, from(approved)), /may not act/);
    await refused("of another token", collection.transferFrom.staticCall(wallet.address, approved, b, from(approved)), /may not act/);
    assert.deepEqual(logged(await done(as.approve(ZERO, a, gas))), [["Approval", wallet.address, ZERO, a]]);
    assert.equal(await collection.getApproved(a), ZERO);
    await refused("after it ended", collection.transferFrom.staticCall(wallet.address, approved, a, from(approved)), /may not act/);
    await done(as.approve(approved, a, gas));
    assert.deepEqual(logged(await done(other.as.transferFrom(wallet.address, approved, a, gas))), [["Transfer", wallet.address, approved, a]]);
    assert.equal(await collection.ownerOf(a), approved);
    await refused("once it is gone", as.transferFrom.staticCall(approved, wallet.address, a), /may not act/);
  });

  it("has operators of all tokens of an owner", async () => {
    const [{ wallet, tokens: [a, b], as }, operator] = await Promise.all([owner(), owner()]);
    await refused("the zero address", as.setApprovalForAll.staticCall(ZERO, true), /zero address/);
    assert.deepEqual(logged(await done(as.setApprovalForAll(wallet.address, true, gas))), [["ApprovalForAll", wallet.address, wallet.address, true]]);
    assert.equal(await collection.isApprovedForAll(wallet.address, operator.wallet.address), false);
    const set = logged(await done(as.setApprovalForAll(operator.wallet.address, true, gas)));
    assert.deepEqual(set, [["ApprovalForAll", wallet.address, operator.wallet.address, true]]);
    assert.equal(await collection.isApprovedForAll(wallet.address, operator.wallet.address), true);
    assert.equal(await collection.isApprovedForAll(operator.wallet.address, wallet.address), false, "it goes one way");
    assert.deepEqual(logged(await done(operator.as.approve(stranger, a, gas))), [["Approval", wallet.address, stranger, a]]);
    assert.deepEqual(logged(await done(operator.as.transferFrom(wallet.address, stranger, a, gas))), [["Transfer", wallet.address, stranger, a]]);
    await done(as.setApprovalForAll(operator.wallet.address, false, gas));
    await refused("when dismissed", operator.as.transferFrom.staticCall(wallet.address, stranger, b), /may not act/);
  });

  it("goes to receivers that take it, and only to those", async () => {
    const { wallet, tokens: [a, b, c], as } = await owner();
    const plain = as["safeTransferFrom(address,address,uint256)"];
    const withData = as["safeTransferFrom(address,address,uint256,bytes)"];
    const receiver = (mode) => deploy(wallet, "attacks/Receivers.sol", "Receiver", mode);
    const good = await receiver(0);
    for (const [mode, why] of [[1, /does not take/], [2, /not today/], [3, /does not take/], [4, /panic|assert|does not take/i]]) {
      const bad = await receiver(mode);
      await refused(`receiver ${mode}`, plain.staticCall(wallet.address, bad.target, a), why);
      await refused(`receiver ${mode} with data`, withData.staticCall(wallet.address, bad.target, a, "0x01"), why);
      if (mode === 2) await assert.rejects(done(plain(wallet.address, bad.target, a, gas)), "in a block too");
    }
    const deaf = await deploy(wallet, "attacks/Receivers.sol", "NotReceiver");
    await refused("not a receiver", plain.staticCall(wallet.address, deaf.target, a), /does not take/);
    await refused("to zero", plain.staticCall(wallet.address, ZERO, a), /cannot receive/);
    await refused("a stranger", collection["safeTransferFrom(address,address,uint256)"].staticCall(wallet.address, good.target, a, from(stranger)), /may not act/);
    assert.equal(await collection.ownerOf(a), wallet.address);

    const taken = await done(withData(wallet.address, good.target, a, "0xc0ffee", gas));
    assert.deepEqual(logged(taken), [["Transfer", wallet.address, good.target, a]]);
    assert.deepEqual([...good.interface.parseLog(taken.logs.find((log) => log.address === good.target)).args], [wallet.address, wallet.address, a, "0xc0ffee"]);
    const back = await receiver(5);
    const returned = logged(await done(plain(wallet.address, back.target, b, gas)));
    assert.deepEqual(returned, [["Transfer", wallet.address, back.target, b], ["Transfer", back.target, wallet.address, b]], "the move is done before the receiver is asked");
    assert.equal(await collection.ownerOf(b), wallet.address);
    assert.deepEqual(logged(await done(plain(wallet.address, stranger, c, gas))), [["Transfer", wallet.address, stranger, c]]);
  });

  it("is minted with its Transfer, waits, is settled, is burnt, and never comes back", async () => {
    const [{ wallet, as }, other] = await Promise.all([owner(), owner()]);
    const prompt = encode(777_001, "a red on blue");
    const token = await collection.tokenId(prompt);
    const value = 10n ** 18n;
    assert.deepEqual(logged(await done(as.mint(prompt, { value, ...gas }))), [["Transfer", ZERO, wallet.address, token]]);
    assert.equal(await collection.ownerOf(token), wallet.address);
    await refused("minted twice", other.as.mint.staticCall(prompt, { value }), /exists/);
    const settled = await until("a result", async () => (await as.settle.staticCall(token).catch(() => "pending")) !== "pending");
    assert.ok(settled);
    const logs = logged(await done(other.as.settle(token, gas))); // by anyone
    assert.deepEqual(logs.map(([name]) => name), ["AigcData", "Update", "MetadataUpdate"]);
    assert.deepEqual([logs[0][1], logs[1][1], logs[2][1]], [token, token, token]);
    await refused("settled twice", as.settle.staticCall(token), /settled already/);
    await refused("burnt by a stranger", other.as.burn.staticCall(token), /may not act/);
    assert.deepEqual(logged(await done(as.burn(token, gas))), [["Transfer", wallet.address, ZERO, token]]);
    await refused("a burnt token", collection.ownerOf(token), /does not exist/);
    await refused("its metadata", collection.tokenURI(token), /does not exist/);
    await refused("minted again", as.mint.staticCall(prompt, { value }), /exists or existed/);
  });
});
