import { createRequire } from 'node:module'

type RequestQueue = {
  readonly pending: readonly unknown[]
  scheduleCheckPendingRequests: (this: RequestQueue) => void
}

const require = createRequire(import.meta.url)
const { prototype } = require('kafkajs/src/network/requestQueue/index.js') as {
  prototype: RequestQueue
}

/**
 * kafkajs 2.2.4 looks for waiting requests every millisecond, on every connection and even if none
 * waits, by timers with a negative delay (tulios/kafkajs#1704). That costs 3 % of a core for each
 * idle process, and a warning of Node 24 on every start. A request that has to wait arms the timer
 * itself, so no timer is needed while none waits.
 */
const schedule = prototype.scheduleCheckPendingRequests
prototype.scheduleCheckPendingRequests = function (): void {
  if (this.pending.length > 0) schedule.call(this)
}
