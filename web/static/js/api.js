// The node's REST API, same origin as the pages.

/** ChainError says what is wrong and what the visitor can do. */
export class ChainError extends Error {
  constructor(kind, message, advice = '') {
    super(message);
    this.kind = kind; // down | absent | refused
    this.advice = advice;
  }
}

const wait = 12000;

async function ask(path, init = {}) {
  let answer;
  try {
    answer = await fetch(path, { ...init, headers: { accept: 'application/json', ...init.headers }, signal: AbortSignal.timeout(wait), cache: 'no-store' });
  } catch (cause) {
    if (cause.name === 'AbortError') throw cause;
    throw new ChainError('down', 'The node does not answer.', 'Check that it runs (imod status), then try again. Nothing was sent.');
  }
  const body = await answer.json().catch(() => null);
  if (answer.ok && body !== null) return body;
  const message = body?.message || `the node answered ${answer.status}`;
  // 503 in the API's own form: this node lacks one thing, such as an output; it is not down.
  if (answer.status === 404 || answer.status === 501 || (answer.status === 503 && body?.message)) throw new ChainError('absent', message);
  if (answer.status >= 502 && answer.status <= 504) {
    throw new ChainError('down', 'The node does not answer.', 'Check that it runs (imod status), then try again.');
  }
  throw new ChainError('refused', message);
}

export const get = (path) => ask(path);
export const post = (path, body) => ask(path, { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } });

/** maybe is null where the node has no such thing or no such query. */
export async function maybe(path) {
  try {
    return await ask(path);
  } catch (error) {
    if (error instanceof ChainError && error.kind !== 'down') return null;
    throw error;
  }
}

/** all reads pages of a list until `most` entries; `cut` says that there are more. */
export async function all(path, field, most = 300) {
  const out = [];
  for (let key = ''; ;) {
    const join = path.includes('?') ? '&' : '?';
    const page = await ask(`${path}${join}pagination.limit=100${key ? `&pagination.key=${encodeURIComponent(key)}` : ''}`);
    out.push(...page[field]);
    key = page.pagination?.next_key;
    if (!key) return { list: out, cut: false };
    if (out.length >= most) return { list: out, cut: true };
  }
}

/** transactions finds those with an event attribute; newest first, at most `most`. */
export async function transactions(event, key, value, most = 200) {
  const query = `${event}.${key}='${JSON.stringify(String(value))}'`;
  const out = [];
  for (let page = 1; ; page += 1) {
    const answer = await maybe(`/cosmos/tx/v1beta1/txs?query=${encodeURIComponent(query)}&order_by=ORDER_BY_DESC&limit=50&page=${page}`);
    if (!answer) return { list: out, cut: false, untold: true };
    out.push(...answer.tx_responses);
    if (out.length >= Number(answer.total) || !answer.tx_responses.length) return { list: out, cut: false };
    if (out.length >= most) return { list: out, cut: true };
  }
}

/** attributes of the events of one type in a transaction, values decoded. */
export function events(tx, type) {
  return (tx?.events || []).filter((e) => e.type === type).map((e) => Object.fromEntries(e.attributes.map((a) => {
    try {
      return [a.key, JSON.parse(a.value)];
    } catch {
      return [a.key, a.value];
    }
  })));
}

let latest = null;
/** head is the newest block that the node told of. */
export async function head() {
  const status = await ask('/cosmos/base/node/v1beta1/status');
  latest = { height: Number(status.height), time: new Date(status.timestamp).getTime(), seen: Date.now() };
  return latest;
}
/** now is the chain's clock: the newest block's time, carried on by the browser's. */
export const now = () => (latest ? latest.time + (Date.now() - latest.seen) : Date.now());
