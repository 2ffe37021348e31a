// The defects of ERC-7007's reference implementation, turned round, on collections of a running network:
// RPC=… REST=… KEYS=0x…,… COLLECTION=0x… LETTERS=0x… node --test test/content.test.mjs
// LETTERS is a collection of a model that takes any 48 bytes.
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { concat, dataLength, dataSlice, getBytes, hexlify, isHexString, toUtf8Bytes } from "ethers";
import { at, collection, document, encode, gas, logged, owner, refused } from "../collection.mjs";
import { done, until } from "../live.mjs";

const { LETTERS, REST } = process.env;
const letters = at(LETTERS);
const value = 10n ** 18n;

// What the record says of a token.
async function recordOf(token, contract = collection) {
  return JSON.parse(await document(contract, token));
}

// The keys of a JSON object as they stand in its text, repeated ones included.
function keysOf(text) {
  const keys = [];
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === "{") depth++;
    if (text[i] === "}") depth--;
    if (text[i] !== '"') continue;
    let end = i + 1;
    while (text[end] !== '"') end += text[end] === "\\" ? 2 : 1;
    if (depth === 1 && text[end + 1] === ":") keys.push(JSON.parse(text.slice(i, end + 1)));
    i = end;
  }
  return keys;
}

describe("content of a collection", { concurrency: true }, () => {
  it("verify is true for the record's output of a minted prompt, and for nothing else", async () => {
    const { tokens: [token] } = await owner();
    const prompt = await collection.prompt(token);
    const root = "0x" + (await recordOf(token)).aigc_data;
    const verify = (p, data) => collection.verify(p, data, "0x");
    assert.equal(await verify(prompt, root), true);
    assert.equal(await verify(prompt, "0x" + "00".repeat(32)), false, "other data");
    assert.equal(await verify(prompt, "0x"), false, "no data");
    assert.equal(await verify(encode(424_242, "a red on blue"), root), false, "a prompt never minted");
    assert.equal(await collection.verify(encode(424_242, "a red on blue"), root, root), false, "whatever proof comes with it");
    assert.equal(await verify("0x", root), false, "no prompt");
    // ("ab", "c") is not ("a", "bc"): a byte that goes from one to the other changes both.
    const length = dataLength(prompt);
    assert.equal(await verify(dataSlice(prompt, 0, length - 1), concat([dataSlice(prompt, length - 1), root])), false, "a byte of the prompt in the data");
    assert.equal(await verify(concat([prompt, dataSlice(root, 0, 1)]), dataSlice(root, 1)), false, "a byte of the data in the prompt");
    const [ab, a] = [encode(9, "ab"), encode(9, "a")];
    assert.notEqual(await collection.tokenId(ab), await collection.tokenId(a));
    assert.deepEqual(await Promise.all([verify(ab, toUtf8Bytes("c")), verify(a, toUtf8Bytes("bc"))]), [false, false]);
    await refused("a prompt with bytes behind it", collection.tokenId(concat([a, "0x62"])), /length/);
  });

  it("nobody adds or replaces data, and an update needs a changed result", async () => {
    const [holder, stranger] = await Promise.all([owner(), owner()]);
    const [settled] = holder.tokens;
    const before = await recordOf(settled);
    const [prompt, root] = [await collection.prompt(settled), "0x" + before.aigc_data];
    const own = hexlify(toUtf8Bytes("my own picture"));
    for (const [who, caller] of [["a stranger", stranger.as], ["the owner", holder.as]]) {
      await refused(`${who} replaces data`, caller.addAigcData.staticCall(settled, prompt, own, "0x"), /settled already/);
      await refused(`${who} repeats data`, caller.addAigcData.staticCall(settled, prompt, root, "0x"), /settled already/);
      await refused(`${who} updates with the same`, caller.update.staticCall(prompt, root), /nothing new/);
      await refused(`${who} updates with his own`, caller.update.staticCall(prompt, own), /nothing new/);
      await refused(`${who} updates what was never minted`, caller.update.staticCall(encode(424_243, "a blue"), own), /does not exist/);
    }
    const fresh = encode(777_002, "a blue on red");
    const token = await collection.tokenId(fresh);
    await done(holder.as.mint(fresh, { value, ...gas }));
    await refused("before there is a result", stranger.as.addAigcData.staticCall(token, fresh, root, "0x"), /no final result|says otherwise/);
    await refused("an update of a pending token", stranger.as.update.staticCall(fresh, own), /pending/);
    await refused("a pending token moves", holder.as.transferFrom.staticCall(holder.wallet.address, stranger.wallet.address, token), /pending/);
    await refused("a pending token is listed", holder.as.list.staticCall(token, 1n), /pending/);
    assert.equal(await collection.verify(fresh, root, "0x"), false, "pending");
    await until("a result", async () => (await holder.as.settle.staticCall(token).catch(() => "pending")) !== "pending");
    await refused("a stranger's data", stranger.as.addAigcData.staticCall(token, fresh, own, "0x"), /says otherwise/);
    await refused("with another token's prompt", stranger.as.addAigcData.staticCall(token, prompt, root, "0x"), /not that of token/);
    // The one thing a stranger can do is to settle with what the record says anyway.
    await done(stranger.as.settle(token, gas));
    assert.equal(await collection.ownerOf(token), holder.wallet.address);
    assert.deepEqual(await recordOf(settled), before);
  });

  it("hostile prompts leave no string and add no key", async () => {
    const { wallet } = await owner();
    const minter = letters.connect(wallet);
    const pad = (text) => {
      const bytes = isHexString(text) ? getBytes(text) : toUtf8Bytes(text);
      return concat([bytes, new Uint8Array(48 - bytes.length).fill(0x2e)]);
    };
    const prompts = {
      quotes: pad('say "cheese" \\" and \'smile\' \\'),
      newlines: pad("one\ntwo\r\nthree\u2028four"),
      "control characters": pad("\u0000\u0001\u0008\u001b[31m\u007f\u0085"),
      "a second key": pad('x","ai_generated":false,"status":"y'),
      "markup": pad("</script><svg onload=alert(1)>&amp;"),
      "invalid UTF-8": pad(hexlify(new Uint8Array([0xff, 0xfe, 0xc0, 0x80, 0xed, 0xa0, 0x80, 0x22, 0x7d]))),
    };
    let nonce = await wallet.getNonce();
    const minted = await Promise.all(Object.entries(prompts).map(async ([name, input], i) => {
      const prompt = encode(5_000 + i, input);
      await done(minter.mint(prompt, { value, nonce: nonce + i, ...gas }));
      return { name, input, prompt, token: await letters.tokenId(prompt) };
    }));
    await until("results", async () => (await minter.settle.staticCall(minted.at(-1).token).catch(() => "pending")) !== "pending");
    nonce = await wallet.getNonce();
    await Promise.all(minted.map(({ token }, i) => done(minter.settle(token, { nonce: nonce + i, ...gas }))));
    const plain = [
      "name", "description", "ai_generated", "status", "collection", "token_id", "model", "version", "manifest_root", "seed", "prompt", "encoded_prompt",
      "aigc_data", "proof_type", "request_id", "requested_height", "final_height",
    ];
    for (const { name, input, prompt, token } of minted) {
      const text = await document(letters, token);
      const parsed = JSON.parse(text);
      const valid = name !== "invalid UTF-8";
      assert.deepEqual(keysOf(text), plain.filter((key) => valid || key !== "prompt"), name);
      assert.equal(parsed.ai_generated, true, name);
      assert.equal(parsed.status, "final", name);
      assert.equal("0x" + parsed.encoded_prompt, prompt, name);
      if (valid) assert.equal(parsed.prompt, Buffer.from(getBytes(input)).toString("utf8"), name);
      assert.equal(await letters.verify(prompt, "0x" + parsed.aigc_data, "0x"), true, name);
      const id = token.toString(16).padStart(64, "0");
      const rest = await (await fetch(`${REST}/imod/aigc/v1/collections/${parsed.collection}/tokens/${id}`)).json();
      assert.equal("0x" + Buffer.from(rest.token.input, "base64").toString("hex"), input, name);
      const file = await fetch(`${REST}/imod/aigc/v1/content/${parsed.collection}/${id}`);
      assert.equal(file.status, 200, name);
      assert.match(file.headers.get("content-type"), /^text\/plain|^application\/json/, name);
      assert.equal(file.headers.get("x-content-type-options"), "nosniff", name);
      assert.match(file.headers.get("imod-digital-source-type"), /trainedAlgorithmicMedia$/, name);
    }
    assert.equal(logged(await done(minter.approve(wallet.address, minted[0].token, gas)), letters)[0][0], "Approval");
  });
});
