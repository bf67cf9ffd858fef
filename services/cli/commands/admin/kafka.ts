import { InvalidArgumentError, Option, type Command } from 'commander'
import { topicsOf } from '#core/topics.ts'
import { nowMicros } from '#runtime/clock.ts'
import { createKafkaMessageLog } from '#runtime/kafka-message-log.ts'
import { applyTopics, defaultTopicSettings, planTopics } from '#runtime/kafka-topics.ts'
import type { MessageLogAdmin } from '#runtime/message-log.ts'
import { loadRegistry } from '#store/registry.ts'
import { withDatabase, withDatabaseOption, type DatabaseOptions } from '../../admin-database.ts'
import { findDemo } from '../../demo-file.ts'
import { misused } from '../../failure.ts'
import type { Io } from '../../io.ts'
import { commaList } from '../../lists.ts'
import { quietLog } from '../../quiet-log.ts'

type Options = DatabaseOptions & {
  readonly brokers?: readonly string[]
  readonly partitions: number
  readonly replication: number
  readonly retentionHours: number
  readonly dryRun?: true
}

const count = (text: string): number => {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError('a whole number from 1')
  return Number(text)
}

const defaultHours = defaultTopicSettings.retentionMs / 3_600_000

export const addKafka = (admin: Command, io: Io): void => {
  const kafka = admin.command('kafka').description('Kafka, as the registry wants it.')
  withDatabaseOption(kafka.command('apply').description('Create the topics that the registry calls for and Kafka lacks; those there stay as they are.'))
    .addOption(new Option('--brokers <list>', 'brokers to start from').env('KAFKA_BROKERS').argParser(commaList))
    .option('--partitions <n>', 'of a topic that is created', count, defaultTopicSettings.partitions)
    .option('--replication <n>', 'of a topic that is created; 3 in production', count, defaultTopicSettings.replicationFactor)
    .option('--retention-hours <n>', 'of a topic that is created', count, defaultHours)
    .option('--dry-run', 'show the plan and change nothing')
    .addHelpText('after', '\nExample:\n  $ npx switchboard admin kafka apply --brokers kafka-1:9092,kafka-2:9092 --replication 3 --dry-run')
    .action((options: Options) => apply(options, io))
}

const apply = async (options: Options, io: Io): Promise<void> => {
  const registry = await withDatabase(options, loadRegistry)
  const wanted = topicsOf(registry, nowMicros())
  await withKafka(options, async (admin) => {
    const { existing, missing } = await planTopics(admin, wanted)
    for (const topic of existing) io.out(`= ${topic}`)
    for (const topic of missing) io.out(`+ ${topic} (partitions ${options.partitions}, replication ${options.replication}, retention ${options.retentionHours} h)`)
    if (options.dryRun || missing.length === 0) return io.err(`${existing.length} topics are there, ${missing.length} are missing; nothing changed`)
    const created = await applyTopics(admin, missing, {
      partitions: options.partitions, replicationFactor: options.replication, retentionMs: options.retentionHours * 3_600_000,
    })
    io.err(`created ${created.length} topics; the hub takes them up within seconds`)
  })
}

const withKafka = async (options: Options, work: (admin: MessageLogAdmin) => Promise<void>): Promise<void> => {
  const brokers = options.brokers ?? (await findDemo())?.kafka.brokers
  if (brokers === undefined || brokers.length === 0) throw misused('say which brokers: --brokers host:9092 or KAFKA_BROKERS')
  const messages = createKafkaMessageLog({ brokers, clientId: 'switchboard-cli', log: quietLog })
  try {
    await work(messages.admin)
  } finally {
    await messages.close()
  }
}
