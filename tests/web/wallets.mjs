// Stand-ins for MetaMask (EIP-1193, announced by EIP-6963) and Keplr. Keys stay in this process; the
// page gets the same interface that the extensions inject.
import { JsonRpcProvider, SigningKey, Wallet, computeAddress, getBytes, keccak256 } from 'ethers';
import { env } from './browser.mjs';

const provider = new JsonRpcProvider(env.jsonRPC, 7641, { staticNetwork: true });
const wallet = new Wallet(env.ethereumKey, provider);
export const ethereumAddress = wallet.address;
const refusal = { code: 4001, message: 'User rejected the request.' };

/** ethereum injects a wallet that begins on another network. refuse names methods that the user refuses. */
export const ethereum = ({ refuse = [], stuck = false } = {}) => async (page) => {
  let chain = '0x1', known = false;
  const calls = [];
  await page.exposeFunction('walletCall', async (method, params = []) => {
    calls.push(method);
    try {
      if (refuse.includes(method)) throw refusal;
      switch (method) {
        case 'eth_requestAccounts': case 'eth_accounts': return { result: [wallet.address] };
        case 'eth_chainId': return { result: chain };
        case 'wallet_switchEthereumChain':
          if (!known) throw { code: 4902, message: 'Unrecognized chain ID.' };
          chain = params[0].chainId;
          return { result: null };
        case 'wallet_addEthereumChain':
          if (params[0].nativeCurrency.decimals !== 18 || !params[0].rpcUrls.includes(env.jsonRPC)) throw { code: -32602, message: 'bad chain' };
          known = true;
          if (!stuck) chain = params[0].chainId;
          return { result: null };
        case 'eth_sendTransaction': {
          const { to, data, value, gas } = params[0];
          return { result: (await wallet.sendTransaction({ to, data, value, gasLimit: gas })).hash };
        }
        default: return { result: await provider.send(method, params) };
      }
    } catch (e) {
      return { error: { code: e.error?.code ?? e.code ?? -32603, message: e.error?.message ?? e.info?.error?.message ?? e.message, data: e.error?.data ?? e.info?.error?.data } };
    }
  });
  await page.addInitScript(() => {
    const injected = {
      request: async ({ method, params }) => {
        const answer = await globalThis.walletCall(method, params);
        if (answer.error) throw Object.assign(new Error(answer.error.message), answer.error);
        return answer.result;
      },
      on() {},
    };
    const detail = Object.freeze({ info: { uuid: 'c0ffee00-0000-4000-8000-000000000001', name: 'MetaMask', icon: 'data:image/svg+xml,<svg xmlns="http://www.w3.org/2000/svg"/>', rdns: 'io.metamask' }, provider: injected });
    addEventListener('eip6963:requestProvider', () => dispatchEvent(new CustomEvent('eip6963:announceProvider', { detail })));
  });
  return calls;
};

const key = new SigningKey(env.keplrKey);
const varint = (n) => (n < 128n ? [Number(n)] : [Number(n & 127n) | 128, ...varint(n >> 7n)]);
const bytes = (field, raw) => [(field << 3) | 2, ...varint(BigInt(raw.length)), ...raw];

/** keplr injects a wallet that signs the direct sign document with keccak256, as Keplr does for this key type. */
export const keplr = ({ address, refuse = [] }) => async (page) => {
  await page.exposeFunction('keplrCall', async (method, doc) => {
    if (refuse.includes(method)) return { error: 'Request rejected' };
    if (method === 'suggest') {
      const whole = ['rpc', 'rest', 'chainId', 'chainName'].every((f) => doc[f]) && doc.features.includes('eth-secp256k1-cosmos') && doc.rest === new URL(env.pages).origin;
      return whole && doc.chainId === env.chainId ? { ok: true } : { error: `bad chain ${JSON.stringify(doc)}` };
    }
    if (method === 'key') return { pubKey: [...getBytes(key.compressedPublicKey)], bech32Address: address, ethereumHexAddress: computeAddress(key.publicKey) };
    const number = BigInt(doc.accountNumber);
    const sign = Uint8Array.from([...bytes(1, doc.body), ...bytes(2, doc.auth), ...bytes(3, new TextEncoder().encode(doc.chainId)), ...(number ? [32, ...varint(number)] : [])]);
    const { r, s } = key.sign(keccak256(sign));
    return { signature: Buffer.from(getBytes(r + s.slice(2))).toString('base64') };
  });
  await page.addInitScript(() => {
    const call = async (method, doc) => {
      const answer = await globalThis.keplrCall(method, doc);
      if (answer.error) throw new Error(answer.error);
      return answer;
    };
    globalThis.keplr = {
      experimentalSuggestChain: (info) => call('suggest', info),
      enable: () => call('key'),
      getKey: async () => {
        const answer = await call('key');
        return { ...answer, name: 'test', algo: 'ethsecp256k1', pubKey: Uint8Array.from(answer.pubKey) };
      },
      signDirect: async (chainId, signer, doc) => {
        const { signature } = await call('sign', { body: [...doc.bodyBytes], auth: [...doc.authInfoBytes], chainId: doc.chainId, accountNumber: String(doc.accountNumber) });
        return { signed: doc, signature: { signature } };
      },
    };
  });
};

/** connect presses the button and chooses a wallet. */
export async function connect(page, name) {
  await page.getByRole('button', { name: 'Connect a wallet' }).click();
  await page.getByRole('dialog').getByRole('button', { name }).click();
  await page.getByRole('button', { name: 'Disconnect' }).waitFor();
}
