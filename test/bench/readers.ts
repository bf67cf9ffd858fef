import { startChild } from './bare.ts'

export type Readers = {
  /** Resolves when every reader has got the marker; times in milliseconds since the epoch. */
  readonly done: () => Promise<{ firstAt: number; lastAt: number; bytes: number }>
  readonly stop: () => Promise<void>
}

/** Opens that many streams; `marker` is in the last event that is waited for. */
export const openReaders = async (
  url: string,
  token: string,
  cursor: string,
  count: number,
  marker: string,
): Promise<Readers> => {
  const child = startChild('sse-readers.ts', [url, token, cursor, String(count), marker])
  if ((await child.line()) !== 'open') throw new Error('the readers did not open')
  return {
    done: async () =>
      JSON.parse(await child.line()) as { firstAt: number; lastAt: number; bytes: number },
    stop: child.stop,
  }
}
