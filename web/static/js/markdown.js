// A model card as elements: headings, lists, tables, paragraphs, code. Whatever else Markdown knows
// stays text, and links and pictures are not followed: a card is written by a stranger.
import { h } from './dom.js';
import { safe } from './format.js';

const inline = (text) => safe(text, 4000).split(/(`[^`]+`|\*\*[^*]+\*\*|\*[^*]+\*)/).map((part) => {
  if (/^`.+`$/.test(part)) return h('code', {}, part.slice(1, -1));
  if (/^\*\*.+\*\*$/.test(part)) return h('strong', {}, part.slice(2, -2));
  return /^\*.+\*$/.test(part) ? h('em', {}, part.slice(1, -1)) : part;
});
const cells = (line) => line.trim().replace(/^\||\|$/g, '').split('|').map((c) => c.trim());

function block(lines) {
  const [first] = lines;
  const title = /^(#{1,4})\s+(.*)/.exec(first);
  if (title) return [h(title[1].length === 1 ? 'h3' : 'h4', { dir: 'auto' }, inline(title[2])), ...(lines.length > 1 ? block(lines.slice(1)) : [])];
  if (/^\s*\|/.test(first)) {
    const rows = lines.filter((l) => !/^[\s|:-]+$/.test(l)).map(cells);
    return [h('table', {}, h('tbody', {}, rows.map((r) => h('tr', {}, r.map((c) => h('td', { dir: 'auto' }, inline(c)))))))];
  }
  if (/^\s*[-*]\s/.test(first)) {
    const items = lines.join('\n').split(/\n?^\s*[-*]\s+/m).filter(Boolean);
    return [h('ul', {}, items.map((i) => h('li', { dir: 'auto' }, inline(i.replace(/\n/g, ' ')))))];
  }
  if (/^(\s{4}|\t)/.test(first)) return [h('pre', {}, h('code', {}, safe(lines.join('\n'), 4000)))];
  return /^!\[/.test(first) ? [] : [h('p', { dir: 'auto' }, inline(lines.join(' ')))];
}

/** markdown shows at most 20,000 characters and 200 blocks. */
export const markdown = (text) => text.slice(0, 20000).split(/\n\s*\n/).slice(0, 200).map((b) => b.split('\n').filter((l) => l.trim())).filter((l) => l.length).flatMap(block);
