import t from 'tap'

// One world for all of them: the parts run one after the other.
await import('./feeds-requests/consent.ts')
await import('./feeds-requests/consent-lists.ts')
await import('./feeds-requests/submissions.ts')

t.end()
