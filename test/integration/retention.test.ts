// One world for all of them: the parts run one after the other.
await import('./retention/not-due.ts')
await import('./retention/told.ts')
await import('./retention/afterwards.ts')
