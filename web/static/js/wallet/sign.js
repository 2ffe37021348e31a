// The panel below a form: what it costs, what the wallet does, what came of it.
import { h, notice, say } from '../dom.js';
import { count, native } from '../format.js';
import { choose, current } from './connect.js';
import { explain, Problem } from './problem.js';

/**
 * signing makes a button and its panel. run(signer, progress) sends; done(result) returns what to show
 * of a success, as a list of texts or nodes.
 */
export function signing(label, run, done) {
  const panel = h('div', { 'aria-live': 'polite' });
  const button = h('button', { type: 'button' }, label);
  const tell = (kind, ...parts) => panel.replaceChildren(notice(kind, ...parts.filter(Boolean)));
  button.addEventListener('click', async () => {
    const signer = current();
    if (!signer) {
      choose();
      return;
    }
    button.disabled = true;
    let fee = '';
    const progress = {
      fee: (base) => { fee = `The network's fee is at most ${native(base, 6)}.`; },
      sign: () => tell('', fee, `Confirm in ${signer.name}.`),
      sent: () => tell('', fee, 'Sent. Waiting for a block.'),
    };
    tell('', 'Asking the chain what it costs.');
    try {
      const result = await run(signer, progress);
      tell('good', `In block ${count(result.height)}. The network's fee was ${native(result.fee, 6)}.`, ...done(result));
      say(`Done, in block ${result.height}`);
    } catch (error) {
      const problem = explain(error);
      tell('bad', problem.message, problem.advice);
      say(problem.message);
    } finally {
      button.disabled = false;
    }
  });
  return { button, panel };
}

/** wrong stops a form at a field: the field is marked and the text says why. */
export function wrong(field, message, advice) {
  field.setAttribute('aria-invalid', 'true');
  field.focus();
  field.addEventListener('input', () => field.removeAttribute('aria-invalid'), { once: true });
  return new Problem(message, advice);
}
