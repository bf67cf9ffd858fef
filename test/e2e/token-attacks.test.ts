// One world for all of them: the parts run one after the other.
await import('./token-attacks/claims.ts')
await import('./token-attacks/rotation.ts')
await import('./token-attacks/suspension.ts')
