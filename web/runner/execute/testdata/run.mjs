// Runs the WebAssembly runner under Node as a page does, and prints one line of JSON per case.
// Usage: node run.mjs <wasm_exec.js> <runner.wasm> <bundle folder> <cases.json>
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const [glue, wasm, folder, casesFile] = process.argv.slice(2);
createRequire(import.meta.url)(glue);
const go = new globalThis.Go();
const { instance } = await WebAssembly.instantiate(readFileSync(wasm), go.importObject);
go.run(instance).catch((error) => { console.error(error); process.exit(1); });

const names = ['manifest', 'ir', 'tensors', 'weights', 'card.md'];
const files = () => Object.fromEntries(names.map((name) => [name, new Uint8Array(readFileSync(join(folder, name)))]));

for (const c of JSON.parse(readFileSync(casesFile, 'utf8'))) {
  const bundle = files();
  if (c.flip) bundle[c.flip][0] ^= 1;
  if (c.drop) delete bundle[c.drop];
  const args = c.args ?? [bundle, c.root, new Uint8Array(Buffer.from(c.input ?? '', 'base64')), c.seed];
  try {
    const r = await globalThis.imodRun(...args);
    console.log(JSON.stringify({
      outputRoot: r.outputRoot, mediaType: r.mediaType, milliseconds: r.milliseconds,
      display: Buffer.from(r.display).toString('base64'),
    }));
  } catch (error) {
    console.log(JSON.stringify({ error: error instanceof Error ? error.message : 'not an Error' }));
  }
}
process.exit(0);
