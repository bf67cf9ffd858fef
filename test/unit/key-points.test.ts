import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto'
import { ed25519 } from '@noble/curves/ed25519.js'
import t from 'tap'
import { readPublicKey } from '#core/signing/keys.ts'
import { jwk, codeOf } from './keys-fixtures.ts'

const fill = (first: string, middle: string, last: string): string =>
  `${first}${middle.repeat(30)}${last}`

/**
 * The eight points of small order. RFC 8032 leaves the check to the reader; with such a key one
 * signature can be valid for many messages.
 */
const torsion: readonly [order: number, bytes: string][] = [
  [1, fill('01', '00', '00')],
  [2, fill('ec', 'ff', '7f')],
  [4, fill('00', '00', '00')],
  [4, fill('00', '00', '80')],
  [8, '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05'],
  [8, '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85'],
  [8, 'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a'],
  [8, 'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa'],
]

/** Every other encoding of one of them: y at or above p, or a sign for x = 0. */
const otherWritings: readonly string[] = [
  fill('01', '00', '80'),
  fill('ec', 'ff', 'ff'),
  fill('ed', 'ff', '7f'),
  fill('ed', 'ff', 'ff'),
  fill('ee', 'ff', '7f'),
  fill('ee', 'ff', 'ff'),
]

await t.test('a point of small order is no key, however it is written', async (t) => {
  for (const [order, bytes] of torsion) {
    const point = ed25519.Point.fromBytes(Buffer.from(bytes, 'hex'), true)
    t.ok(
      point.multiplyUnsafe(BigInt(order % 8 === 0 ? 4 : 1)).is0() === (order === 1) &&
        point.clearCofactor().is0(),
      `${bytes} is of order ${order}`,
    )
    t.equal(codeOf(jwk(bytes)), 'key/weak', `order ${order}: ${bytes}`)
  }
  t.equal(new Set(torsion.map(([, bytes]) => bytes)).size, 8)
  for (const bytes of otherWritings)
    t.equal(codeOf(jwk(bytes)), 'key/weak', `not canonical: ${bytes}`)
})

await t.test('a y at or above p is refused, whatever it stands for', async (t) => {
  for (let above = 0; above < 19; above++) {
    for (const sign of ['7f', 'ff'])
      t.equal(
        codeOf(jwk(fill((0xed + above).toString(16), 'ff', sign))),
        'key/weak',
        `p + ${above}, ${sign}`,
      )
  }
})

await t.test('an honest key is read; the same key with a part of small order is not', async (t) => {
  for (let i = 0; i < 20; i++) {
    const { x } = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' })
    const honest = Buffer.from(x!, 'base64url')
    const read = readPublicKey(jwk(honest))
    t.strictSame(read, { ok: true, value: { kty: 'OKP', crv: 'Ed25519', x } })
    for (const [order, bytes] of torsion.slice(1)) {
      const mixed = ed25519.Point.fromBytes(honest)
        .add(ed25519.Point.fromBytes(Buffer.from(bytes, 'hex'), true))
        .toBytes()
      t.equal(codeOf(jwk(mixed)), 'key/weak', `with a part of order ${order}`)
    }
  }
})

/*
 * The curve by its definition (RFC 8032 §5.1), so that the expected result does not come from the
 * library.
 */
const p = 2n ** 255n - 19n

const order = 2n ** 252n + 27742317777372353535851937790883648493n

const mod = (a: bigint): bigint => ((a % p) + p) % p

const power = (base: bigint, exponent: bigint): bigint => {
  let result = 1n
  for (let b = mod(base), e = exponent; e > 0n; e >>= 1n, b = (b * b) % p)
    if (e & 1n) result = (result * b) % p
  return result
}

const d = mod(-121665n * power(121666n, p - 2n))

const root = power(2n, (p - 1n) / 4n)

type Affine = readonly [x: bigint, y: bigint]

const yOf = (bytes: Uint8Array): bigint =>
  BigInt(`0x${Buffer.from(bytes.toReversed()).toString('hex')}`) & (2n ** 255n - 1n)

/** Whether some x makes it a point: (y² - 1) / (dy² + 1) is a square (Euler's criterion). */
const isOnCurve = (bytes: Uint8Array): boolean => {
  const y = yOf(bytes)
  return y < p && power((y * y - 1n) * (d * y * y + 1n), (p - 1n) / 2n) === 1n
}

const decode = (bytes: Uint8Array): Affine | undefined => {
  const sign = bytes[31]! >> 7
  const y = yOf(bytes)
  if (y >= p) return undefined
  const square = mod((y * y - 1n) * power(d * y * y + 1n, p - 2n))
  let x = power(square, (p + 3n) / 8n)
  if (mod(x * x) !== square) x = mod(x * root)
  if (mod(x * x) !== square || (x === 0n && sign === 1)) return undefined
  return [Number(x & 1n) === sign ? x : mod(-x), y]
}

const add = ([x1, y1]: Affine, [x2, y2]: Affine): Affine => {
  const k = mod(d * x1 * x2 * y1 * y2)
  return [
    mod((x1 * y2 + x2 * y1) * power(1n + k, p - 2n)),
    mod((y1 * y2 + x1 * x2) * power(1n - k, p - 2n)),
  ]
}

const isOfPrimeOrder = (point: Affine): boolean => {
  let sum: Affine = [0n, 1n]
  for (let e = order, doubled = point; e > 0n; e >>= 1n, doubled = add(doubled, doubled))
    if (e & 1n) sum = add(sum, doubled)
  return sum[0] === 0n && sum[1] === 1n && !(point[0] === 0n && point[1] === 1n)
}

await t.test(
  'of 10 000 strings of 32 bytes none is taken that is not on the curve, or not of the ' +
    'prime-order subgroup',
  { timeout: 300_000 },
  async (t) => {
    const seed = randomBytes(16).toString('hex')
    let [accepted, wrong] = [0, 0]
    for (let i = 0; i < 10_000; i++) {
      const bytes = createHash('sha256').update(`${seed} ${i}`).digest()
      const taken = codeOf(jwk(bytes)) === 'accepted'
      if (taken) accepted++
      if (taken && !isOnCurve(bytes)) wrong++
      const point = i < 40 ? decode(bytes) : undefined // plain arithmetic is slow: a few of them
      if (point !== undefined && isOfPrimeOrder(point) !== taken) wrong++
    }
    t.equal(wrong, 0, `seed ${seed}`)
    // One encoding in two is on the curve, and one in eight of those in the subgroup: a good key,
    // whose secret nobody knows.
    t.ok(accepted > 480 && accepted < 780, `${accepted} are points of the subgroup`)
  },
)
