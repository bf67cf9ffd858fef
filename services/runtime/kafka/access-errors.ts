import { findErrorBy } from '@platformatic/kafka'
import { MessageLogError } from './message-log.ts'

/**
 * The library says that there are errors, and which ones only inside; one of them may be the
 * network's.
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

/** True for the error of brokers that have no authoriser. */
export const hasNoAuthoriser = (error: unknown): boolean =>
  error instanceof Error &&
  error.cause instanceof Error &&
  findErrorBy(error.cause, 'apiId', 'SECURITY_DISABLED') !== null
