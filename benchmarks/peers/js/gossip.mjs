// Two js-libp2p peers, each a process: one publishes, one receives; as the packages come.
//
// Usage: node gossip.mjs receive | node gossip.mjs publish ADDRESS COUNT BODY_BYTES
// The receiver tells its address and then, in lines, how many came. The publisher reads such lines
// and has at most WINDOW messages on their way, or its queue drops some.
import './polyfill.mjs'
import { randomBytes } from 'node:crypto'
import { createInterface } from 'node:readline'
import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import { gossipsub } from '@libp2p/gossipsub'
import { identify } from '@libp2p/identify'
import { tcp } from '@libp2p/tcp'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'

const TOPIC = 'bench'
const WINDOW = 512
const tell = (value) => process.stdout.write(JSON.stringify(value) + '\n')
const [role, address, count, body] = process.argv.slice(2)

const node = await createLibp2p({
  addresses: { listen: ['/ip4/127.0.0.1/tcp/0'] },
  transports: [tcp()],
  connectionEncrypters: [noise()],
  streamMuxers: [yamux()],
  services: { identify: identify(), pubsub: gossipsub() }
})
const pubsub = node.services.pubsub
pubsub.subscribe(TOPIC)

if (role === 'receive') {
  let came = 0
  pubsub.addEventListener('message', ({ detail }) => {
    if (detail.topic !== TOPIC) return
    came += 1
    if (came % 50 === 0) tell(came)
  })
  tell(node.getMultiaddrs()[0].toString())
  process.stdin.resume()
} else {
  let came = 0
  let wake = () => {}
  createInterface({ input: process.stdin }).on('line', (line) => { came = Number(line); wake() })
  await node.dial(multiaddr(address))
  while (pubsub.getMeshPeers(TOPIC).length === 0) await new Promise((resolve) => setTimeout(resolve, 50))
  tell('begin')
  for (let sent = 0; sent < Number(count); sent++) {
    while (sent - came >= WINDOW) await new Promise((resolve) => { wake = resolve })
    const message = randomBytes(Number(body))
    // On a busy machine it can lose sight of its peer for a moment.
    while (!await pubsub.publish(TOPIC, message).then(() => true, () => false)) {
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
  tell('sent')
}
