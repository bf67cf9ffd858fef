import t from 'tap'

// One world for all of them: the parts run one after the other.
await import('./feeds-rights/withdrawals.ts')
await import('./feeds-rights/conditions.ts')
await import('./feeds-rights/widening.ts')

t.end()
