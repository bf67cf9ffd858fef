import { readFileSync } from 'node:fs'
import { get as getPlain } from 'node:http'
import { get as getTls } from 'node:https'

// Asks the service of this container for /healthz, where its settings say that it listens. Exit
// status 0 or 1.
const { PORT: port, TLS_CERT_FILE: certFile, TLS_KEY_FILE: keyFile } = process.env
const place = { host: '127.0.0.1', port: Number(port), path: '/healthz', timeout: 3_000 }

const ask = () => {
  if (!certFile || !keyFile) return getPlain(place)
  const [cert, key] = [readFileSync(certFile), readFileSync(keyFile)]
  // The request trusts exactly the certificate that the service shows, whatever host it names, and
  // shows it in turn if the service asks for one.
  return getTls({
    ...place,
    ca: cert,
    cert,
    key,
    allowPartialTrustChain: true,
    checkServerIdentity: () => undefined,
  })
}

const request = ask()
request.on('response', (response) => process.exit(response.statusCode === 200 ? 0 : 1))
request.on('timeout', () => process.exit(1))
request.on('error', () => process.exit(1))
