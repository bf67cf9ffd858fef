import '#runtime/process/small-heap.ts'
import { readConfig } from '#runtime/process/config.ts'
import { runService } from '#runtime/process/service.ts'
import { consoleConfig } from './config.ts'
import { startConsole } from './start.ts'

await runService('console', ({ env, ...deps }) =>
  startConsole(readConfig(env, consoleConfig), deps),
)
