// One world for all of them: the parts run one after the other.
await import('./local-stack/servers.ts')
await import('./local-stack/supervisor.ts')
await import('./local-stack/places.ts')
