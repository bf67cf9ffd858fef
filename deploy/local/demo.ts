import { parseArgs } from 'node:util'
import { resolve } from 'node:path'
import { rm } from 'node:fs/promises'
import { tellStory } from './demo/story.ts'
import { dataFolder, stackFolder } from './project.ts'
import { startStack } from './stack.ts'
import { supervise, type Supervisor } from './processes/supervisor.ts'
import { startSystem, type System } from './system.ts'

const help = `npm run demo                 start everything, show a notice going from Bangkok to
                             Phnom Penh, stay up until Ctrl-C
npm run demo -- --once       the same, check it, stop; exit status 0 or 1
npm run demo -- --fresh      without the data of earlier runs
npm run demo -- --name NAME  another data folder, .switchboard/NAME (default: demo)`

const tokenSeconds = 12 * 3600

const demo = async (): Promise<number> => {
  const { values } = parseArgs({
    options: {
      once: { type: 'boolean' },
      fresh: { type: 'boolean', default: false },
      name: { type: 'string', default: 'demo' },
      help: { type: 'boolean', short: 'h' },
    },
  })
  if (values.help) return (say(help), 0)
  const folder = stackFolder(values.name)
  const file = resolve(dataFolder, values.name === 'demo' ? 'demo.json' : `${values.name}.json`)
  const stopped = stopSignal()
  let system: System | undefined
  const supervisor = await supervise({ folder, log: say, onPids: () => system?.writePids() })
  try {
    system = await start(supervisor, file, values.fresh)
    const notice = await tellStory(system.info, say)
    if (!values.once) {
      say(hints(system, file, notice))
      await stopped
    }
    return 0
  } finally {
    system = undefined
    say('stopping …')
    await supervisor.stopAll()
    await rm(file, { force: true })
  }
}

const start = async (supervisor: Supervisor, file: string, fresh: boolean): Promise<System> => {
  const started = Date.now()
  say('starting Kafka and PostgreSQL … (the first time, Kafka is fetched with Maven)')
  const { brokers, databaseUrl, secured, kind } = await startStack({
    folder: supervisor.folder,
    supervisor,
    fresh,
    log: say,
  })
  say(`${kind}: Kafka at ${brokers.join(', ')}; starting hub, gateways, feeds and console …`)
  const system = await startSystem({
    supervisor,
    brokers,
    ...(secured && { secured }),
    databaseUrl,
    file,
    tokenSeconds,
  })
  say(`everything runs after ${((Date.now() - started) / 1000).toFixed(1)} s`)
  return system
}

const hints = ({ info }: System, file: string, notice: string): string => `
Ready. URLs and tokens are in ${file} (mode 0600). In another terminal:
  npx switchboard tail all --as KH-ACD                     follow Phnom Penh's feed
  npx switchboard submit deploy/local/samples/phone.json   submit a notice as Bangkok
  npx switchboard trace ID                                 follow a notice to every delivery
  ${`kill -9 ${info.pids['kafka'] ?? '<kafka>'}`.padEnd(56)} the broker: started again, nothing lost
Interfaces: ${Object.entries(info.gateways)
  .map(([p, g]) => `${p} ${g.url}/docs`)
  .join(' · ')}
            feeds ${info.feeds.url}/docs · console ${info.console.url}/docs
For the README's curl commands, in that terminal:
${exportLines(info, file, notice).join('\n')}
Ctrl-C stops everything; the data stays.`

/**
 * The variables that the README's commands use. Tokens are read from the file, not shown. `notice`
 * is one of Bangkok that Phnom Penh has.
 */
const exportLines = (
  { gateways, feeds }: System['info'],
  file: string,
  notice: string,
): string[] => {
  const read = (member: string): string => `$(node -p "require('${file}')${member}")`
  return [
    `export GATEWAY=${gateways['TH']!.url} FEEDS=${feeds.url}`,
    `export TOKEN=${read('.gateways.TH.token')}`,
    `export AGENCY_TOKEN=${read(".feeds.agencies['KH-ACD'].token")}`,
    `export KH_GATEWAY=${gateways['KH']!.url} KH_TOKEN=${read('.gateways.KH.token')}`,
    `export NOTICE=${notice}`,
  ]
}

const say = (line: string): void => console.log(line)

const stopSignal = (): Promise<void> =>
  new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
  })

try {
  process.exitCode = await demo()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
