import { InvalidArgumentError, type Command } from 'commander'
import {
  accessOf,
  defaultRates,
  isInForce,
  ruleText,
  type AccessPlan,
  type ByteRates,
  type KafkaAccess,
} from '#core/kafka/access.ts'
import { topicsOf } from '#core/kafka/topics.ts'
import { databaseTime } from '#runtime/postgres/clock.ts'
import { applyKafkaAccess, changePassword, planKafkaAccess } from '#runtime/kafka/access.ts'
import {
  applyTopics,
  defaultTopicSettings,
  planTopics,
  type TopicPlan,
} from '#runtime/kafka/topics.ts'
import { loadRegistry } from '#store/registry/registry.ts'
import {
  withDatabase,
  withDatabaseOption,
  type DatabaseOptions,
} from '../../places/admin-database.ts'
import { refused } from '../../failure.ts'
import type { Io } from '../../io.ts'
import { withKafka, withKafkaOptions, type KafkaOptions } from '../../places/kafka-place.ts'

type Options = DatabaseOptions &
  KafkaOptions & {
    readonly partitions: number
    readonly replication: number
    readonly retentionHours: number
    readonly passwords?: string
    readonly gatewayRate: number
    readonly hubRate: number
    readonly dryRun?: true
  }

const count = (text: string): number => {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError('a whole number from 1')
  return Number(text)
}

const kibibyte = 1024
const defaultHours = defaultTopicSettings.retentionMs / 3_600_000

const applyHelp = `
Topics that are there stay as they are. Access rules, rates and users of "hub" and "gateway-…"
become what the registry calls for; those of anybody else are left alone, and shown ("!") where they
reach our topics. Run again, it has nothing to do. Without --passwords nobody is given a password:
gateways then show certificates (CN=gateway-TH).

Example:
  $ npx switchboard admin kafka apply --brokers kafka-1:9093,kafka-2:9093 --replication 3 \\
      --passwords ./kafka-passwords --dry-run`

const passwordHelp = `
The old password opens no connection from then on; connections that are open end within the hour.
Hand the file over: a gateway reads it again by itself, and what it took meanwhile waits in its
outbox.

Example:
  $ npx switchboard admin kafka password gateway-TH --passwords ./kafka-passwords`

const growHelp = `
Order is kept per notice id and partition: while producers learn of the partitions, versions of one
notice may overtake each other, which the hub tells apart by their number.

Example:
  $ npx switchboard admin kafka grow submitted.TH 2`

export const addKafka = (admin: Command, io: Io): void => {
  const kafka = admin.command('kafka').description('Kafka, as the registry wants it.')
  addApply(kafka, io)
  addPassword(kafka, io)
  addGrow(kafka, io)
}

const addApply = (kafka: Command, io: Io): void => {
  withKafkaOptions(
    withDatabaseOption(
      kafka
        .command('apply')
        .description(
          'Make the topics, access rules, byte rates and users that the registry calls for; ' +
            'shows its plan.',
        ),
    ),
  )
    .option(
      '--partitions <n>',
      'of a topic that is created',
      count,
      defaultTopicSettings.partitions,
    )
    .option(
      '--replication <n>',
      'of a topic that is created; 3 in production',
      count,
      defaultTopicSettings.replicationFactor,
    )
    .option('--retention-hours <n>', 'of a topic that is created', count, defaultHours)
    .option(
      '--passwords <folder>',
      'makes a user with a password (SCRAM-SHA-512) of each principal that has none, and ' +
        'keeps it in a file of its name',
    )
    .option(
      '--gateway-rate <KiB/s>',
      'most that a gateway sends, and receives, by each broker',
      count,
      defaultRates.gateway.producer / kibibyte,
    )
    .option(
      '--hub-rate <KiB/s>',
      'the same for the hub',
      count,
      defaultRates.hub.producer / kibibyte,
    )
    .option('--dry-run', 'show the plan and change nothing')
    .addHelpText('after', applyHelp)
    .action((options: Options) => apply(options, io))
}

const addPassword = (kafka: Command, io: Io): void => {
  withKafkaOptions(
    kafka
      .command('password')
      .argument('<user>', 'such as gateway-TH')
      .description('Change the password of a user.'),
  )
    .requiredOption('--passwords <folder>', 'where its file is')
    .addHelpText('after', passwordHelp)
    .action((user: string, options: KafkaOptions & { passwords: string }) =>
      withKafka(options, async ({ access }) => {
        if (!(await access.read()).users.has(user))
          throw refused(`Kafka has no user ${user}; see: switchboard admin kafka apply --dry-run`)
        const file = await changePassword(access, user, options.passwords)
        io.out(`${user} has another password, in ${file}`)
      }),
    )
}

const addGrow = (kafka: Command, io: Io): void => {
  withKafkaOptions(
    kafka
      .command('grow')
      .argument('<topic>')
      .argument('<partitions>', 'how many from now on', count)
      .description('Give a topic more partitions; they cannot be taken back.'),
  )
    .addHelpText('after', growHelp)
    .action((topic: string, partitions: number, options: KafkaOptions) =>
      withKafka(options, async ({ access }) => {
        await access.setPartitions(topic, partitions)
        io.out(
          `${topic} has ${partitions} partitions; restart the ` +
            `hub's processes and the gateway that uses it`,
        )
      }),
    )
}

const apply = async (options: Options, io: Io): Promise<void> => {
  const { registry, now } = await withDatabase(options, async (pool) => ({
    registry: await loadRegistry(pool),
    now: await databaseTime(pool),
  }))
  const wanted = accessOf(registry, now, {
    gateway: rate(options.gatewayRate),
    hub: rate(options.hubRate),
  })
  await withKafka(options, async ({ topics, access }) => {
    const topicPlan = await planTopics(topics, topicsOf(registry, now))
    const accessPlan = await planKafkaAccess(access, wanted, options.passwords)
    for (const line of [...topicLines(topicPlan, options), ...accessLines(accessPlan, wanted)])
      io.out(line)
    if (topicPlan.missing.length === 0 && (accessPlan === undefined || isInForce(accessPlan)))
      return io.err('nothing to do')
    if (options.dryRun) return io.err('nothing changed')
    const created = await applyTopics(topics, topicPlan.missing, {
      partitions: options.partitions,
      replicationFactor: options.replication,
      retentionMs: options.retentionHours * 3_600_000,
    })
    if (accessPlan !== undefined) await applyKafkaAccess(access, accessPlan, options.passwords)
    io.err(`done; created ${created.length} topics, which the hub takes up within seconds`)
  })
}

const rate = (kibibytes: number): ByteRates => ({
  producer: kibibytes * kibibyte,
  consumer: kibibytes * kibibyte,
})

const topicLines = ({ existing, missing }: TopicPlan, o: Options): string[] => [
  ...existing.map((topic) => `= topic ${topic}`),
  ...missing.map(
    (topic) =>
      `+ topic ${topic} (partitions ${o.partitions}, replication ` +
      `${o.replication}, retention ${o.retentionHours} h)`,
  ),
]

const accessLines = (plan: AccessPlan | undefined, wanted: KafkaAccess): string[] => {
  if (plan === undefined)
    return ['! this Kafka has no authoriser: whoever reaches it reads and writes everything']
  return [
    ...wanted.rules
      .filter((rule) => !plan.addRules.includes(rule))
      .map((rule) => `= ${ruleText(rule)}`),
    ...plan.addUsers.map((user) => `+ user ${user}, with a password`),
    ...plan.setRates.map(
      ({ principal, rates }) =>
        `+ ${principal} sends at most ${perSecond(rates.producer)} ` +
        `and receives at most ${perSecond(rates.consumer)}`,
    ),
    ...plan.addRules.map((rule) => `+ ${ruleText(rule)}`),
    ...plan.removeRules.map((rule) => `- ${ruleText(rule)}`),
    ...plan.removeRates.map((principal) => `- byte rates of ${principal}`),
    ...plan.removeUsers.map((user) => `- user ${user}`),
    ...plan.foreign.map((rule) => `! ${ruleText(rule)}: not by this command`),
  ]
}

const perSecond = (bytes = 0): string => `${bytes / kibibyte} KiB/s`
