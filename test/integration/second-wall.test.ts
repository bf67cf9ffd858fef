// One world for all of them: the parts run one after the other.
await import('./second-wall/readers.ts')
await import('./second-wall/roles.ts')
await import('./second-wall/tenants.ts')
await import('./second-wall/owners.ts')
