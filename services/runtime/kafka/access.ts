import { randomBytes } from 'node:crypto'
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { hasNoAuthoriser } from './access-errors.ts'
import { type KafkaAccessAdmin } from './access-admin.ts'
import { planAccess, type AccessPlan, type KafkaAccess } from '#core/kafka/access.ts'
import { readSecret } from '../files/secret-file.ts'

const passwordBytes = 32

/**
 * What is to be done at the brokers. Undefined if they have no authoriser, so that anybody may do
 * anything there. Without a folder for passwords nobody gets one: principals are then known by
 * their certificates.
 */
export const planKafkaAccess = async (
  admin: KafkaAccessAdmin,
  wanted: KafkaAccess,
  passwords: string | undefined,
): Promise<AccessPlan | undefined> => {
  const found = await admin.read().catch((error: unknown) => {
    if (hasNoAuthoriser(error)) return undefined
    throw error
  })
  return (
    found &&
    planAccess(
      passwords === undefined
        ? { ...wanted, users: new Set([...wanted.users].filter((user) => found.users.has(user))) }
        : wanted,
      found,
    )
  )
}

/**
 * Does what the plan says. It gives rights before it takes any, so that nobody who keeps a right
 * lacks it in between. A password is in its file, `<folder>/<user>`, before the brokers have it. If
 * this breaks off, the next plan does the rest.
 */
export const applyKafkaAccess = async (
  admin: KafkaAccessAdmin,
  plan: AccessPlan,
  passwords: string | undefined,
): Promise<void> => {
  if (passwords !== undefined)
    for (const user of plan.addUsers)
      await admin.setPassword(user, await passwordOf(passwords, user))
  for (const { principal, rates } of plan.setRates) await admin.setRates(principal, rates)
  await admin.addRules(plan.addRules)
  await admin.removeRules(plan.removeRules)
  for (const principal of plan.removeRates) await admin.setRates(principal, {})
  for (const user of plan.removeUsers) await admin.removeUser(user)
}

/** The password in the file. If there is no file, it makes one. */
const passwordOf = async (folder: string, user: string): Promise<string> => {
  const file = resolve(folder, user)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  try {
    await writeFile(file, newPassword(), { mode: 0o600, flag: 'wx' })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  return readSecret(file)
}

/**
 * Gives a user another password. From then on the old one opens no connection. The file changes
 * after the brokers have the password: if the process dies in between, change it again.
 */
export const changePassword = async (
  admin: KafkaAccessAdmin,
  user: string,
  folder: string,
): Promise<string> => {
  const file = resolve(folder, user)
  const password = newPassword()
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await writeFile(`${file}.next`, password, { mode: 0o600 })
  await admin.setPassword(user, password)
  await rename(`${file}.next`, file)
  return file
}

const newPassword = (): string => randomBytes(passwordBytes).toString('base64url')
