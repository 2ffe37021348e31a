// What a visitor meets when something is wrong: the page says what, and what to do.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { browser, drawn, env, open } from './browser.mjs';
import { connect, ethereum, keplr } from './wallets.mjs';

after(() => browser.close());

const offering = `offering/${env.offering}`;
const fill = async (page, amount) => {
  await page.getByLabel('Amount, IMO').fill(amount);
  await page.getByLabel(/I read the terms/).check();
  await page.getByRole('button', { name: 'Bid', exact: true }).click();
};

const hostile = [
  '<script>globalThis.pwned = 1</script><img src=x onerror="globalThis.pwned=2"><svg onload="globalThis.pwned=3">',
  'photo\u202egpj.exe\u2066\u0000\u200b', `${'A'.repeat(10_000)}<iframe srcdoc="<script>parent.pwned=4</script>">`, 'javascript:globalThis.pwned=5',
  '"><a href="javascript:globalThis.pwned=6" autofocus onfocus="globalThis.pwned=7">x</a>',
];
for (const [i, text] of hostile.entries()) {
  test(`hostile text ${i + 1} is text`, async () => {
    const poison = (value, name = '') => {
      if (typeof value === 'string') return ['name', 'summary', 'licence', 'token_name', 'token_symbol', 'metadata_uri', 'moniker', 'disclosure_hash'].includes(name) ? text : name === 'input' ? Buffer.from(text).toString('base64') : value;
      if (Array.isArray(value)) return value.map((v) => poison(v, name));
      return value && typeof value === 'object' ? Object.fromEntries(Object.entries(value).map(([k, v]) => [k, poison(v, k)])) : value;
    };
    const { page, close } = await open('', {
      prepare: async (p) => {
        await p.route(/\/(imod|cosmos)\/.*/, async (route) => {
          const answer = await route.fetch();
          if (!(answer.headers()['content-type'] || '').includes('json')) return route.fulfill({ response: answer });
          return route.fulfill({ response: answer, json: poison(await answer.json()) });
        });
        await p.route('**/card.md', (route) => route.fulfill({ contentType: 'text/markdown', body: `# ${text}\n\n${text}\n\n| ${text} |\n\n- ${text}` }));
      },
    });
    for (const hash of ['', 'model/1', offering, 'income/1', 'works', 'validators', 'solvency', 'request/1']) {
      await page.evaluate((h) => { location.hash = `#/${h}`; }, hash);
      await page.waitForTimeout(150);
      await drawn(page);
      const seen = await page.evaluate(() => ({
        pwned: globalThis.pwned, scripts: document.querySelectorAll('main script, main iframe, main [onerror], main [onload], main [onfocus], main svg[onload]').length,
        links: [...document.links].filter((a) => a.protocol !== 'http:').length, wide: document.documentElement.scrollWidth > innerWidth,
        hidden: /[\u202a-\u202e\u2066-\u2069\u200b\u0000]/.test(document.body.textContent), long: Math.max(...[...document.querySelectorAll('main bdi')].map((b) => b.textContent.length), 0),
      }));
      assert.equal(seen.pwned, undefined, hash);
      assert.deepEqual({ ...seen, long: seen.long < 700 }, { pwned: undefined, scripts: 0, links: 0, wide: false, hidden: false, long: true }, hash);
    }
    await close();
  });
}

test('node down: said, and back when it is', async () => {
  const api = /\/(imod|cosmos)\/.*/;
  const { page, close } = await open('solvency', { prepare: (p) => p.route(api, (route) => route.abort('connectionrefused')) });
  await page.getByRole('heading', { level: 1, name: 'The node does not answer.' }).waitFor();
  await page.getByText('Check that it runs').waitFor();
  await page.unroute(api);
  await page.getByRole('button', { name: 'Try again' }).click();
  await page.getByRole('heading', { level: 1, name: 'Solvency' }).waitFor();
  await close();
});

test('what does not exist is said', async () => {
  for (const hash of ['model/999', 'nonsense', 'offering/0', 'work/1/zz']) {
    const { page, close } = await open(hash);
    await page.getByRole('link', { name: 'All models' }).waitFor();
    await close();
  }
});

test('amounts are checked before anything is signed', async () => {
  const calls = [];
  const { page, close } = await open(offering, { prepare: async (p) => { await ethereum({ refuse: ['eth_sendTransaction'] })(p).then((c) => calls.push(c)); } });
  await connect(page, 'MetaMask');
  await drawn(page);
  for (const [amount, text] of [['0.5', 'below the least bid of 1 IMO'], ['abc', 'not a number'], ['-3', 'not a number'], ['100000000', 'at most']]) {
    await fill(page, amount);
    await page.getByRole('alert').getByText(text).waitFor();
    assert.equal(await page.getByLabel('Amount, IMO').getAttribute('aria-invalid'), 'true');
  }
  assert.ok(!calls.flat().includes('eth_estimateGas'));
  await close();
});

test('a wallet that refuses', async () => {
  const refuses = 'You refused in the wallet. Nothing was sent.';
  const metamask = await open(offering, { prepare: ethereum({ refuse: ['eth_sendTransaction'] }) });
  await connect(metamask.page, 'MetaMask');
  await drawn(metamask.page);
  await fill(metamask.page, '1');
  await metamask.page.getByRole('alert').getByText(refuses).waitFor();
  await metamask.close();

  const keplrRefuses = await open(offering, { prepare: keplr({ address: process.env.KEPLR_ADDRESS, refuse: ['sign'] }) });
  await connect(keplrRefuses.page, 'Keplr');
  await drawn(keplrRefuses.page);
  await fill(keplrRefuses.page, '1');
  await keplrRefuses.page.getByRole('alert').getByText(refuses).waitFor();
  await keplrRefuses.close();
});

test('a wallet on another network, or none at all', async () => {
  const stuck = await open('', { prepare: ethereum({ stuck: true }) });
  await stuck.page.getByRole('button', { name: 'Connect a wallet' }).click();
  await stuck.page.getByRole('dialog').getByRole('button', { name: 'MetaMask' }).click();
  await stuck.page.getByRole('alert').getByText('on another network').waitFor();
  await stuck.close();
  const none = await open('');
  await none.page.getByRole('button', { name: 'Connect a wallet' }).click();
  await none.page.getByText('This browser has no wallet').waitFor();
  await none.close();
});

test('the chain’s refusal is told in words', async () => {
  const { page, close } = await open('model/1', { prepare: keplr({ address: process.env.KEPLR_ADDRESS }) });
  await connect(page, 'Keplr');
  await drawn(page);
  await page.route('**/estimate_fee*', async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, json: { ...await answer.json(), model_price: { denom: 'aimo', amount: '1' } } });
  });
  await page.getByLabel('Prompt').fill('a red fish');
  await page.getByRole('button', { name: 'Ask and pay' }).click();
  const alert = page.getByRole('alert');
  await alert.waitFor();
  assert.ok((await alert.locator('p').count()) === 2, await alert.textContent());
  await close();
});
