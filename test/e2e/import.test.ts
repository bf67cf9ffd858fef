import t from 'tap'
import { csv } from './import/csv.ts'
import { ndjsonAndStix } from './import/ndjson-and-stix.ts'
import { interruptions } from './import/interruptions.ts'
import { standing } from './import/standing.ts'
import { commandLine } from './import/command-line.ts'

// One world for all of them: the parts run one after the other.
await t.test('csv', csv)
await t.test('ndjson and stix', ndjsonAndStix)
await t.test('interruptions', interruptions)
await t.test('standing', standing)
await t.test('command line', commandLine)
