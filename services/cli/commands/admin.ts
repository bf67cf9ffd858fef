import type { Command } from 'commander'
import type { Io } from '../io.ts'
import { addAgency } from './admin/agency.ts'
import { addClient } from './admin/client.ts'
import { addGroup } from './admin/group.ts'
import { addKafka } from './admin/kafka.ts'
import { addKey } from './key.ts'
import { addMigrate } from './admin/migrate.ts'
import { addParticipant } from './admin/participant.ts'
import { addProposal } from './admin/proposal.ts'
import { addRegistry } from './admin/registry.ts'
import { addToken } from './admin/token.ts'

const closing = `
"migrate", "registry show", "registry import" and "kafka" work on the hub's database itself.
Everything else asks the console, with the token of a person of the hub or of an NCB. Every change
of the registry is a version with who, when and why.`

export const addAdmin = (program: Command, io: Io): void => {
  const admin = program
    .command('admin')
    .description('Administer a hub: its database, registry, keys and Kafka topics.')
    .addHelpText('after', closing)
  for (const add of [
    addMigrate,
    addRegistry,
    addParticipant,
    addAgency,
    addGroup,
    addKey,
    addClient,
    addProposal,
    addKafka,
    addToken,
  ])
    add(admin, io)
}
