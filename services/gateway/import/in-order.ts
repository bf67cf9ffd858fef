/**
 * Works on up to `width` items at once and yields the results in the order of the items. It reads
 * the next item only when there is room, so a slow reader of the results slows the source.
 */
export const inOrder = async function* <T, R>(
  items: AsyncIterable<T>,
  work: (item: T) => Promise<R>,
  width: number,
): AsyncGenerator<R> {
  const underWay: Promise<R>[] = []
  try {
    for await (const item of items) {
      const result = work(item)
      result.catch(() => {}) // its error is thrown when its turn comes
      underWay.push(result)
      if (underWay.length >= width) yield await underWay.shift()!
    }
    while (underWay.length > 0) yield await underWay.shift()!
  } finally {
    // the import ends only when the items under way are finished
    await Promise.allSettled(underWay)
  }
}
