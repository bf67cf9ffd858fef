import { setFlagsFromString } from 'node:v8'

// Rendering makes much garbage that does not live. By default V8 lets it pile up to several times what lives; these keep
// some 30 MiB of a fan-out to 500 readers from staying resident. They hold for what is loaded after them.
setFlagsFromString('--semi-space-growth-factor=1')
setFlagsFromString('--heap-growing-percent=50')

const { readConfig } = await import('#runtime/config.ts')
const { runService } = await import('#runtime/service.ts')
const { feedsConfig } = await import('./config.ts')
const { startFeeds } = await import('./start.ts')

await runService('feeds', ({ env, ...deps }) => startFeeds(readConfig(env, feedsConfig), deps))
