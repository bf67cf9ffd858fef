// One world for all of them: the parts run one after the other.
await import('./kafka-access/apply.ts')
await import('./kafka-access/reach.ts')
await import('./kafka-access/rates.ts')
await import('./kafka-access/changes.ts')
