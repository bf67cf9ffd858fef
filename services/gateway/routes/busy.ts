import type { FastifyReply } from 'fastify'
import { problem } from '#runtime/http/problem.ts'
import { CommitQueueFull } from '#runtime/postgres/group-commit.ts'

/** Answers what `work` answers, or 503 if too many submissions wait for a commit. */
export const unlessBusy = async (
  reply: FastifyReply,
  work: () => Promise<unknown>,
): Promise<unknown> => {
  try {
    return await work()
  } catch (error) {
    if (error instanceof CommitQueueFull)
      return problem(reply, { code: 'service/unavailable' }, { retryAfterSeconds: 1 })
    throw error
  }
}
