// One world for all of them: the parts run one after the other.
await import('./import/csv.ts')
await import('./import/ndjson-and-stix.ts')
await import('./import/interruptions.ts')
await import('./import/command-line.ts')
