import {
  deliverySpan,
  type Delivery,
  type Fullness,
  type Offer,
} from '#store/handing-over/ledger.ts'

/** Which entries of a stretch of the log were handed over: one bit for each entry. */
export type Block = {
  readonly start: number
  readonly bits: Buffer
  bare: Buffer | null
  withdrawn: Buffer | null
  first: number
  last: number
}

/** The first index of the stretch that an entry lies in. */
const blockStart = (index: number): number => index - (index % deliverySpan)

/** Notes how an entry was handed over. */
export const markIn = (blocks: Map<number, Block>, index: number, told: Fullness): void => {
  const start = blockStart(index)
  let block = blocks.get(start)
  if (block === undefined) blocks.set(start, (block = emptyBlock(start, index)))
  setBit(block.bits, index - start)
  if (told !== 'content') setBit((block.bare ??= emptyBits()), index - start)
  if (told === 'withdrawn') setBit((block.withdrawn ??= emptyBits()), index - start)
  if (index < block.first) block.first = index
  if (index > block.last) block.last = index
}

/** How an entry was handed over, or undefined where the block has no mark for it. */
export const toldIn = (block: Block, index: number): Fullness | undefined => {
  const at = index - block.start
  if (at < 0 || at >= deliverySpan || !hasBit(block.bits, at)) return undefined
  if (hasBit(block.withdrawn, at)) return 'withdrawn'
  return hasBit(block.bare, at) ? 'bare' : 'content'
}

const emptyBlock = (start: number, index: number): Block => ({
  start,
  bits: emptyBits(),
  bare: null,
  withdrawn: null,
  first: index,
  last: index,
})

const emptyBits = (): Buffer => Buffer.alloc(deliverySpan / 8)
const setBit = (bits: Buffer, at: number): void => void (bits[at >> 3]! |= 1 << (at & 7))
const hasBit = (bits: Buffer | null, at: number): boolean =>
  bits !== null && (bits[at >> 3]! & (1 << (at & 7))) !== 0

/** The marks of two blocks of the same stretch. */
export const merged = (a: Block, b: Block | undefined): Block => {
  if (b === undefined) return a
  const either = (x: Buffer | null, y: Buffer | null): Buffer | null =>
    x === null || y === null ? (x ?? y) : Buffer.from(x.map((byte, i) => byte | y[i]!))
  return {
    start: a.start,
    bits: either(a.bits, b.bits)!,
    bare: either(a.bare, b.bare),
    withdrawn: either(a.withdrawn, b.withdrawn),
    first: Math.min(a.first, b.first),
    last: Math.max(a.last, b.last),
  }
}

/**
 * The row of a block. The row begins at a whole byte of the block, so the bitmaps need no shifting.
 */
export const deliveryOf = (
  { id, offer }: { readonly id: number; readonly offer: Offer },
  block: Block,
  at: number,
): Delivery => {
  const from = (block.first - block.start) >> 3
  const to = ((block.last - block.start) >> 3) + 1
  const cut = (bits: Buffer | null): Buffer | null => bits && bits.subarray(from, to)
  return {
    offer: id,
    agency: offer.agency,
    purpose: offer.purpose,
    topic: offer.topic,
    first: block.start + from * 8,
    last: block.last,
    bitmap: cut(block.bits)!,
    bare: cut(block.bare),
    withdrawn: cut(block.withdrawn),
    at,
  }
}
