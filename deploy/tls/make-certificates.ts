import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { makeCertificates } from './certificates.ts'

const help = `usage: npm run certificates -- --out FOLDER [--days 365] [--renew] NAME[=HOST,HOST…]…

Makes a development CA and one certificate per name, with these files in FOLDER:
  ca.pem, ca.key       the authority; who holds ca.key can speak for anybody
  NAME.pem, NAME.key   certificate and private key
  NAME.keystore.pem    both in one file, for Kafka
NAME is the common name, which Kafka takes for the user; without hosts it serves localhost,
127.0.0.1 and NAME.
Certificates that are there and last another month stay; --renew makes those named again.

Example:
  npm run certificates -- --out deploy/secrets/tls kafka admin gateway-TH=gateway.police.th.example`

const toWish = (argument: string): { name: string; hosts: string[] } => {
  const [name = '', hosts] = argument.split('=')
  return {
    name,
    hosts:
      hosts === undefined
        ? ['localhost', '127.0.0.1', name]
        : hosts.split(',').filter((host) => host !== ''),
  }
}

const main = async (): Promise<void> => {
  const {
    values: { out, days, renew, help: asked },
    positionals,
  } = parseArgs({
    allowPositionals: true,
    options: {
      out: { type: 'string' },
      days: { type: 'string', default: '365' },
      renew: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (asked) return console.log(help)
  if (out === undefined || positionals.length === 0 || !/^[1-9]\d{0,4}$/.test(days))
    throw new Error(help)
  const { made } = await makeCertificates(resolve(out), positionals.map(toWish), {
    days: Number(days),
    renew,
  })
  console.log(
    made.length === 0 ? 'all certificates are there' : `made ${made.join(', ')} in ${out}`,
  )
}

await main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
})
