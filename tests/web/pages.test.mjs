// Every page on a live network: drawn at once, small, without a complaint, usable by keyboard.
import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { browser, drawn, env, eventually, open, rest } from './browser.mjs';

after(() => browser.close());

const { tokens: [work] } = await rest('/imod/aigc/v1/collections/1/tokens');
const pages = {
  home: '', model: 'model/1', offering: `offering/${env.offering}`, sale: 'offering/1', income: 'income/1', works: 'works',
  work: `work/1/${work.token_id}`, request: `request/${work.request_id}`, validators: 'validators', solvency: 'solvency',
};
const maxTransfer = 300_000, maxPaint = 1000, maxShot = 150_000, maxRun = 3000;

async function shot(page, name) {
  const path = join(env.screenshots, `${name}.png`);
  await page.evaluate(() => Promise.all([...document.images].map((i) => i.decode().catch(() => {}))));
  await page.screenshot({ path });
  assert.ok(statSync(path).size < maxShot, `${name}: ${statSync(path).size} bytes`);
}

for (const [name, hash] of Object.entries(pages)) {
  test(`${name}: fast, small, sound`, async () => {
    let transferred = 0;
    const { page, errors, close } = await open(hash, {
      prepare: async (p) => {
        const cdp = await p.context().newCDPSession(p);
        await cdp.send('Network.enable');
        cdp.on('Network.loadingFinished', (e) => { transferred += e.encodedDataLength; });
      },
    });
    await page.waitForLoadState('networkidle');
    const paint = await page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime);
    assert.ok(paint < maxPaint, `first paint after ${paint} ms`);
    assert.ok(transferred > 10_000 && transferred < maxTransfer, `${transferred} bytes`);
    const seen = await page.evaluate(() => ({
      h1: document.querySelectorAll('h1').length, landmarks: ['header', 'nav', 'main', 'footer'].filter((t) => document.querySelector(t)).length,
      unlabelled: [...document.querySelectorAll('input, textarea')].filter((f) => !f.labels.length).length,
      alt: [...document.images].filter((i) => !i.hasAttribute('alt')).length,
      captions: [...document.querySelectorAll('main table:has(th)')].filter((t) => !t.caption).length,
      wide: document.documentElement.scrollWidth > innerWidth, wrong: document.querySelectorAll('.notice.bad').length,
      broken: [...document.querySelectorAll('.frame .missing')].map((m) => m.textContent),
    }));
    assert.deepEqual(seen, { h1: 1, landmarks: 4, unlabelled: 0, alt: 0, captions: 0, wide: false, wrong: 0, broken: [] });
    assert.deepEqual(errors, []);
    await shot(page, name);
    await close();
  });
}

test('phone and dark', async () => {
  const phone = { viewport: { width: 390, height: 780 }, isMobile: true, hasTouch: true };
  for (const [name, hash, options] of [
    ['home-dark', pages.home, { colorScheme: 'dark' }], ['offering-phone', pages.offering, phone], ['income-phone', pages.income, phone],
    ['model-phone-dark', pages.model, { ...phone, colorScheme: 'dark' }], ['work-phone', pages.work, phone],
  ]) {
    const { page, errors, close } = await open(hash, options);
    await page.waitForLoadState('networkidle');
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth > innerWidth), false, `${name} is too wide`);
    assert.deepEqual(errors, []);
    await shot(page, name);
    await close();
  }
});

test('the ribbon names the kind of network', async () => {
  const { kind } = await rest('/imod/imo/v1/network');
  assert.equal(kind, 'NETWORK_KIND_LOCAL');
  const { page, close } = await open('');
  await page.getByText('LOCAL ·').waitFor();
  await close();
});

test('a minted picture, run again in the browser, has the same hash', async () => {
  const { page, errors, close } = await open(pages.work);
  const begun = Date.now();
  await page.getByRole('button', { name: 'Re-run here' }).click();
  await page.getByText('✓ Equal.').waitFor({ timeout: 15_000 });
  const took = Date.now() - begun;
  assert.ok(took <= maxRun, `click to equal hashes: ${took} ms`);
  assert.deepEqual(await page.locator('.hash code').allTextContents(), [work.output_root, work.output_root]);
  assert.deepEqual(errors, []);
  await page.locator('.hashes').scrollIntoViewIfNeeded();
  await shot(page, 'rerun');
  await close();
});

test('the picture of a token opens by itself', async () => {
  const page = await browser.newPage({ viewport: { width: 320, height: 240 } });
  const answer = await page.goto(new URL(`/imod/aigc/v1/content/1/${work.token_id}`, env.pages).href);
  assert.equal(answer.headers()['content-type'], 'image/png');
  assert.match(answer.headers()['imod-digital-source-type'], /trainedAlgorithmicMedia$/);
  assert.deepEqual(await page.evaluate(() => [document.images.length, document.images[0].naturalWidth, document.images[0].naturalHeight]), [1, 64, 64]);
  await shot(page, 'token');
  await page.close();
});

test('a bundle with a changed byte is refused', async () => {
  const { page, close } = await open(pages.work, {
    prepare: (p) => p.route('**/bundle/*/weights', async (route) => {
      const answer = await route.fetch();
      const body = Buffer.from(await answer.body());
      body[1000] ^= 1;
      await route.fulfill({ response: answer, body });
    }),
  });
  await page.getByRole('button', { name: 'Re-run here' }).click();
  await page.getByText('It could not be run').waitFor();
  assert.equal(await page.locator('.hashes').count(), 0);
  await close();
});

test('the market of a token: what a swap would pay, asked once the typing stops', async () => {
  const coin = (amount, denom = 'aimo') => ({ denom, amount: String(amount) });
  const pool = { model_id: '1', tokens: coin(10n ** 20n, 'model-1'), payment: coin(10n ** 19n), fee_bps: 30 };
  const asked = [];
  const { page, errors, close } = await open('offering/1', {
    prepare: async (p) => {
      await p.route('**/imod/imo/v1/offerings/1', async (route) => { // the demo's token has no market
        const response = await route.fetch(), json = await response.json();
        json.terms.liquidity_bps = 1000;
        await route.fulfill({ response, json });
      });
      await p.route('**/imod/imo/v1/pools/1', (route) => route.fulfill({ json: { pool, price: coin(10n ** 17n), average_price: coin(2n * 10n ** 17n) } }));
      await p.route('**/imod/imo/v1/pools/1/quote/*', (route) => {
        asked.push(decodeURIComponent(route.request().url().split('/').pop()));
        return route.fulfill({ json: { amount_out: coin(9n * 10n ** 18n, 'model-1'), fee: coin(3), price: coin(12n * 10n ** 16n) } });
      });
    },
  });
  const panel = page.getByRole('region', { name: 'Market' });
  await panel.getByText('0.1 IMO').waitFor();
  await panel.getByText('100 ').first().waitFor();
  await panel.getByLabel('Amount to give, IMO').pressSequentially('1.5', { delay: 20 });
  await panel.getByText(/You get 9 .* now, at least 8\.91 .*; the price is 0\.12 IMO afterwards\./).waitFor();
  assert.deepEqual(asked, ['1500000000000000000aimo']);
  await panel.getByLabel('Swap').selectOption('sell');
  await panel.getByLabel(/Amount to give, (?!IMO)/).waitFor();
  await eventually('the other side', () => asked.at(-1) === '1500000000000000000model-1', 5);
  assert.deepEqual(errors, []);
  await close();
});

test('deep links, history and keyboard', async () => {
  const { page, errors, close } = await open('');
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.textContent), 'Skip to the content');
  await page.getByRole('navigation').getByRole('link', { name: 'Solvency' }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'Solvency' }).waitFor();
  assert.equal(await page.evaluate(() => document.activeElement.id), 'main');
  assert.equal(await page.locator('[aria-current=page]').textContent(), 'Solvency');
  assert.equal(await page.locator('#live').textContent(), 'Solvency');
  await page.goBack();
  await eventually('the first page', () => page.getByRole('heading', { name: 'Own a share of what a model earns.' }).isVisible(), 5);
  await drawn(page);
  assert.deepEqual(errors, []);
  await close();
});
