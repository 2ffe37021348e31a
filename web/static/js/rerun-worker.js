// Runs the model's runtime away from the page. Classic worker: Go's glue is a plain script.
/* global importScripts, Go */
importScripts('../dist/wasm_exec.js');

const ready = (async () => {
  const go = new Go();
  const { instance } = await WebAssembly.instantiateStreaming(fetch('../dist/runner.wasm'), go.importObject);
  go.run(instance);
})();

onmessage = async ({ data }) => {
  try {
    await ready;
    const { outputRoot, mediaType, display, milliseconds } = await globalThis.imodRun(data.files, data.root, data.input, data.seed);
    postMessage({ outputRoot, mediaType, display, milliseconds });
  } catch (error) {
    postMessage({ error: String(error?.message || error) });
  }
};
