/** The exit codes of commands. They are stable, because scripts depend on them. */
export const exitCodes = {
  ok: 0,
  refused: 1,
  usage: 2,
  unreachable: 3,
  badSignature: 4,
  unknownKey: 5,
} as const

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

/** Ends a command with a message on stderr. `lines` say what failed and what to do. */
export class Failure extends Error {
  override readonly name = 'Failure'
  readonly exitCode: ExitCode
  constructor(exitCode: ExitCode, lines: string | readonly string[], options?: ErrorOptions) {
    super([lines].flat().join('\n'), options)
    this.exitCode = exitCode
  }
}

export const refused = (lines: string | readonly string[]): Failure =>
  new Failure(exitCodes.refused, lines)
export const misused = (lines: string | readonly string[]): Failure =>
  new Failure(exitCodes.usage, lines)
