// One world for all of them: the parts run one after the other.
await import('./tls/plain.ts')
await import('./tls/listeners.ts')
await import('./tls/changes.ts')
