import type { ConfigSpec } from '../process/config.ts'

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
  }) as const satisfies ConfigSpec
