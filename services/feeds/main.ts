import '#runtime/small-heap.ts'
import { readConfig } from '#runtime/config.ts'
import { runService } from '#runtime/service.ts'
import { feedsConfig } from './config.ts'
import { startFeeds } from './start.ts'

await runService('feeds', ({ env, ...deps }) => startFeeds(readConfig(env, feedsConfig), deps))
