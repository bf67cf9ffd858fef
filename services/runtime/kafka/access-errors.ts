import { findErrorBy } from '@platformatic/kafka'
import { MessageLogError } from './message-log.ts'

/**
 * Finds the errors inside an error of the library, which itself says only that there are some. One
 * of them may be an error of the network.
 */
export const explained = <T extends object>(admin: T): T =>
  Object.fromEntries(
    Object.entries(admin).map(([name, call]) => [
      name,
      (...args: never[]) =>
        (call as (...args: never[]) => Promise<unknown>)(...args).catch(rethrow),
    ]),
  ) as T

const rethrow = (error: unknown): never => {
  if (!(error instanceof Error)) throw error
  if (
    findErrorBy(error, 'code', 'PLT_KFK_NETWORK') !== null &&
    findErrorBy(error, 'code', 'PLT_KFK_PROTOCOL') === null
  )
    throw new MessageLogError('message-log/unavailable', 'No broker answers', { cause: error })
  throw new Error([...new Set(innermost(error))].join('; ') || error.message, { cause: error })
}

const innermost = (error: unknown): string[] => {
  if (error instanceof AggregateError && error.errors.length > 0)
    return error.errors.flatMap(innermost)
  if (!(error instanceof Error)) return []
  return error.cause === undefined
    ? [(error as { serverErrorMessage?: string }).serverErrorMessage ?? error.message]
    : innermost(error.cause)
}

/** Whether the error says that the brokers have no authoriser. */
export const hasNoAuthoriser = (error: unknown): boolean =>
  error instanceof Error &&
  error.cause instanceof Error &&
  findErrorBy(error.cause, 'apiId', 'SECURITY_DISABLED') !== null
