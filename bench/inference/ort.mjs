// One onnxruntime in a process of its own, driven by lines of JSON on standard
// input, answered by one line each: load, run, save, release.
import { readFileSync, writeFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import ort from 'onnxruntime-node'

const arrays = { float32: Float32Array, int64: BigInt64Array, int32: Int32Array, uint8: Uint8Array, int8: Int8Array }
let session, feeds, outputs

function tensor({ type, dims, file }) {
  const raw = readFileSync(file)
  const data = new arrays[type](raw.buffer.slice(raw.byteOffset, raw.byteOffset + raw.byteLength))
  return new ort.Tensor(type, data, dims)
}

const commands = {
  async load({ model, threads, inputs }) {
    session = await ort.InferenceSession.create(model, {
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      graphOptimizationLevel: 'all',
    })
    feeds = Object.fromEntries(inputs.map((i) => [i.name, tensor(i)]))
    return {}
  },
  // run answers the nanoseconds of each of n runs.
  async run({ n }) {
    const times = []
    for (let i = 0; i < n; i++) {
      const start = process.hrtime.bigint()
      outputs = await session.run(feeds)
      times.push(Number(process.hrtime.bigint() - start))
    }
    return { times }
  },
  async save({ file }) {
    const out = outputs[session.outputNames[0]]
    writeFileSync(file, Buffer.from(out.data.buffer, out.data.byteOffset, out.data.byteLength))
    return { type: out.type, dims: out.dims }
  },
  async rss() {
    return { bytes: process.memoryUsage().rss }
  },
  async release() {
    await session.release()
    session = feeds = outputs = undefined
    return {}
  },
}

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line)
  try {
    console.log(JSON.stringify(await commands[request.do](request)))
  } catch (error) {
    console.log(JSON.stringify({ error: String(error) }))
  }
}
