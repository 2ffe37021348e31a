// One model: what it is, how it was proved, what it made, and asking it something.
import { all, events, get, maybe } from '../api.js';
import { h, hash, pairs, picture, said, section, tag, terms } from '../dom.js';
import { coin, count, percent, safe, time, units, word } from '../format.js';
import { markdown } from '../markdown.js';
import { tokenAddress } from '../wallet/abi.js';
import { requestForm } from './ask.js';
import { workTile } from './home.js';

export async function page([id], config) {
  const { model } = await get(`/imod/imo/v1/models/${id}`);
  const numbers = Array.from({ length: Math.min(model.version_count, 50) }, (_, i) => model.version_count - i);
  const [versions, offerings, collections] = await Promise.all([
    Promise.all(numbers.map(async (n) => (await get(`/imod/imo/v1/models/${id}/versions/${n}`)).version)),
    all(`/imod/imo/v1/offerings?model_id=${id}`, 'offerings', 100), all(`/imod/aigc/v1/collections?model_id=${id}`, 'collections', 20),
  ]);
  const shown = versions.find((v) => v.version === model.latest_version) || versions[0];
  const [card, proof, sample, works] = await Promise.all([
    shown && config.bundles ? bundleCard(shown.manifest_root) : null, shown ? proofOf(id, shown) : null,
    shown && shown.decided_height !== '0' ? maybe(`/imod/oracle/v1/models/${id}/versions/${shown.version}/challenges`) : null,
    Promise.all(collections.list.slice(-3).map((c) => get(`/imod/aigc/v1/collections/${c.collection.id}/tokens?pagination.limit=12`))).then((p) => p.flatMap((x) => x.tokens)),
  ]);
  const live = model.status.startsWith('MODEL_STATUS_REPRODUCED');
  return {
    title: safe(model.name, 60),
    view: [
      h('p', { class: 'crumbs' }, h('a', { href: '#/' }, 'Models'), ` / ${id}`),
      h('div', { class: 'head' }, h('h1', {}, said(model.name, 80)), tag(model.status)),
      h('p', { class: 'lead' }, said(model.summary, 300)),
      h('div', { class: 'split' },
        h('div', {}, shown ? proofSection(shown, proof, sample) : null,
          works.length ? section('Works', h('ul', { class: 'gallery' }, works.toReversed().map(workTile))) : null,
          section('Card', card ? h('div', { class: 'text', tabindex: '0', role: 'group', 'aria-label': 'Model card' }, markdown(card)) : h('p', { class: 'notice' }, 'This node does not hold the model’s card. It is the file card.md of the bundle.'))),
        h('div', { class: 'stack' }, live && shown ? requestForm(model, shown) : null, about(model, offerings.list), versionList(versions))),
    ],
  };
}

async function bundleCard(root) {
  const answer = await fetch(`bundle/${root}/card.md`).catch(() => null);
  return answer?.ok ? answer.text() : null;
}

/** proofOf reads the close of the proof from the block in which it was decided, or what is bound so far. */
async function proofOf(id, version) {
  if (version.decided_height === '0') {
    const open = await maybe(`/imod/oracle/v1/proofs/${id}`);
    return open ? { bound: open.bindings.length } : null;
  }
  const kept = await maybe(`/imod/oracle/v1/proofs/${id}/versions/${version.version}`);
  if (kept) return { ...kept.record, reproducers: kept.reproducers };
  const block = await maybe(`/cosmos/base/tendermint/v1beta1/block_results/${version.decided_height}`);
  const all = [...(block?.txs_results || []).flatMap((t) => t.events || []), ...(block?.finalize_block_events || [])];
  const closed = events({ events: all }, 'imod.oracle.v1.EventProofClosed').find((e) => String(e.model_id) === id && Number(e.version) === version.version);
  return closed || null;
}

function proofSection(v, proof, sample) {
  const decided = v.decided_height !== '0';
  const matched = proof?.matched_power ? percent(Number((BigInt(proof.matched_power) * 10000n) / BigInt(proof.total_power))) : null;
  return section('Proof',
    h('p', {}, !decided ? `Validators are running version ${v.version}${proof ? `; ${proof.bound} have bound a result` : ''}.`
      : matched ? `Validators with ${matched} of the voting power fetched the files and got the same results, bit for bit, in block ${count(v.decided_height)}.`
        : `Decided in block ${count(v.decided_height)}. This node no longer tells which part of the power agreed.`),
    proof?.reproducers?.length ? h('p', {}, 'Reproduced by ', proof.reproducers.map((r, i) => [i ? ', ' : '', r.moniker ? said(r.moniker, 40) : hash(r.validator, 12, 5)]), '.') : null,
    sample ? [h('p', {}, 'These are the outputs for inputs drawn after registration from the chain’s randomness: a sample that nobody, the builder included, could choose.'),
      h('ul', { class: 'gallery' }, sample.challenges.map((c) => h('li', {}, h('span', { class: 'tile' },
        picture(c.url, `challenge ${c.n + 1}: ${c.prompt || c.input}`), h('span', { class: 'cap' }, said(c.prompt || `input ${c.input}`, 80))))))]
      : decided ? h('p', { class: 'notice' }, 'This node does not keep the outputs of the proof’s challenges. Nodes that made the proof show them here.') : null,
    h('p', { class: 'hint' }, 'Reproduced means complete, fetchable and deterministic at that block. It does not mean good or original.'));
}

function about(m, offerings) {
  const link = m.metadata_uri && /^https:\/\//.test(m.metadata_uri) ? said(m.metadata_uri, 80) : null;
  return h('div', { class: 'card' }, h('h2', {}, 'About'), pairs(
    ['Price', `${coin(m.price)} a request, and the network’s fee`], ['Licence', said(m.licence, 60)], ['Verification', word(m.verification_class)],
    ['Builder', hash(m.creator)], ['Registered', time(m.created_time)],
    ['Shares', m.contributors.map((c) => h('div', {}, hash(c.address, 8, 4), ` weight ${count(c.weight)}`))],
    m.parent_model_id !== '0' ? ['Descends from', h('a', { href: `#/model/${m.parent_model_id}` }, `model ${m.parent_model_id}`)] : null,
    ['Token', m.token_denom ? [h('a', { href: `#/income/${m.id}` }, safe(m.token_denom, 40)), h('br'), h('code', { title: tokenAddress(m.id) }, `${tokenAddress(m.id).slice(0, 12)}…${tokenAddress(m.id).slice(-6)}`)] : 'none yet'],
    ['Offerings', offerings.length ? offerings.map((o) => h('div', {}, h('a', { href: `#/offering/${o.id}` }, `No. ${o.id}`), ' ', tag(o.status))) : 'none yet'],
    link ? ['Metadata', link] : null));
}

function versionList(versions) {
  return h('div', { class: 'card' }, h('h2', {}, versions.length === 1 ? 'Version' : 'Versions'), versions.map((v, i) => h('details', { open: i === 0 },
    h('summary', {}, `Version ${v.version}, ${word(v.status)}`),
    terms('facts', ['Size', `${units(v.total_bytes, 6, 2)} MB`], ['Work of a request', `${count(v.work_units)} units`], ['Memory', `${units(v.peak_memory, 6, 1)} MB`], ['Test vectors', count(v.vectors)],
      ['Verification fee', coin(v.verification_fee)]),
    h('p', { class: 'hint' }, 'Manifest root'), h('code', {}, v.manifest_root), h('p', { class: 'hint' }, 'Weights root'), h('code', {}, v.weights_root))));
}

