import type { ConfigSpec } from '../process/config.ts'

export const callerConfig = {
  trustedProxies: {
    type: 'list',
    default: [],
    example: '10.0.0.7,10.1.0.0/16',
    doc:
      'Addresses and networks of proxies before this service, whose x-forwarded-for is believed: ' +
      'bounds by address then count the callers behind them.',
  },
  localMetrics: {
    type: 'flag',
    default: true,
    example: 'false',
    doc:
      'Whether /metrics answers this machine without a token. Set it to false where a proxy on ' +
      'this machine passes requests of others on.',
  },
  connectionsPerCaller: {
    type: 'integer',
    default: 500,
    min: 1,
    max: 10_000,
    unit: 'connections',
    example: '500',
    doc:
      'Most connections of one address without a token, and most idle ones of one caller; ' +
      'beyond, its oldest is closed.',
  },
  failedRequestsPerMinute: {
    type: 'integer',
    default: 6000,
    min: 1,
    max: 10_000_000,
    unit: 'requests',
    example: '6000',
    doc:
      'Most requests of one address with a bad token or none in a minute; beyond, 429 for what ' +
      'comes from it without a token that was good before.',
  },
} as const satisfies ConfigSpec

/** Where a service listens, `port` if no setting names one, and how it proves who it is. */
export const listenerConfig = <Port extends number>(port: Port) =>
  ({
    host: {
      type: 'string',
      default: '127.0.0.1',
      example: '127.0.0.1',
      doc: 'Address to listen on.',
    },
    port: {
      type: 'integer',
      default: port,
      min: 0,
      max: 65535,
      example: String(port),
      doc: 'Port to listen on; 0 takes a free one.',
    },
    tlsCertFile: {
      type: 'file',
      optional: true,
      example: '/etc/switchboard/tls.pem',
      doc:
        "The listener's certificate, followed by those that lead to its authority; turns HTTPS " +
        'on. Read again within seconds when it changes.',
    },
    tlsKeyFile: {
      type: 'file',
      optional: true,
      example: '/run/secrets/tls.key',
      doc: 'Private key of that certificate, mode 0600.',
    },
    tlsClientCaFile: {
      type: 'file',
      optional: true,
      example: '/etc/switchboard/client-ca.pem',
      doc: 'Authorities of client certificates; with it, nobody connects without one.',
    },
    allowPlainHttp: {
      type: 'flag',
      default: false,
      example: 'true',
      doc: 'Allows HTTP without TLS on an address that others reach, for a proxy that ends TLS.',
    },
    ...callerConfig,
  }) as const satisfies ConfigSpec
