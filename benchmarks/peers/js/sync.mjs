// The side that asks, by the Negentropy of nostr-tools, which has no other side.
//
// Usage: node sync.mjs ITEMS FRAME_BYTES. Writes each message in hex as a line of JSON, reads the answer as a
// line of hex, and tells at the end how many ids it needs and how many milliseconds it took.
import { createHash } from 'node:crypto'
import { createInterface } from 'node:readline'
import { Negentropy, NegentropyStorageVector } from './node_modules/nostr-tools/lib/esm/nip77.js'

const [items, frame] = process.argv.slice(2).map(Number)
const tell = (value) => process.stdout.write(JSON.stringify(value) + '\n')

const storage = new NegentropyStorageVector()
for (let number = 0; number < items; number++) {
  const word = Buffer.alloc(4)
  word.writeUInt32BE(number)
  storage.insert(1_700_000_000 + number, createHash('sha256').update(word).digest('hex'))
}
storage.seal()

const needed = new Set()
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]()
const asking = new Negentropy(storage, frame)
let began = performance.now()
let message = asking.initiate()
let ms = performance.now() - began
while (message !== null) {
  tell({ message })
  const { value } = await lines.next()
  began = performance.now()
  message = asking.reconcile(value, () => {}, (id) => needed.add(id))
  ms += performance.now() - began
}
tell({ needed: needed.size, ms })
process.exit(0)
