import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, mkdir, mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'
import t, { type Test } from 'tap'
import { projectFolder, stackFolder } from '#deploy/local/project.ts'
import { type SystemFile } from '#deploy/local/demo/system-file.ts'
import { runbookBlocks } from '#test/support/composed.ts'
import { until } from '#test/support/until.ts'

const readme = await readFile(resolve(projectFolder, 'README.md'), 'utf8')
const scripts = (
  JSON.parse(await readFile(resolve(projectFolder, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>
  }
).scripts
const name = 'test-readme'
const file = resolve(projectFolder, `.switchboard/${name}.json`)

/** Servers of the demo's own, as a newcomer gets them. */
const { KAFKA_BROKERS, DATABASE_URL, ...own } = process.env
const env =
  process.env['SWITCHBOARD_STACK'] === 'external' ? { ...own, KAFKA_BROKERS, DATABASE_URL } : own

/** The tools look for the demo below the folder they are called in. */
const elsewhere = await mkdtemp(resolve(tmpdir(), 'switchboard-readme-'))
t.teardown(() => rm(elsewhere, { recursive: true, force: true }))

type Ran = { readonly code: number | null; readonly out: string }

const run = async (args: readonly string[], cwd: string, limitMs = 60_000): Promise<Ran> => {
  const child = spawn(process.execPath, args, {
    cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: limitMs,
  })
  let out = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (out += chunk.toString()))
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, out }
}

const switchboard = (line: string): Promise<Ran> =>
  run(
    [
      resolve(projectFolder, 'services/cli/switchboard.js'),
      ...line
        .split(/\s+/)
        .map((word) => (word.startsWith('deploy/') ? resolve(projectFolder, word) : word)),
    ],
    elsewhere,
  )

/**
 * Steps 1 to 7 of "Admit a country" as they stand, at the demo's console; `npm run` and `npx` are
 * what they stand for.
 */
const admitByRunbook = async (): Promise<object> => {
  const demo = JSON.parse(await readFile(file, 'utf8')) as SystemFile
  await mkdir(resolve(elsewhere, 'deploy/secrets/private/keys'), { recursive: true })
  await copyFile(
    resolve(stackFolder(name), 'keys/console-session.jwk'),
    resolve(elsewhere, 'deploy/secrets/private/keys/console-session.jwk'),
  )
  const node = JSON.stringify(process.execPath)
  const makeSecrets = `${projectFolder}/deploy/containers/make-gateway-secrets.ts`
  const prelude = `npm() { shift 3; ${node} ${makeSecrets} "$@"; }
    npx() { shift; ${node} ${projectFolder}/services/cli/switchboard.js "$@"; }`
  const steps = await runbookBlocks('Admit a country')
  for (const { command } of steps.slice(0, 7)) {
    const { NODE_OPTIONS: _tap, ...clean } = env
    await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', `${prelude}\n${command}`], {
      cwd: elsewhere,
      env: { ...clean, SWITCHBOARD_CONSOLE: demo.console.url },
    })
  }
  const shown = JSON.parse((await switchboard('admin registry show')).out) as Record<
    string,
    { id: string; owner: string; purpose: string; participant: string }[]
  >
  return {
    participants: shown['participants']!.filter((p) => p.id === 'LA').length,
    keys: shown['keys']!.filter((k) => k.owner === 'LA')
      .map((k) => k.purpose)
      .toSorted(),
    agencies: shown['agencies']!.filter((a) => a.participant === 'LA').map((a) => a.id),
  }
}

/** The README's curl commands, as they are pasted after the lines that the demo prints. */
const pasteCurl = async (t: Test, said: string): Promise<void> => {
  const exports = said.match(/^export .+$/gm) ?? []
  t.equal(exports.length, 5, 'the demo prints what to paste')
  t.notMatch(exports.join('\n'), /eyJ/, 'without a token')
  const block = /```sh\n(curl [^]*?)```/.exec(readme)![1]!
  const commands = block.split(/\n(?=curl )/)
  t.equal(commands.length, 4)
  const [posted, page, stream, reaction] = await Promise.all(
    commands.map(async (command) => {
      // A stream does not end by itself.
      const script = `curl() { command curl --max-time 8 "$@"; }\n${exports.join('\n')}\n${command}`
      const path = `${dirname(process.execPath)}:${env['PATH']}`
      const { NODE_OPTIONS: _tap, ...clean } = env
      const child = spawn('bash', ['-c', script], {
        cwd: projectFolder,
        env: { ...clean, PATH: path },
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      return text(child.stdout)
    }),
  )
  t.match(JSON.parse(posted!), { status: 'queued', canonical: { key: /^\+66/ } })
  t.match(JSON.parse(page!), { entries: Array, next: String })
  t.match(stream, /^id: /m)
  t.match(JSON.parse(reaction!), { id: String, status: 'queued' })
}

await t.test('the scripts that the README names are there', async (t) => {
  for (const [, script = ''] of readme.matchAll(/npm run ([a-z:-]+)/g))
    t.ok(script in scripts, script)
  t.match(readme, 'npm ci && npm run demo')
  t.match(readme, 'npm ci && npm test')
})

/** What officers do: rehearse, submit, follow, react, trace and ask why. */
const submitAndFollow = async (t: Test): Promise<void> => {
  t.match(await switchboard('rehearse deploy/local/samples/phone.json'), {
    code: 0,
    out: /KH: 1 of its agencies +yes +green/,
  })
  const submitted = await switchboard('submit deploy/local/samples/phone.json --wait')
  t.match(submitted, { code: 0 })
  const id = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/.exec(submitted.out)?.[0]
  t.match(await switchboard(`status ${id}`), { code: 0, out: /accepted/ })
  const followed = await until(
    'the notice in the feed',
    async () => {
      const ran = await switchboard('tail all --as KH-ACD --once')
      return ran.out.includes(id!) ? ran : undefined
    },
    30_000,
  )
  t.equal(followed.code, 0)
  t.match(await switchboard(`react ${id} --issuer TH --reaction useful --as KH --wait`), {
    code: 0,
    out: /"type": "reaction",\s+"status": "accepted"/,
  })
  t.match(await switchboard(`trace ${id}`), { code: 0, out: /KH-ACD/ })
  t.match(await switchboard(`why ${id} EXCHANGE-1`), { code: 0, out: /partner-not-named/ })
}

/** What operators and an NCB do: admit a participant, an agency, and a country by the runbook. */
const changeTheRegistry = async (t: Test): Promise<void> => {
  const admission = await switchboard(
    'admin participant admit MM --type member --name Myanmar --why agreement',
  )
  t.match(admission, { code: 0, out: /^1\n/ })
  t.match(await switchboard('admin proposal approve 1 --why seen --as admin'), {
    code: 0,
    out: /approved/,
  })
  t.match(
    await switchboard(
      'admin agency admit TH-AMLO --participant TH --name AMLO --why named --as ncb:TH',
    ),
    { code: 0 },
  )
  t.match(await switchboard('admin registry changes'), {
    code: 0,
    out: /"who":"operator@demo, admin@demo"[^]*"TH-AMLO"/,
  })

  await until(
    'Bangkok is told of it',
    async () => /"why": "named"/.test((await switchboard('record --as TH')).out),
    20_000,
  )
  const laos = await admitByRunbook()
  t.match(
    laos,
    { participants: 1, keys: ['ncb', 'notice'], agencies: ['LA-ACD'] },
    'a country is admitted by the steps of the runbook that need no containers',
  )
}

/** What a partner submits, and what a holder asks of the originator. */
const askAndSubmit = async (t: Test): Promise<void> => {
  t.match(
    await switchboard('submissions submit deploy/local/samples/partner.json --as EXCHANGE-1'),
    { code: 0, out: /waiting/ },
  )
  t.match(await switchboard('submissions list --as TH-CCIB'), {
    code: 0,
    out: /"participant":"EXCHANGE-1"/,
  })
  const limited = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/.exec(
    (await switchboard('submit deploy/local/samples/account.json --wait')).out,
  )![0]
  const asked = await until(
    'consent is asked',
    async () => {
      const ran = await switchboard(`consent ask ${limited} --as KH-ACD --to VN --reason x`)
      return ran.code === 0 && ran
    },
    30_000,
  )
  t.match(asked.out, /"waiting"/)
  t.match(await switchboard('consent list --as TH-CCIB'), { code: 0, out: new RegExp(limited) })
}

/** A broker that is killed loses nothing and is started again. */
const killTheBroker = async (t: Test): Promise<void> => {
  const info = JSON.parse(await readFile(file, 'utf8')) as SystemFile
  const broker = info.pids['kafka']
  if (broker !== undefined) {
    process.kill(broker, 'SIGKILL')
    t.match(
      await switchboard('submit deploy/local/samples/wallet.json'),
      { code: 0 },
      'taken while the broker is down',
    )
    await until(
      'the broker has another pid within 2 s',
      async () => {
        const { pids } = JSON.parse(await readFile(file, 'utf8')) as SystemFile
        return pids['kafka'] !== undefined && pids['kafka'] !== broker
      },
      2500,
    )
    t.match(
      await switchboard('submit deploy/local/samples/account.json --wait'),
      { code: 0 },
      'and what comes after it is answered by the hub',
    )
  }
}

await t.test(
  'the demo tells its story, stays up, and what the README shows can be done with it',
  async (t) => {
    await rm(stackFolder(name), { recursive: true, force: true })
    const demo = spawn(process.execPath, ['deploy/local/demo.ts', '--fresh', '--name', name], {
      cwd: projectFolder,
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let said = ''
    demo.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()))
    t.teardown(() => demo.exitCode === null && demo.kill('SIGTERM'))
    await until('the demo is ready', () => said.includes('\nReady.'), 180_000)
    t.match(said, /KH-ACD\s+has it after \d+ ms, signature of TH verified/)
    t.match(said, /JP-NPA\s+does not see it/)
    t.match(said, /TH is shown it after \d+ ms: KH acted, frozen/)
    t.equal((await stat(file)).mode & 0o777, 0o600)
    await pasteCurl(t, said)
    await mkdir(resolve(elsewhere, '.switchboard'))
    const useNow = () => copyFile(file, resolve(elsewhere, '.switchboard/demo.json'))
    await useNow()

    await submitAndFollow(t)
    await changeTheRegistry(t)
    await askAndSubmit(t)
    await killTheBroker(t)

    demo.kill('SIGINT')
    const [code] = (await once(demo, 'close')) as [number | null]
    t.equal(code, 0, 'Ctrl-C ends it cleanly')
    await t.rejects(stat(file), 'and takes its tokens with it')
  },
)
