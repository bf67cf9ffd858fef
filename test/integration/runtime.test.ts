// One world for all of them: the parts run one after the other.
await import('./runtime/transactions.ts')
await import('./runtime/unavailable.ts')
await import('./runtime/notifications.ts')
await import('./runtime/migrations.ts')
