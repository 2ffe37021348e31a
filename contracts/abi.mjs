// Writes the ABI of every interface in src/interfaces next to the Go that answers it.
// `node abi.mjs --check` fails when a file differs instead of writing it.
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import solc from "solc";

const folder = new URL("src/interfaces/", import.meta.url).pathname;
const root = new URL("../", import.meta.url).pathname;
const targets = {
  IModelToken: "precompiles/token/abi.json",
  ICollection: "precompiles/collection/abi.json",
  IModelOracle: "precompiles/oracle/abi.json",
  IModelOracleReceiver: "precompiles/oracle/receiver.json",
  IOfferings: "precompiles/offerings/abi.json",
  IERC721Receiver: "precompiles/collection/receiver.json",
};

const sources = {};
for (const file of readdirSync(folder)) sources[file] = { content: readFileSync(join(folder, file), "utf8") };
const output = JSON.parse(
  solc.compile(
    JSON.stringify({
      language: "Solidity",
      sources,
      settings: { outputSelection: { "*": { "*": ["abi"] } } },
    }),
    { import: (path) => ({ contents: readFileSync(join(folder, path), "utf8") }) },
  ),
);
for (const error of output.errors ?? []) {
  console.error(error.formattedMessage);
  if (error.severity === "error") process.exit(1);
}

let drift = 0;
for (const [name, target] of Object.entries(targets)) {
  const text = JSON.stringify(output.contracts[`${name}.sol`][name].abi, null, 2) + "\n";
  const path = join(root, target);
  if (process.argv.includes("--check")) {
    if (readFileSync(path, "utf8") !== text) {
      console.error(`${target} differs from src/interfaces/${name}.sol: run make abi`);
      drift++;
    }
  } else {
    writeFileSync(path, text);
    console.log(target);
  }
}
process.exit(drift ? 1 : 0);
