import type { Server, Socket } from 'node:net'
import { addressGroup } from './address-group.ts'

export type Connections = {
  /** This connection carries requests of a caller who showed who it is. */
  readonly knownAs: (socket: Socket, caller: string) => void
  /** A request begins on this connection, or its answer has ended. */
  readonly isBusy: (socket: Socket, busy: boolean) => void
}

type Connection = { readonly socket: Socket; group: string; known: boolean; busy: boolean }

export type ConnectionBounds = {
  /** Of one address without a token, or idle ones of one caller. */
  readonly perCaller: number
  /** Of this server. A tenth is kept free for who comes next. */
  readonly max: number
  /** A proxy whose connections carry many callers has no bound of its own. */
  readonly isProxy: (address: string | undefined) => boolean
  readonly onClosed: () => void
}

/**
 * Bounds the connections that one caller can keep from others. Beyond a bound the oldest connection
 * of the caller with too many is closed, and the new one is taken: an honest caller from the same
 * address is let in, too. A connection counts for its address until a request on it shows who
 * calls, and for that caller afterwards; a request under way of a known caller is never cut off.
 */
export const boundConnections = (server: Server, bounds: ConnectionBounds): Connections => {
  const all = new Map<string, Connection>()
  const groups = createGroups(bounds)
  const keepWithin = (connection: Connection): void => {
    groups.keepWithin(connection)
    if (all.size > bounds.max * 0.9) groups.closeOldestOfLargest()
  }

  // A TLS connection is known by its ends, because the socket below it is another object.
  server.on('connection', (socket: Socket) => {
    const address = addressGroup(socket.remoteAddress)
    const group = `${bounds.isProxy(socket.remoteAddress) ? proxyPrefix : ''}${address}`
    const connection: Connection = { socket, group, known: false, busy: false }
    const name = nameOf(socket)
    all.set(name, connection)
    groups.join(connection)
    socket.once('close', () => {
      if (all.get(name) === connection) all.delete(name)
      groups.leave(connection)
    })
    keepWithin(connection)
  })
  return {
    knownAs: (socket, caller) => {
      const connection = all.get(nameOf(socket))
      if (connection === undefined || connection.group.startsWith(proxyPrefix)) return
      connection.known = true
      if (connection.group === callerPrefix + caller) return
      groups.join(connection, callerPrefix + caller)
      keepWithin(connection)
    },
    isBusy: (socket, busy) => {
      const connection = all.get(nameOf(socket))
      if (connection === undefined) return
      connection.busy = busy
      if (!busy && !socket.destroyed) groups.join(connection)
    },
  }
}

/** The connections of each caller or address, the longest idle first. */
const createGroups = ({ perCaller, onClosed }: ConnectionBounds) => {
  const groups = new Map<string, Set<Connection>>()
  const leave = (connection: Connection): void => {
    const group = groups.get(connection.group)
    group?.delete(connection)
    if (group?.size === 0) groups.delete(connection.group)
  }
  const closeOldest = (group: ReadonlySet<Connection>): void => {
    for (const connection of group) {
      if (connection.known && connection.busy) continue
      onClosed()
      leave(connection)
      connection.socket.destroy()
      return
    }
  }
  return {
    leave,
    /** Goes to the end of its group: the others of the group are closed first. */
    join: (connection: Connection, group = connection.group): void => {
      leave(connection)
      connection.group = group
      const joined = groups.get(group) ?? new Set()
      groups.set(group, joined.add(connection))
    },
    keepWithin: ({ group }: Connection): void => {
      const mine = groups.get(group)
      if (mine && mine.size > perCaller && !group.startsWith(proxyPrefix)) closeOldest(mine)
    },
    closeOldestOfLargest: (): void => {
      const largest = [...groups.values()].reduce((a, b) => (b.size > a.size ? b : a))
      closeOldest(largest)
    },
  }
}

const proxyPrefix = 'proxy '
const callerPrefix = 'caller '

const nameOf = ({ remoteAddress, remotePort }: Socket): string => `${remoteAddress} ${remotePort}`
