import { isIPv4, isIPv6 } from 'node:net'

/** True for a host name or address that never leaves this machine. */
export const isLoopback = (host: string): boolean => {
  const name = host.replace(/^\[(.*)\]$/, '$1')
  if (isIPv4(name)) return name.startsWith('127.')
  return isIPv6(name) ? name === '::1' : name === 'localhost'
}
