import { readBundle } from '#core/import/stix.ts'
import type { ImportRow } from '#core/import/row.ts'
import { refuse, type Checked } from '#core/refusal.ts'
import { readStrict } from '#core/json/strict-json.ts'

/**
 * The rows of a STIX bundle. A bundle is one JSON document whose objects refer to each other: it is
 * kept whole in memory, so its size is bounded.
 */
const bundleLimitBytes = 16 * 1024 * 1024

export const stixRows = async (
  source: AsyncIterable<Buffer>,
): Promise<Checked<Iterable<ImportRow>>> => {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of source) {
    size += chunk.length
    if (size > bundleLimitBytes)
      return refuse(
        'body/too-large',
        undefined,
        `a bundle has at most ${bundleLimitBytes / 1024 / 1024} MiB; split it`,
      )
    chunks.push(chunk)
  }
  const read = readStrict(Buffer.concat(chunks), { maxBytes: bundleLimitBytes, maxDepth: 32 })
  return read.ok ? readBundle(read.value) : read
}
