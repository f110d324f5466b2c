// A js-libp2p peer for the tests: TCP and WebSocket, Noise, Yamux, GossipSub 1.1 under StrictNoSign.
//
// Commands come as one JSON object a line, events leave the same way. It shares no code with the
// node: what it makes of a message is its own.
import './polyfill.mjs'
import { createHash } from 'node:crypto'
import { createInterface } from 'node:readline'
import { noise } from '@chainsafe/libp2p-noise'
import { yamux } from '@chainsafe/libp2p-yamux'
import { gossipsub } from '@libp2p/gossipsub'
import { identify } from '@libp2p/identify'
import { tcp } from '@libp2p/tcp'
import { webSockets } from '@libp2p/websockets'
import { multiaddr } from '@multiformats/multiaddr'
import { createLibp2p } from 'libp2p'

const tell = (event) => process.stdout.write(JSON.stringify(event) + '\n')
const hex = (bytes) => Buffer.from(bytes).toString('hex')

const node = await createLibp2p({
  addresses: { listen: ['/ip4/127.0.0.1/tcp/0', '/ip4/127.0.0.1/tcp/0/ws'] },
  transports: [tcp(), webSockets()],
  connectionEncrypters: [noise()],
  streamMuxers: [yamux()],
  services: {
    identify: identify(),
    pubsub: gossipsub({
      globalSignaturePolicy: 'StrictNoSign',
      msgIdFn: (message) => createHash('sha256').update(message.data).digest(),
      allowPublishToZeroTopicPeers: true,
      emitSelf: false
    })
  }
})
const pubsub = node.services.pubsub

pubsub.addEventListener('message', ({ detail }) => {
  const { topic, data, type } = detail
  tell({ event: 'message', topic, type, data: hex(data) })
})
node.addEventListener('peer:identify', ({ detail }) => {
  tell({ event: 'identify', agent: detail.agentVersion, protocols: detail.protocols })
})

const commands = {
  subscribe: ({ topics }) => topics.forEach((topic) => pubsub.subscribe(topic)),
  dial: async ({ address }) => {
    const connection = await node.dial(multiaddr(address))
    tell({ event: 'dialled', encryption: connection.encryption, muxer: connection.multiplexer })
  },
  mesh: ({ topic }) => tell({ event: 'mesh', topic, peers: pubsub.getMeshPeers(topic).length }),
  publish: async ({ topic, data }) => {
    const { recipients } = await pubsub.publish(topic, Buffer.from(data, 'hex'))
    tell({ event: 'published', recipients: recipients.length })
  }
}

tell({ event: 'up', id: node.peerId.toString(), addresses: node.getMultiaddrs().map(String) })
for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line)
  try {
    await commands[command.do](command)
  } catch (error) {
    tell({ event: 'failed', do: command.do, words: String(error) })
  }
}
await node.stop()
