import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { ImportRow } from '#core/import/row.ts'
import { accept, refuse, type Checked } from '#core/refusal.ts'
import { createTally } from '#runtime/process/tally.ts'
import { createTurns } from './turns.ts'

/**
 * The rows of STIX bundles. A bundle is one JSON document whose objects refer to each other: it is
 * kept whole in memory, so its size and the number of bundles are bounded. It is read by a thread
 * of its own, one bundle after the other, because reading one takes a second.
 */
export type Bundles = {
  /**
   * A place for a bundle of this national system. The caller leaves it when the import is over.
   * Error: `import/too-many-bundles`.
   */
  readonly enter: (system: string) => Checked<() => void>
  /** Errors: `body/…`, `import/not-stix`. A row of more than 256 KiB is refused alone. */
  readonly read: (source: AsyncIterable<Buffer>) => Promise<Checked<Iterable<ImportRow>>>
}

export const bundleLimitBytes = 16 * 1024 * 1024
const maxBundles = 8
const maxOfOneSystem = 2
/** What a thread may use: several times what the objects of the largest bundle take. */
const threadHeapMiB = 768

/** What a thread answers: the rows as lines of JSON. */
export type ReadRows = Checked<Uint8Array<ArrayBuffer>>

export const createBundles = (): Bundles => {
  const inTurn = createTurns()
  return {
    enter: createPlaces(),
    read: async (source) => {
      const blocks = await blocksOf(source)
      if (!blocks.ok) return blocks
      const read = await inTurn('thread', () => readInThread(blocks.value))
      return read.ok ? accept(rowsOf(Buffer.from(read.value.buffer))) : read
    },
  }
}

const createPlaces = (): Bundles['enter'] => {
  const ofSystem = createTally()
  let count = 0
  const add = (system: string, more: 1 | -1): void => {
    count += more
    ofSystem.add(system, more)
  }
  return (system) => {
    if (count >= maxBundles || ofSystem.of(system) >= maxOfOneSystem)
      return refuse('import/too-many-bundles')
    add(system, 1)
    let entered = true
    return accept(() => {
      if (entered) add(system, -1)
      entered = false
    })
  }
}

/**
 * The bytes of a bundle in blocks, in order. They are copied as they arrive: to join them at the
 * end would hold the event loop.
 */
type Blocks = readonly Uint8Array<ArrayBuffer>[]

const blockBytes = 1024 * 1024

const blocksOf = async (source: AsyncIterable<Buffer>): Promise<Checked<Blocks>> => {
  const blocks: Uint8Array<ArrayBuffer>[] = []
  let used = 0
  for await (const chunk of source) {
    if (used + chunk.length > bundleLimitBytes)
      return refuse(
        'body/too-large',
        undefined,
        `a bundle has at most ${bundleLimitBytes / 1024 / 1024} MiB; split it`,
      )
    for (let at = 0; at < chunk.length;) {
      const offset = used % blockBytes
      if (offset === 0) blocks.push(new Uint8Array(blockBytes))
      const part = chunk.subarray(at, at + blockBytes - offset)
      blocks.at(-1)!.set(part, offset)
      at += part.length
      used += part.length
    }
  }
  const rest = used % blockBytes
  return accept(rest === 0 ? blocks : [...blocks.slice(0, -1), blocks.at(-1)!.slice(0, rest)])
}

/** The blocks go to the thread and are empty here afterwards. */
const readInThread = async (blocks: Blocks): Promise<ReadRows> => {
  const thread = new Worker(new URL('./bundle-thread.ts', import.meta.url), {
    workerData: blocks,
    transferList: blocks.map(({ buffer }) => buffer),
    resourceLimits: { maxOldGenerationSizeMb: threadHeapMiB },
  })
  try {
    const ended = once(thread, 'exit').then(() => {
      throw new Error('the thread of a bundle ended without an answer')
    })
    const [read] = (await Promise.race([once(thread, 'message'), ended])) as [ReadRows]
    return read
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_WORKER_OUT_OF_MEMORY') throw error
    return refuse('body/too-large', undefined, 'the bundle has too many parts; split it')
  } finally {
    await thread.terminate()
  }
}

const lineFeed = 0x0a

const rowsOf = function* (lines: Buffer): Generator<ImportRow> {
  for (let start = 0; start < lines.length;) {
    const end = lines.indexOf(lineFeed, start)
    yield JSON.parse(lines.toString('utf8', start, end)) as ImportRow
    start = end + 1
  }
}
