#!/usr/bin/env node
// Plain JavaScript that any Node reads, so that an old one gets a message instead of a syntax
// error.
const major = Number(process.versions.node.split('.')[0])
if (major < 24) {
  process.stderr.write(
    `switchboard needs Node 24 or later; this is ${process.version}. Run ` +
      `it as: npx switchboard (npm ci brings the right Node)\n`,
  )
  process.exitCode = 1
} else {
  await import('./switchboard.ts')
}
