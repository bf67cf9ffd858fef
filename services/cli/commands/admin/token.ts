import { InvalidArgumentError, Option, type Command } from 'commander'
import { loadSigner } from '#runtime/keys/signer.ts'
import {
  mintOperatorToken,
  operatorRoles,
  type OperatorRole,
} from '#runtime/keys/operator-token.ts'
import { misused } from '../../failure.ts'
import type { Io } from '../../io.ts'

type Options = {
  readonly key: string
  readonly role: OperatorRole
  readonly sub: string
  readonly participant?: string
  readonly minutes: number
}

const minutes = (text: string): number => {
  const value = /^\d{1,4}$/.test(text) ? Number(text) : 0
  if (value < 1 || value > 720) throw new InvalidArgumentError('1 to 720')
  return value
}

export const addToken = (admin: Command, io: Io): void => {
  const token = admin.command('token').description("Operators' tokens for the console.")
  token
    .command('mint')
    .description("Print a token for one person, signed with the console's session key.")
    .requiredOption('--key <file>', "the private JWK of the console's session key")
    .requiredOption('--sub <person>', 'who it is for')
    .addOption(new Option('--role <role>').choices(operatorRoles).makeOptionMandatory())
    .option('--participant <id>', 'of role ncb: whose NCB')
    .option('--minutes <n>', 'how long it is good', minutes, 10)
    .addHelpText(
      'after',
      '\nExample:\n  $ npx switchboard admin token mint --key session.jwk --role operator ' +
        '--sub somchai',
    )
    .action(async ({ key, role, sub, participant, minutes }: Options) => {
      if ((role === 'ncb') !== (participant !== undefined))
        throw misused('--participant goes with --role ncb, and only with it')
      const claims = { role, sub, ...(participant !== undefined && { participant }) }
      io.out(await mintOperatorToken(await loadSigner(key), claims, minutes * 60))
    })
}
