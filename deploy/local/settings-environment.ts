import { variableName } from '#runtime/process/config.ts'
import { kafkaConfig, type KafkaSettings } from '#runtime/kafka/security.ts'

/** Settings as the variables they are read from. */
export const settingsEnvironment = (settings: object): Record<string, string> =>
  Object.fromEntries(
    Object.entries(settings)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [variableName(name), String(value)]),
  )

const noKafka = Object.fromEntries(Object.keys(kafkaConfig).map((name) => [variableName(name), '']))

/** All settings of Kafka. Settings that are not given are empty, so that none is inherited. */
export const kafkaEnvironment = (settings: KafkaSettings): Record<string, string> => ({
  ...noKafka,
  ...settingsEnvironment(settings),
})

/**
 * How the environment says that the brokers, which the user named, are reached. Plainly, if it says
 * nothing.
 */
export const environmentKafka = (
  brokers: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): KafkaSettings => ({
  ...Object.fromEntries(
    Object.keys(kafkaConfig).flatMap((name) =>
      env[variableName(name)] ? [[name, env[variableName(name)]]] : [],
    ),
  ),
  kafkaBrokers: brokers,
  kafkaAllowPlain: true,
})
