import type { Micros } from '#core/registry/registry.ts'
import { isUtcTime } from '#core/schema/formats.ts'
import { parseMicros } from '#core/time.ts'
import { ConfigError, type Config } from '#runtime/process/config.ts'
import type { AppendRules } from '#store/log/append-rules.ts'
import type { hubConfig } from '../config.ts'

/** The rules of appending that the settings give. Throws a ConfigError. */
export const appendRulesOf = (config: Config<typeof hubConfig>): AppendRules => ({
  contract1Ends: timeOf('CONTRACT_1_ENDS', config.contract_1Ends),
  maxVersions: config.noticeMaxVersions,
  versionsPerHour: config.noticeVersionsPerHour,
  quarantine: {
    rowsPerDay: config.quarantineRowsPerDay,
    bytesPerDay: config.quarantineBytesPerDay,
    bytes: config.quarantineBytes,
  },
})

const timeOf = (variable: string, value: string | undefined): Micros | undefined => {
  if (value === undefined) return undefined
  const at = isUtcTime(value) ? parseMicros(value) : undefined
  if (at !== undefined) return at
  throw new ConfigError([`${variable}: a time in UTC, for example 2027-06-01T00:00:00Z`])
}
