// Pictures of numbers, drawn as SVG at the width they have.
import { h, s } from './dom.js';

/** responsive draws again whenever its width changes. */
function responsive(label, draw) {
  const box = h('div', { class: 'chart' });
  let drawn = 0;
  new ResizeObserver(([entry]) => {
    const width = Math.round(entry.contentRect.width);
    if (width < 40 || width === drawn) return;
    drawn = width;
    const { height, parts } = draw(width);
    box.replaceChildren(s('svg', { viewBox: `0 0 ${width} ${height}`, width, height, role: 'img', 'aria-label': label }, parts));
  }).observe(box);
  return box;
}

// Ratios of amounts are for pixels only; amounts themselves stay BigInt.
const ratio = (a, b) => (b > 0n ? Number((a * 1000000n) / b) / 1e6 : 0);
const max = (list) => list.reduce((a, b) => (b > a ? b : a), 0n);

/**
 * bars draws columns; each is {label, value, text, past}. mark is {index, text}: a line before that
 * column, for a price among prices. level is {value, text}: a line across, for a goal.
 */
export function bars(label, columns, mark, level) {
  return responsive(label, (width) => {
    const height = 210, foot = 34, top = mark || level ? 46 : 26, plot = height - foot - top;
    const step = width / Math.max(columns.length, 1), thick = Math.min(64, step * 0.64);
    const most = max([...columns.map((c) => c.value), level?.value || 0n]);
    const sparse = Math.ceil((columns.length * 74) / width);
    const parts = [s('line', { class: 'axis', x1: 0, x2: width, y1: height - foot, y2: height - foot })];
    columns.forEach((c, i) => {
      const x = step * (i + 0.5), tall = Math.max(c.value > 0n ? 2 : 0, ratio(c.value, most) * plot);
      parts.push(s('rect', { class: c.past ? 'bar past' : 'bar', x: x - thick / 2, y: height - foot - tall, width: thick, height: tall, rx: 3 }, s('title', {}, `${c.label}: ${c.text}`)));
      if (i % sparse) return;
      parts.push(s('text', { class: 'tick', x, y: height - foot + 18, 'text-anchor': 'middle' }, c.label));
      if (columns.length * 80 < width) parts.push(s('text', { class: 'halo', x, y: height - foot - tall - 7, 'text-anchor': 'middle' }, c.text));
    });
    if (level && level.value > 0n) {
      const y = height - foot - ratio(level.value, most) * plot;
      parts.unshift(s('line', { class: 'mark', x1: 0, x2: width, y1: y, y2: y }), s('text', { class: 'marktext halo', x: 0, y: y - 6 }, level.text));
    }
    if (mark && mark.index >= 0) {
      const x = Math.max(1, step * (mark.index + 0.5) - thick / 2 - 6), left = x < width / 2;
      parts.push(s('line', { class: 'mark', x1: x, x2: x, y1: 8, y2: height - foot }),
        s('text', { class: 'marktext', x: left ? x + 6 : x - 6, y: 14, 'text-anchor': left ? 'start' : 'end' }, mark.text));
    }
    return { height, parts };
  });
}

/**
 * flow draws where amounts came from and went: nodes {id, name, column, tone, text} and links
 * {from, to, value} with BigInt values. A node is as tall as what flows through it.
 */
export function flow(label, nodes, links) {
  const through = (id) => max([sum(links.filter((l) => l.from === id)), sum(links.filter((l) => l.to === id))]);
  const shown = nodes.map((n) => ({ ...n, value: through(n.id) })).filter((n) => n.value > 0n);
  const columns = [...new Set(shown.map((n) => n.column))].sort();
  return responsive(label, (width) => {
    const gap = 46, thick = 12, top = 10, room = width < 520 ? 190 : 230;
    const totals = columns.map((c) => sum(shown.filter((n) => n.column === c)));
    const scale = (value) => Math.max(1.5, ratio(value, max(totals)) * room);
    const places = new Map();
    let height = 0;
    columns.forEach((column, i) => {
      let y = top;
      for (const n of shown.filter((m) => m.column === column)) {
        const x = columns.length < 2 ? 0 : (i * (width - thick)) / (columns.length - 1);
        places.set(n.id, { ...n, x, y, tall: scale(n.value), out: y, in: y, last: i === columns.length - 1 });
        y += scale(n.value) + gap;
      }
      height = Math.max(height, y);
    });
    const parts = [];
    for (const l of links.filter((k) => k.value > 0n)) {
      const a = places.get(l.from), b = places.get(l.to), w = scale(l.value);
      const y1 = a.out + w / 2, y2 = b.in + w / 2, x1 = a.x + thick, x2 = b.x, middle = (x1 + x2) / 2;
      a.out += w;
      b.in += w;
      parts.push(s('path', { class: `link l${(l.tone || a.tone)}`, d: `M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}`, 'stroke-width': w }, s('title', {}, `${a.name} → ${b.name}: ${l.text}`)));
    }
    for (const n of places.values()) {
      const side = n.last ? { x: n.x + thick, 'text-anchor': 'end' } : { x: n.x, 'text-anchor': 'start' };
      parts.push(s('rect', { class: `k${n.tone}`, x: n.x, y: n.y, width: thick, height: n.tall, rx: 3 }),
        s('text', { class: 'halo', ...side, y: n.y + n.tall + 16 }, n.name), s('text', { class: 'halo value', ...side, y: n.y + n.tall + 31 }, n.text));
    }
    return { height, parts };
  });
}

const sum = (list) => list.reduce((total, l) => total + l.value, 0n);
