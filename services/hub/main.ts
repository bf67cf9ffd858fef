import '#runtime/small-heap.ts'
import { readConfig } from '#runtime/config.ts'
import { runService } from '#runtime/service.ts'
import { hubConfig } from './config.ts'
import { startHub } from './start.ts'

await runService('hub', ({ env, ...deps }) => startHub(readConfig(env, hubConfig), deps))
