import { Command, CommanderError } from 'commander'
import { isUnavailable } from '#runtime/process/unavailable.ts'
import { addAdmin } from './commands/admin.ts'
import { addConfirm } from './commands/confirm.ts'
import { addConsent } from './commands/consent.ts'
import { addDue } from './commands/due.ts'
import { addImport } from './commands/import.ts'
import { addKey } from './commands/key.ts'
import { addReact } from './commands/react.ts'
import { addRecord } from './commands/record.ts'
import { addRehearse } from './commands/rehearse.ts'
import { addSaid } from './commands/said.ts'
import { addStatus } from './commands/status.ts'
import { addSubmissions } from './commands/submissions.ts'
import { addSubmit } from './commands/submit.ts'
import { addTail } from './commands/tail.ts'
import { addTrace } from './commands/trace.ts'
import { addVerify } from './commands/verify/verify.ts'
import { addWhy } from './commands/why.ts'
import { exitCodes, Failure } from './failure.ts'
import type { Io } from './io.ts'

const closing = `
Without --gateway, --feeds, --console or --database a command uses the demo that "npm run demo"
started (.switchboard/demo.json).

Exit codes:
  0  done
  1  refused, or failed
  2  used wrongly
  3  a service or the database could not be reached
  4  verify: the signature is wrong, or what is shown is not what was signed
  5  verify: the key is not among those given

Examples:
  $ npx switchboard rehearse notice.json --as TH
  $ npx switchboard submit notice.json --as TH --wait
  $ npx switchboard import notices.csv --as TH --dry-run
  $ npx switchboard tail all --as KH-ACD --pretty
  $ npx switchboard react 0193a1c2-7b1e-7c3d-9f00-5b8f1f0a2c11 --issuer TH --reaction useful --as KH
  $ npx switchboard trace 0193a1c2-7b1e-7c3d-9f00-5b8f1f0a2c11 --pretty
  $ npx switchboard admin registry show`

const createProgram = (io: Io): Command => {
  const program = new Command('switchboard')
    .description('Submits notices, reads feeds, verifies envelopes and administers a hub.')
    .enablePositionalOptions() // keeps the options of commands apart from those of the program
    .showHelpAfterError('(see --help)')
    .addHelpText('after', closing)
  for (const add of [
    addRehearse,
    addSubmit,
    addImport,
    addStatus,
    addConfirm,
    addReact,
    addSaid,
    addDue,
    addTail,
    addTrace,
    addWhy,
    addConsent,
    addSubmissions,
    addVerify,
    addKey,
    addRecord,
    addAdmin,
  ])
    add(program, io)
  forEach(program, (command) => {
    command.exitOverride().configureOutput({
      writeOut: (text) => io.out(text.trimEnd()),
      writeErr: (text) => io.err(text.trimEnd()),
    })
  })
  return program
}

const forEach = (command: Command, visit: (command: Command) => void): void => {
  visit(command)
  for (const child of command.commands) forEach(child, visit)
}

/**
 * Runs one command line and resolves with its exit code. It throws nothing that a user can cause.
 */
export const run = async (args: readonly string[], io: Io): Promise<number> => {
  try {
    await createProgram(io).parseAsync(args, { from: 'user' })
    return exitCodes.ok
  } catch (error) {
    return explain(error, io)
  }
}

const explain = (error: unknown, io: Io): number => {
  if (error instanceof CommanderError)
    return error.exitCode === 0 || error.code === 'commander.help' ? exitOf(error) : exitCodes.usage
  if (io.signal.aborted) return exitCodes.ok // the user ended it
  if (error instanceof Failure) {
    io.err(error.message)
    return error.exitCode
  }
  io.err(messages(error).join(': '))
  if (isUnavailable(error)) return exitCodes.unreachable
  // a fault of this program shows where it is
  if (error instanceof TypeError || error instanceof ReferenceError) throw error
  return exitCodes.refused
}

/** A group of commands without a command prints its help on stderr and is a wrong use. */
const exitOf = (error: CommanderError): number =>
  error.code === 'commander.help' && error.exitCode !== 0 ? exitCodes.usage : error.exitCode

const messages = (error: unknown): string[] => {
  if (!(error instanceof Error)) return ['failed']
  const own =
    error.message ||
    (error instanceof AggregateError
      ? error.errors.map((e) => (e as Error).message).join(', ')
      : error.name)
  const causes = error.cause === undefined ? [] : messages(error.cause)
  return causes[0] === own ? causes : [own, ...causes]
}
