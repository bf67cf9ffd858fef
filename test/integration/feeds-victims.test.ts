import t from 'tap'

// One world for all of them: the parts run one after the other.
await import('./feeds-victims/head-start.ts')
await import('./feeds-victims/order.ts')

t.end()
