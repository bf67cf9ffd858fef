import '#runtime/process/small-heap.ts'
import { readConfig } from '#runtime/process/config.ts'
import { runService } from '#runtime/process/service.ts'
import { hubConfig } from './config.ts'
import { startHub } from './start.ts'

await runService('hub', ({ env, ...deps }) => startHub(readConfig(env, hubConfig), deps))
