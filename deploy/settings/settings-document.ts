import { describeConfig, type ConfigSpec } from '#runtime/process/config.ts'
import { kafkaConfig } from '#runtime/kafka/security.ts'
import { consoleConfig } from '../../services/console/config.ts'
import { feedsConfig } from '../../services/feeds/config.ts'
import { gatewayConfig } from '../../services/gateway/config.ts'
import { hubConfig } from '../../services/hub/config.ts'
import { cliSettings, composeSettings, localSettings } from './other-settings.ts'

/** Every setting, by the program that reads it. */
export const allSettings: readonly (readonly [title: string, spec: ConfigSpec])[] = [
  ['Gateway', gatewayConfig],
  ['Hub', hubConfig],
  ['Feeds', feedsConfig],
  ['Console', consoleConfig],
  ['Command line', { ...kafkaConfig, ...cliSettings }],
  ['docker-compose.yml', composeSettings],
  ['Local stack, demo and tests', localSettings],
]

const introduction = `# Settings

Made by \`npm run settings\` from what the programs read; a test keeps it so. A service reads its
settings from the environment when it starts, and refuses to start with one message that names
every one that is missing or wrong. Limits
carry their unit. A setting that is empty is as one that is not set.`

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ')

const table = (spec: ConfigSpec): string =>
  [
    '| variable | type | default | example | what it is |',
    '|---|---|---|---|---|',
    ...describeConfig(spec).map(
      (row) =>
        `| \`${row.variable}\` | ${cell(row.type)} | ` +
        `${row.default === '' ? 'none' : cell(row.default)} | ` +
        `${row.example === '…' ? '…' : `\`${cell(row.example)}\``} | ${cell(row.doc)} |`,
    ),
  ].join('\n')

export const settingsDocument = (): string =>
  [introduction, ...allSettings.map(([title, spec]) => `## ${title}\n\n${table(spec)}`)]
    .join('\n\n')
    .concat('\n')
