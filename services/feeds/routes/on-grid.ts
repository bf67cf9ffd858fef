import type { FastifyReply } from 'fastify'
import { pause } from '#runtime/process/pause.ts'

const gridMs = 10

/**
 * Waits until a whole number of steps has passed since the request came. How long a look took that
 * found nothing for the reader would tell how much there is that it may not see.
 */
export const onGrid = async ({ elapsedTime }: FastifyReply): Promise<void> =>
  pause(gridMs - (elapsedTime % gridMs))
