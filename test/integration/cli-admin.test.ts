// One world for all of them: the parts run one after the other.
await import('./cli-admin/bootstrap.ts')
await import('./cli-admin/two-persons.ts')
await import('./cli-admin/ncb.ts')
await import('./cli-admin/keys.ts')
await import('./cli-admin/kafka.ts')
