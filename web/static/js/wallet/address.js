// Both spellings of an account: bech32 and 0x. They are the same 20 bytes.
import { fromHex, toHex } from '../format.js';

const letters = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';
const generator = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];

function polymod(values) {
  let c = 1;
  for (const v of values) {
    const top = c >>> 25;
    c = ((c & 0x1ffffff) << 5) ^ v;
    generator.forEach((g, i) => { if ((top >>> i) & 1) c ^= g; });
  }
  return c >>> 0;
}

const expand = (prefix) => [...Array.from(prefix, (x) => x.charCodeAt(0) >> 5), 0, ...Array.from(prefix, (x) => x.charCodeAt(0) & 31)];

function regroup(values, from, to, pad) {
  let have = 0, bits = 0;
  const out = [];
  for (const v of values) {
    have = ((have << from) | v) & 0xffff;
    for (bits += from; bits >= to;) out.push((have >> (bits -= to)) & ((1 << to) - 1));
  }
  if (pad && bits) out.push((have << (to - bits)) & ((1 << to) - 1));
  return out;
}

export function toBech32(prefix, hex) {
  const data = regroup(fromHex(hex), 8, 5, true);
  const sum = polymod([...expand(prefix), ...data, 0, 0, 0, 0, 0, 0]) ^ 1;
  const check = [0, 1, 2, 3, 4, 5].map((i) => (sum >>> (5 * (5 - i))) & 31);
  return `${prefix}1${[...data, ...check].map((v) => letters[v]).join('')}`;
}

/** toHex20 is the 0x spelling; null when the text is no address of 20 bytes. */
export function toHex20(address) {
  const at = address.lastIndexOf('1');
  const prefix = address.slice(0, at);
  const values = Array.from(address.slice(at + 1), (c) => letters.indexOf(c));
  if (at < 1 || values.includes(-1) || polymod([...expand(prefix), ...values]) !== 1) return null;
  const raw = regroup(values.slice(0, -6), 5, 8, false);
  return raw.length === 20 ? `0x${toHex(Uint8Array.from(raw))}` : null;
}
