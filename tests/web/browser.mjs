// What every test of the pages needs: Debian's Chromium, the network's addresses, and keys of a local
// network, all from the environment that the Go test sets.
import { chromium } from 'playwright-core';

const need = (name) => {
  if (!process.env[name]) throw new Error(`${name} is not set: run these tests by make test-web`);
  return process.env[name];
};

export const env = {
  pages: need('PAGES'), jsonRPC: need('JSONRPC'), chainId: need('CHAIN_ID'), screenshots: need('SCREENSHOTS'),
  keplrKey: need('KEPLR_KEY'), ethereumKey: need('ETHEREUM_KEY'), offering: need('OFFERING'),
};
export const rest = async (path) => {
  const answer = await fetch(new URL(path, env.pages));
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return answer.json();
};

export const browser = await chromium.launch({ executablePath: process.env.CHROMIUM || '/usr/bin/chromium', args: ['--no-sandbox'] });

/** open shows a page and waits until it is drawn; errors holds what the console complained of. */
export async function open(hash, { prepare, wait = true, ...options } = {}) {
  const context = await browser.newContext({ viewport: { width: 1200, height: 900 }, reducedMotion: 'reduce', locale: 'en-GB', ...options });
  const page = await context.newPage();
  const errors = [];
  page.on('console', (m) => { if (['error', 'warning'].includes(m.type())) errors.push(`${m.text()} ${m.location().url}`); });
  page.on('pageerror', (e) => errors.push(e.message));
  page.on('request', (r) => { if (!r.url().startsWith(new URL(env.pages).origin) && !/^(data|blob):/.test(r.url())) errors.push(`foreign request ${r.url()}`); });
  if (prepare) await prepare(page);
  await page.goto(`${env.pages}#/${hash}`);
  if (wait) await drawn(page);
  return { page, errors, close: () => context.close() };
}

export const drawn = (page) => page.waitForFunction(() => !document.querySelector('main[aria-busy]') && document.querySelector('main h1') && document.title.includes('·'));

/** eventually asks until the answer is truthy. */
export async function eventually(what, ask, seconds = 60) {
  for (const end = Date.now() + seconds * 1000; Date.now() < end;) {
    const answer = await ask();
    if (answer) return answer;
    await new Promise((done) => { setTimeout(done, 500); });
  }
  throw new Error(`${what}: not within ${seconds} s`);
}
