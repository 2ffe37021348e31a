// Proofs of an allow list: what a creator gives to each account on it, read and checked before a bid is signed.
import { fromBase64, fromHex, toHex } from './format.js';

const longest = 32; // hashes from a leaf to the root

/** read takes {"cap": "base units", "proof": [32 bytes each, hex or base64]}; null when it is not that. */
export function read(text) {
  try {
    const { cap, proof, ...more } = JSON.parse(text);
    if (!/^\d{1,37}$/.test(cap) || !Array.isArray(proof) || proof.length > longest || Object.keys(more).length) return null;
    const hashes = proof.map((x) => (/^(0x)?[0-9a-fA-F]{64}$/.test(x) ? fromHex(x) : fromBase64(x)));
    return hashes.every((x) => x.length === 32) ? { cap: BigInt(cap), proof: hashes } : null;
  } catch {
    return null;
  }
}

const sha256 = async (bytes) => new Uint8Array(await crypto.subtle.digest('SHA-256', Uint8Array.from(bytes)));
const big = (n, size) => [...fromHex(BigInt(n).toString(16).padStart(size * 2, '0'))];

/** root is where an allowance leads for an account (0x...): that of the list if the account is on it. */
export async function root({ cap, proof }, chainId, offeringId, account) {
  let node = await sha256([0, ...new TextEncoder().encode(chainId), ...big(offeringId, 8), ...fromHex(account), ...big(cap, 32)]);
  for (const sibling of proof) {
    const [low, high] = toHex(node) < toHex(sibling) ? [node, sibling] : [sibling, node];
    node = await sha256([1, ...low, ...high]);
  }
  return toHex(node);
}

/** checkable: browsers hash only on pages that nobody on the way can change. The chain checks in any case. */
export const checkable = () => Boolean(globalThis.crypto?.subtle);
