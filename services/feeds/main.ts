import { setFlagsFromString } from 'node:v8'
import { readConfig } from '#runtime/config.ts'
import { runService } from '#runtime/service.ts'
import { feedsConfig } from './config.ts'
import { startFeeds } from './start.ts'

// Rendering makes much garbage that does not live. In a young generation of the default 16 MiB it lies around long enough
// to add some 70 MiB of resident memory; in a small one it is collected sooner at the same cost.
setFlagsFromString('--max-semi-space-size=4')

await runService('feeds', ({ env, ...deps }) => startFeeds(readConfig(env, feedsConfig), deps))
