import '#runtime/small-heap.ts'
import { readConfig } from '#runtime/config.ts'
import { runService } from '#runtime/service.ts'
import { gatewayConfig } from './config.ts'
import { startGateway } from './start.ts'

await runService('gateway', ({ env, ...deps }) =>
  startGateway(readConfig(env, gatewayConfig), deps),
)
