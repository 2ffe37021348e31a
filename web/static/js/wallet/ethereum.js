// MetaMask and other Ethereum wallets (EIP-1193), found by EIP-6963.
import { events, transactions } from '../api.js';
import { call, contracts, tokenAddress } from './abi.js';
import { toBech32 } from './address.js';
import { explain, Problem } from './problem.js';

const found = new Map();
addEventListener('eip6963:announceProvider', (event) => {
  const { info, provider } = event.detail || {};
  if (info?.uuid && provider?.request) found.set(info.uuid, { name: String(info.name || 'Ethereum wallet'), icon: info.icon, provider });
});

/** wallets asks the page for Ethereum wallets; window.ethereum stands in when none announces itself. */
export async function wallets() {
  dispatchEvent(new Event('eip6963:requestProvider'));
  await new Promise((done) => { setTimeout(done, 60); });
  if (found.size) return [...found.values()];
  return globalThis.ethereum?.request ? [{ name: globalThis.ethereum.isMetaMask ? 'MetaMask' : 'Ethereum wallet', provider: globalThis.ethereum }] : [];
}

/** connect returns a signer with the same three calls as Keplr's. */
export async function connect(wallet, config) {
  const { provider } = wallet;
  const ask = (method, params) => provider.request({ method, params });
  const [account] = await ask('eth_requestAccounts', []).catch((e) => { throw explain(e); });
  if (!/^0x[0-9a-fA-F]{40}$/.test(account || '')) throw new Problem('The wallet named no account.', 'Unlock it and connect again.');
  await onChain(ask, config.ethereum);
  const changed = () => dispatchEvent(new Event('wallet:changed'));
  provider.on?.('accountsChanged', changed);

  const send = async (to, data, value, progress, room = 13n) => {
    await onChain(ask, config.ethereum);
    const tx = { from: account, to, data, value: `0x${value.toString(16)}` };
    const [gas, price] = await Promise.all([ask('eth_estimateGas', [tx]), ask('eth_gasPrice', [])]).catch((e) => { throw explain(e); });
    const limit = (BigInt(gas) * room) / 10n;
    progress.fee(limit * BigInt(price));
    progress.sign();
    const hash = await ask('eth_sendTransaction', [{ ...tx, gas: `0x${limit.toString(16)}` }]).catch((e) => { throw explain(e); });
    progress.sent(hash);
    const receipt = await included(ask, hash);
    if (receipt.status !== '0x1') {
      await ask('eth_call', [tx, receipt.blockNumber]).catch((e) => { throw explain(e); });
      throw new Problem('The transaction was included and failed; the chain gave no reason.', 'Only its fee was paid. Reload the page and try again.');
    }
    return { hash, height: Number(receipt.blockNumber), fee: BigInt(receipt.gasUsed) * BigInt(receipt.effectiveGasPrice || price) };
  };
  return {
    kind: 'ethereum', name: wallet.name, address: toBech32(config.prefix, account), hex: account.toLowerCase(),
    bid: (m, p) => send(contracts.offerings, m.allowance
      ? call('placeBidFor(uint256,address,uint256,uint256,bytes32,uint256,bytes32[])', m.offeringId, account, m.amount, m.maxPrice, m.termsHash, m.allowance.cap, m.allowance.proof)
      : call('placeBid(uint256,uint256,uint256,bytes32)', m.offeringId, m.amount, m.maxPrice, m.termsHash), m.amount, p),
    // The first swap of an epoch shares out what the pool earned, which the estimate a block earlier does not.
    swap: (m, p) => send(contracts.offerings, call('swap(uint256,bool,uint256,uint256,uint256)', m.modelId, m.buy, m.give.amount, m.least.amount, m.deadline), m.buy ? m.give.amount : 0n, p, 25n),
    collect: (m, p) => send(contracts.offerings, call('collect(uint256)', m.offeringId), 0n, p),
    refund: (m, p) => send(contracts.offerings, call('refund(uint256)', m.offeringId), 0n, p),
    // A claim may be the first to see an epoch close, which the estimate a block earlier does not.
    claim: (m, p) => send(tokenAddress(m.modelId), call('claim(uint256)', m.upTo), 0n, p, 25n),
    request: async (m, p) => {
      const done = await send(contracts.oracle, call('requestWithSeed(uint256,uint32,bytes,uint64,bool)', m.modelId, m.version, m.input, m.seed, false), m.fee, p);
      return { ...done, requestId: await requestOf(toBech32(config.prefix, account), done.height) };
    },
  };
}

// requestOf finds the request in the chain's own events: the contract writes no log for a chosen seed.
// The node indexes a block a moment after it answers for it.
async function requestOf(address, height) {
  for (let tries = 0; tries < 10; tries += 1) {
    const { list } = await transactions('imod.oracle.v1.EventRequestCreated', 'requester', address, 1);
    const tx = list.find((t) => Number(t.height) === height);
    if (tx) return events(tx, 'imod.oracle.v1.EventRequestCreated').find((e) => e.requester === address)?.request_id || '';
    await new Promise((done) => { setTimeout(done, 500); });
  }
  return '';
}

// onChain moves the wallet to this network, and adds the network if the wallet does not know it.
async function onChain(ask, chain) {
  const here = async () => BigInt(await ask('eth_chainId', [])) === BigInt(chain.chainId);
  if (await here()) return;
  try {
    await ask('wallet_switchEthereumChain', [{ chainId: chain.chainId }]);
  } catch (error) {
    if (error?.code === 4001) throw explain(error);
    await ask('wallet_addEthereumChain', [chain]).catch((e) => { throw explain(e); });
  }
  if (!(await here())) throw new Problem(`The wallet is on another network than this page (${chain.chainName}).`, 'Choose this network in the wallet, then try again.');
}

async function included(ask, hash) {
  for (let tries = 0; tries < 60; tries += 1) {
    const receipt = await ask('eth_getTransactionReceipt', [hash]);
    if (receipt) return receipt;
    await new Promise((done) => { setTimeout(done, 500); });
  }
  throw new Problem(`No block took the transaction within 30 s (${hash}).`, 'Look at it in the wallet: it may still be included. Do not send it twice.');
}
