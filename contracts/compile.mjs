// Compiles one contract of src, once, and returns its ABI and bytecode.
import { readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import solc from "solc";

const src = new URL("src/", import.meta.url).pathname;

const made = new Map();

export function compile(file, name) {
  const key = `${file}:${name}`;
  if (!made.has(key)) made.set(key, build(file, name));
  return made.get(key);
}

function build(file, name) {
  const output = JSON.parse(
    solc.compile(
      JSON.stringify({
        language: "Solidity",
        sources: { [file]: { content: readFileSync(join(src, file), "utf8") } },
        settings: {
          evmVersion: "cancun",
          optimizer: { enabled: true, runs: 200 },
          outputSelection: { "*": { "*": ["abi", "evm.bytecode.object"] } },
        },
      }),
      { import: (path) => ({ contents: readFileSync(join(src, normalize(path)), "utf8") }) },
    ),
  );
  for (const error of output.errors ?? []) {
    if (error.severity === "error") throw new Error(error.formattedMessage);
  }
  const contract = output.contracts[file][name];
  return { abi: contract.abi, bytecode: "0x" + contract.evm.bytecode.object };
}
