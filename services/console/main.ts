import '#runtime/small-heap.ts'
import { readConfig } from '#runtime/config.ts'
import { runService } from '#runtime/service.ts'
import { consoleConfig } from './config.ts'
import { startConsole } from './start.ts'

await runService('console', ({ env, ...deps }) =>
  startConsole(readConfig(env, consoleConfig), deps),
)
