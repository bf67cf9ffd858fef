// One world for all of them: the parts run one after the other.
await import('./console/trace.ts')
await import('./console/trace-requests.ts')
await import('./console/trace-refusals.ts')
await import('./console/why.ts')
await import('./console/participants.ts')
await import('./console/roles.ts')
await import('./console/flow.ts')
