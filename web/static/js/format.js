// Texts and numbers for people. Amounts stay BigInt; nothing here touches the page.

const group = new Intl.NumberFormat('en-GB');
const when = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });

// Characters that change the direction of what follows, or that nobody sees.
const unseen = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;

/** safe makes control and direction characters visible as \uXXXX and shortens to max characters. */
export function safe(value, max = 120) {
  const points = Array.from(String(value ?? ''));
  let out = points.slice(0, max).join('').replace(unseen, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
  if (points.length > max) out += `… (${group.format(points.length)} characters)`;
  return out;
}

/** units writes base units with at most `places` decimals, cut, never rounded up. */
export function units(base, decimals = 18, places = 4) {
  const n = BigInt(base || 0);
  const digits = (n < 0n ? -n : n).toString().padStart(decimals + 1, '0');
  const whole = group.format(BigInt(digits.slice(0, -decimals)));
  const all = digits.slice(-decimals);
  let part = all.slice(0, places).replace(/0+$/, '');
  if (!part && whole === '0' && n !== 0n) part = all.slice(0, all.search(/[1-9]/) + 2).replace(/0+$/, '');
  return (n < 0n ? '−' : '') + whole + (part ? `.${part}` : '');
}

let names = { denom: 'aimo', symbol: 'IMO', decimals: 18 };
export const setDenom = (config) => { names = config; };
export const symbol = () => names.symbol;
export const baseDenom = () => names.denom;

/** unit is the name that people read for a base denom. */
export const unit = (denom) => (denom === names.denom ? names.symbol : safe(denom, 40));
export const coin = (c, places) => (c ? `${units(c.amount, 18, places)} ${unit(c.denom)}` : '0');
export const native = (base, places) => coin({ denom: names.denom, amount: base }, places);

/** parseUnits reads "0.5" or "1,000" into base units; null when it is no positive number. */
export function parseUnits(text, decimals = 18) {
  const m = /^(\d+)(?:\.(\d+))?$/.exec(text.trim().replace(/[,\s_]/g, ''));
  if (!m || (m[2] || '').length > decimals) return null;
  return BigInt(m[1]) * 10n ** BigInt(decimals) + BigInt((m[2] || '').padEnd(decimals, '0') || 0);
}

export const count = (n) => group.format(typeof n === 'bigint' ? n : Number(n));
export const plural = (n, noun) => `${count(n)} ${noun}${Number(n) === 1 ? '' : 's'}`;
export const short = (text, head = 10, tail = 6) => (text && text.length > head + tail + 1 ? `${text.slice(0, head)}…${text.slice(-tail)}` : text || '');
export const time = (iso) => (iso ? when.format(new Date(iso)) : '–');
export const percent = (bps) => `${bps / 100} %`;

/** span writes seconds as at most two units. */
export function span(seconds) {
  const s = Math.max(0, Math.round(seconds));
  const parts = [['d', 86400], ['h', 3600], ['min', 60], ['s', 1]];
  const first = parts.findIndex(([, size]) => s >= size);
  if (first < 0) return '0 s';
  return parts.slice(first, first + 2).reduce(([rest, text], [name, size]) => {
    const n = Math.floor(rest / size);
    return [rest - n * size, n ? `${text} ${n} ${name}` : text];
  }, [s, ''])[1].trim();
}

const bytes = (b64) => Uint8Array.from(atob(b64 || ''), (c) => c.charCodeAt(0));
export const fromBase64 = bytes;
export const toBase64 = (b) => btoa(Array.from(b, (x) => String.fromCharCode(x)).join(''));
export const toHex = (b) => Array.from(b, (x) => x.toString(16).padStart(2, '0')).join('');
export const fromHex = (hex) => Uint8Array.from((hex.replace(/^0x/, '').match(/../g) || []), (x) => parseInt(x, 16));
export const base64ToHex = (b64) => toHex(bytes(b64));

/** prompt reads raw input as text, or as hex when it is no UTF-8. */
export function prompt(b64) {
  const raw = bytes(b64);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(raw);
  } catch {
    return `0x${toHex(raw)}`;
  }
}

const words = {
  MODEL_STATUS_PENDING: ['waiting for its proof', 'warn'], MODEL_STATUS_REPRODUCED: ['reproduced', 'good'],
  MODEL_STATUS_REJECTED: ['rejected', 'bad'], MODEL_STATUS_EXPIRED: ['proof ran out of time', 'bad'],
  MODEL_STATUS_FROZEN: ['frozen', 'bad'], MODEL_STATUS_RETIRED: ['retired', ''],
  MODEL_STATUS_REPRODUCED_BY_EXECUTORS: ['reproduced by executors', 'good'],
  OFFERING_STATUS_SCHEDULED: ['begins soon', 'warn'], OFFERING_STATUS_OPEN: ['open', 'good'],
  OFFERING_STATUS_CLEARING: ['being settled', 'warn'], OFFERING_STATUS_SUCCEEDED: ['succeeded', 'good'],
  OFFERING_STATUS_FAILED: ['failed, refunds open', 'bad'], OFFERING_STATUS_CANCELLED: ['cancelled, refunds open', 'bad'],
  OFFERING_KIND_FIXED: ['fixed price'], OFFERING_KIND_PRO_RATA: ['fixed price, shared pro rata'], OFFERING_KIND_BATCH: ['one price for all, found by the bids'],
  REQUEST_STATUS_PENDING: ['validators are running the model', 'warn'], REQUEST_STATUS_FINAL: ['final', 'good'],
  REQUEST_STATUS_EXPIRED: ['expired, refunded', 'bad'], REQUEST_STATUS_ASSERTED: ['asserted', 'warn'], REQUEST_STATUS_DISPUTED: ['disputed', 'warn'],
  TRUST_CLASS_ATTESTED: ['attested by validators', 'good'], TRUST_CLASS_UNDISPUTED: ['nobody disputed it in time', 'warn'],
  TRUST_CLASS_PROVED: ['proved', 'good'], TRUST_CLASS_EXECUTED: ['run by every node', 'good'], TRUST_CLASS_UNSPECIFIED: ['no result yet', 'warn'],
  TOKEN_STATUS_PENDING: ['waiting for its result', 'warn'], TOKEN_STATUS_FINAL: ['final', 'good'], TOKEN_STATUS_BURNT: ['burnt', ''],
  VERIFICATION_CLASS_ATTESTED: ['attested by validators'], VERIFICATION_CLASS_OPTIMISTIC: ['optimistic'],
  VERIFICATION_CLASS_PROVED: ['zero-knowledge proofs'], VERIFICATION_CLASS_EXECUTED: ['run by every node'],
  SOURCE_KIND_INFERENCE: ['requests'], SOURCE_KIND_ROYALTY: ['royalties of works'], SOURCE_KIND_DEPOSIT: ['direct deposits'],
  SOURCE_KIND_NATIVE: ['coins sent to the token'], SOURCE_KIND_IBC: ['deposits over IBC'], SOURCE_KIND_USAGE: ['vouchers of use'],
};
/** word is an enum in plain words; tone is good, bad, warn or empty. */
export const word = (name) => (words[name] || [safe(name || 'unknown', 40)])[0];
export const tone = (name) => (words[name] || [])[1] || '';
