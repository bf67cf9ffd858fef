// One world for all of them: the parts run one after the other.
await import('./hub-intake/versions.ts')
await import('./hub-intake/faults.ts')
await import('./hub-intake/confirmations.ts')
