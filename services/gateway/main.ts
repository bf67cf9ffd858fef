import '#runtime/process/small-heap.ts'
import { readConfig } from '#runtime/process/config.ts'
import { runService } from '#runtime/process/service.ts'
import { gatewayConfig } from './config.ts'
import { startGateway } from './start.ts'

await runService('gateway', ({ env, ...deps }) =>
  startGateway(readConfig(env, gatewayConfig), deps),
)
