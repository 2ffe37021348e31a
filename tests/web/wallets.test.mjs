// Bid, request and claim through both wallets, on the live network.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { browser, drawn, env, eventually, open, rest } from './browser.mjs';
import { connect, ethereum, ethereumAddress, keplr } from './wallets.mjs';

after(() => browser.close());

const doors = [
  { name: 'Keplr', address: process.env.KEPLR_ADDRESS, prepare: keplr({ address: process.env.KEPLR_ADDRESS }) },
  { name: 'MetaMask', address: process.env.ETHEREUM_ADDRESS, prepare: ethereum() },
];
const balance = async (address) => BigInt((await rest(`/cosmos/bank/v1beta1/balances/${address}/by_denom?denom=aimo`)).balance.amount);
const goTo = async (page, hash) => {
  await page.evaluate((h) => { location.hash = `#/${h}`; }, hash);
  await page.waitForFunction((h) => location.hash === `#/${h}`, hash);
  await drawn(page);
};
/** included waits for a block, and fails with the page's own words when something was refused. */
async function included(page) {
  const done = page.getByText(/^In block [\d,]+\. The network's fee was/), refused = page.getByRole('alert');
  await done.or(refused).first().waitFor({ timeout: 40_000 });
  assert.equal(await refused.count(), 0, (await refused.allTextContents()).join(' '));
}

for (const door of doors) {
  test(`${door.name}: bid, request, claim`, async () => {
    const { page, errors, close } = await open(`offering/${env.offering}`, door);
    await connect(page, door.name);
    await drawn(page);

    const allocation = async () => BigInt((await rest(`/imod/imo/v1/offerings/${env.offering}/allocations/${door.address}`).catch(() => null))?.allocation.deposited || 0);
    const before = await allocation();
    await page.getByLabel('Amount, IMO').fill('2.5');
    await page.getByLabel(/I read the terms/).check();
    await page.getByRole('button', { name: 'Bid', exact: true }).click();
    await included(page);
    await page.getByText('Your bid of 2.5 IMO stands.').waitFor();
    assert.equal(await allocation() - before, 2_500_000_000_000_000_000n);

    await goTo(page, 'model/1');
    await page.getByText('Prompts are public for ever').waitFor();
    await page.getByLabel('Prompt').fill('a green tree on a yellow ground');
    await page.getByRole('button', { name: 'Ask and pay' }).click();
    await included(page);
    const link = page.getByRole('link', { name: /Watch request \d+/ });
    const id = /\d+/.exec(await link.textContent())[0];
    await link.click();
    await page.getByText('attested by validators').waitFor({ timeout: 30_000 });
    const { request } = await rest(`/imod/oracle/v1/requests/${id}`);
    assert.equal(request.requester, door.address);
    assert.equal(Buffer.from(request.input, 'base64').toString(), 'a green tree on a yellow ground');

    await eventually('income to claim', async () => (await rest(`/imod/revshare/v1/pools/model-1/claimable/${door.address}`)).amount.some((c) => BigInt(c.amount) > 10n ** 15n));
    await goTo(page, 'income/1');
    const poor = await balance(door.address);
    await page.getByRole('button', { name: 'Claim' }).click();
    await included(page);
    await page.getByText('Your income is in your account.').waitFor();
    assert.ok(await balance(door.address) > poor, 'the claim pays more than its fee');
    assert.deepEqual(errors, []);
    await close();
  });
}

test('the Ethereum account is the same account', () => assert.equal(ethereumAddress.toLowerCase(), process.env.ETHEREUM_HEX.toLowerCase()));
