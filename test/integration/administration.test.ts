// One world for all of them: the parts run one after the other.
await import('./administration/proposals.ts')
await import('./administration/roles.ts')
await import('./administration/ncb.ts')
await import('./administration/foreign-ids.ts')
await import('./administration/enrolment.ts')
await import('./administration/bad-enrolments.ts')
await import('./administration/revocation.ts')
