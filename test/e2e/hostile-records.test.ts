// One world for all of them: the parts run one after the other.
await import('./hostile-records/refusals.ts')
await import('./hostile-records/never-list.ts')
await import('./hostile-records/replays.ts')
await import('./hostile-records/registry-changes.ts')
