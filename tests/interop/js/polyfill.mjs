// libp2p 3 expects Node 22; Node 20 lacks this one function of it.
Promise.withResolvers ??= function () {
  let resolve, reject
  const promise = new this((yes, no) => { resolve = yes; reject = no })
  return { promise, resolve, reject }
}

import { WebSocket } from 'ws'

// Node 20 has none of its own.
globalThis.WebSocket ??= WebSocket
