import '#runtime/process/small-heap.ts'
import { readConfig } from '#runtime/process/config.ts'
import { runService } from '#runtime/process/service.ts'
import { feedsConfig } from './config.ts'
import { startFeeds } from './start.ts'

await runService('feeds', ({ env, ...deps }) => startFeeds(readConfig(env, feedsConfig), deps))
