// Signs what it is asked to, line by line, with the libraries that wallets are made of: CosmJS for Keplr and for Ledgers, ethers for
// MetaMask. A request is {wallet, key, document}: the key in hex, the document in base64 as the chain makes it, for typed data its
// JSON. The answer is {signature} in base64 or {error}.
import { createInterface } from 'node:readline';
import { serializeSignDoc } from '@cosmjs/amino';
import { keccak256, Secp256k1 } from '@cosmjs/crypto';
import { fromBase64, fromHex, toBase64 } from '@cosmjs/encoding';
import { DirectEthSecp256k1Wallet } from '@cosmjs/proto-signing';
import { SignDoc } from 'cosmjs-types/cosmos/tx/v1beta1/tx';
import { concat, getBytes, keccak256 as keccak, SigningKey, TypedDataEncoder } from 'ethers';

const wallets = {
  // CosmJS reads the document and writes it again before it signs.
  async direct(key, document) {
    const wallet = await DirectEthSecp256k1Wallet.fromKey(key, 'imo');
    const [{ address }] = await wallet.getAccounts();
    const { signature } = await wallet.signDirect(address, SignDoc.decode(document));
    return fromBase64(signature.signature);
  },
  // CosmJS 0.39 has no amino wallet for these keys: this is what one does.
  async amino(key, document) {
    const digest = keccak256(serializeSignDoc(JSON.parse(new TextDecoder().decode(document))));
    const signature = Secp256k1.createSignature(digest, key);
    return new Uint8Array([...signature.r(32), ...signature.s(32)]);
  },
  // As MetaMask does it: the domain by the types that are given. The signTypedData of ethers takes a contract's address for a domain,
  // where this chain's names "cosmos".
  async typed(key, document) {
    const { domain, types, primaryType, message } = JSON.parse(new TextDecoder().decode(document));
    const { EIP712Domain, ...others } = types;
    const hash = TypedDataEncoder.hashStruct;
    const digest = keccak(concat(['0x1901', hash('EIP712Domain', { EIP712Domain }, domain), hash(primaryType, others, message)]));
    return getBytes(new SigningKey(key).sign(digest).serialized);
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  try {
    const { wallet, key, document } = JSON.parse(line);
    const signature = await wallets[wallet](fromHex(key), fromBase64(document));
    console.log(JSON.stringify({ signature: toBase64(signature) }));
  } catch (error) {
    console.log(JSON.stringify({ error: String(error?.stack ?? error) }));
  }
}
