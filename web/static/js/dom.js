// Builders of elements. Text becomes text nodes only; no string is ever read as markup.
import { safe, short, tone, word } from './format.js';

const SVG = 'http://www.w3.org/2000/svg';

function build(node, props, children) {
  for (const [name, value] of Object.entries(props || {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? '' : String(value));
  }
  node.append(...children.flat(Infinity).filter((c) => c !== null && c !== undefined && c !== false).map((c) => (c instanceof Node ? c : String(c))));
  return node;
}

export const h = (tag, props, ...children) => build(document.createElement(tag), props, children);
export const s = (tag, props, ...children) => build(document.createElementNS(SVG, tag), props, children);

/** words from the chain: shortened, control characters visible, direction isolated. */
export const said = (value, max = 120) => h('bdi', { dir: 'auto' }, safe(value, max));

export const tag = (name) => h('span', { class: `tag ${tone(name)}` }, word(name));
export const hash = (text, head = 10, tail = 6) => h('code', { title: text }, short(text, head, tail));
export const section = (title, ...children) => h('section', { 'aria-label': title }, h('h2', {}, title), children);
export const notice = (kind, ...children) => h('div', { class: `notice ${kind}`, role: kind === 'bad' ? 'alert' : undefined }, children.map((c) => (c instanceof Node && c.nodeName === 'P' ? c : h('p', {}, c))));

/** list of terms: pairs of [name, value]; pairs without a value are left out. */
export const terms = (kind, ...pairs) => h('dl', { class: kind }, pairs.filter((p) => p && p[1] !== undefined && p[1] !== null).map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, value))));
export const pairs = (...rows) => h('dl', { class: 'pairs' }, rows.filter((p) => p && p[1] !== undefined && p[1] !== null).flatMap(([name, value]) => [h('dt', {}, name), h('dd', {}, value)]));

/** table with a caption; a column is [title, cell of row, right?]. */
export function table(caption, columns, rows, empty = 'Nothing yet.') {
  const side = (right) => ({ class: right ? 'right' : undefined });
  return h('div', { class: 'scroll', tabindex: '0', role: 'group', 'aria-label': caption },
    h('table', {}, h('caption', {}, caption),
      h('thead', {}, h('tr', {}, columns.map(([title, , right]) => h('th', { scope: 'col', ...side(right) }, title)))),
      h('tbody', {}, rows.length
        ? rows.map((row) => h('tr', {}, columns.map(([, cell, right]) => h('td', side(right), cell(row)))))
        : h('tr', {}, h('td', { colspan: columns.length }, empty)))));
}

/** picture shows an image of the node, or its description when the node has none. */
export function picture(src, alt) {
  const frame = h('span', { class: 'frame' });
  const image = h('img', { src, alt: safe(alt, 200), width: 256, height: 256, loading: 'lazy', decoding: 'async' });
  image.addEventListener('error', () => frame.replaceChildren(h('span', { class: 'missing' }, safe(alt, 90), h('br'), h('span', { class: 'quiet' }, 'This node serves no picture of it.'))));
  frame.append(image);
  return frame;
}

/** say tells screen readers. */
export const say = (text) => { document.getElementById('live').textContent = text; };

/** meter draws part of whole, both BigInt. */
export function meter(part, whole, label) {
  const share = whole > 0n ? Number((part * 1000n) / whole) / 10 : 0;
  return h('div', { class: 'meter', role: 'img', 'aria-label': label },
    s('svg', { viewBox: '0 0 100 10', preserveAspectRatio: 'none' }, s('rect', { width: Math.min(100, share), height: 10 })));
}
