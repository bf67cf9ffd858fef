import type { Log } from '#runtime/process/log.ts'
import { pause } from '#runtime/process/pause.ts'
import type { ConsumeOptions, Consumption, MessageLog } from '#runtime/kafka/message-log.ts'

const retryMs = 1000

/** Consumes as soon as the topic and a broker exist. A gateway takes notices long before that. */
export const keepConsuming = (
  messages: MessageLog,
  log: Log,
  options: ConsumeOptions,
): { stop: () => Promise<void> } => {
  const stopping = new AbortController()
  const { signal } = stopping
  const start = async (): Promise<Consumption | undefined> => {
    for (let warned = false; !signal.aborted; await pause(retryMs, signal)) {
      try {
        return await messages.consume(options)
      } catch (error) {
        if (!warned)
          log.warn(
            { err: error, topics: options.topics },
            'replies are not consumed yet; tried again every second',
          )
        warned = true
      }
    }
    return undefined
  }
  const started = start()
  return {
    stop: async () => {
      stopping.abort()
      await (await started)?.stop()
    },
  }
}
