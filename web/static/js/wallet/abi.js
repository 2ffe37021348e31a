// Calls of the chain's contracts, encoded by hand. A Go test holds every selector against the ABI
// files beside the contracts.
export const contracts = {
  oracle: '0x0000000000000000000000000000000000000a00',
  offerings: '0x0000000000000000000000000000000000000a01',
};

export const selectors = {
  'placeBid(uint256,uint256,uint256,bytes32)': '0xc85c86be',
  'placeBidFor(uint256,address,uint256,uint256,bytes32,uint256,bytes32[])': '0x6941b704',
  'swap(uint256,bool,uint256,uint256,uint256)': '0x0b719a65',
  'collect(uint256)': '0xce3f865f',
  'refund(uint256)': '0x278ecde1',
  'requestWithSeed(uint256,uint32,bytes,uint64,bool)': '0x0aa57c32',
  'claim(uint256)': '0x379607f5',
};

/** tokenAddress is the contract of a model's token: 12 fixed bytes and the model's id. */
export const tokenAddress = (modelId) => `0xd25d7134e55a6d5b23efba78${BigInt(modelId).toString(16).padStart(16, '0')}`;

const pad = (hex) => hex.padStart(64, '0');
const word = (n) => pad(BigInt(n).toString(16));

/** call encodes arguments by the types in the signature: numbers, bool, address, bytes32, bytes and bytes32[]. */
export function call(signature, ...args) {
  const types = /\((.*)\)/.exec(signature)[1].split(',');
  let head = '', tail = '';
  types.forEach((type, i) => {
    const value = args[i];
    if (type === 'bytes') {
      head += word(types.length * 32 + tail.length / 2);
      const hex = Array.from(value, (b) => b.toString(16).padStart(2, '0')).join('');
      tail += word(value.length) + hex.padEnd(Math.ceil(hex.length / 64) * 64, '0');
    } else if (type === 'bytes32[]') {
      head += word(types.length * 32 + tail.length / 2);
      tail += word(value.length) + value.map((b) => Array.from(b, (x) => x.toString(16).padStart(2, '0')).join('')).join('');
    } else if (type === 'bytes32') head += value.replace(/^0x/, '').padEnd(64, '0');
    else head += word(value === true ? 1 : value === false ? 0 : value);
  });
  return selectors[signature] + head + tail;
}

/** reason reads the text of a revert; empty if there is none. */
export function reason(data) {
  if (typeof data !== 'string' || !data.startsWith('0x08c379a0')) return '';
  const length = Number(BigInt(`0x${data.slice(74, 138)}`));
  const hex = data.slice(138, 138 + length * 2);
  return new TextDecoder().decode(Uint8Array.from(hex.match(/../g) || [], (x) => parseInt(x, 16)));
}
