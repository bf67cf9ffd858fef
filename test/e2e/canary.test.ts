// One world for all of them: the parts run one after the other.
await import('./canary/reads.ts')
await import('./canary/requests.ts')
await import('./canary/foreign-ids.ts')
await import('./canary/logs.ts')
