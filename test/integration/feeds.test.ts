import t from 'tap'

// One world for all of them: the parts run one after the other.
await import('./feeds/token-requests.ts')
await import('./feeds/client-assertions.ts')
await import('./feeds/refused-readers.ts')
await import('./feeds/pages.ts')
await import('./feeds/copies.ts')
await import('./feeds/formats.ts')
await import('./feeds/single-notices.ts')
await import('./feeds/standing.ts')
await import('./feeds/ledger.ts')
await import('./feeds/operating.ts')

t.end()
