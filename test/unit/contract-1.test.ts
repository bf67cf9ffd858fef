import t from 'tap'
import { contract1For } from '#store/log/contract-1.ts'
import { recordKey } from '#store/log/intake.ts'

const digest = (byte: number): Buffer => Buffer.alloc(32, byte)
const before = () => ({ participants: new Set<string>(), stillOpen: new Set<string>() })

await t.test('version 1 is taken from a participant until its first change-over', (t) => {
  const taken = contract1For(before(), 0, {})
  t.ok(taken.isTaken('TH', digest(1)))
  taken.changeOver('TH', [digest(2)])
  t.notOk(taken.isTaken('TH', digest(1)), 'not named')
  t.ok(taken.isTaken('TH', digest(2)), 'named as still open')
  t.ok(taken.isTaken('KH', digest(1)), 'another participant has not changed over')
  taken.changeOver('KH', [])
  t.notOk(taken.isTaken('KH', digest(2)), 'what one participant named counts for it alone')
  taken.changeOver('TH', [digest(3)])
  t.ok(taken.isTaken('TH', digest(2)), 'a later statement takes nothing back')
  t.ok(taken.isTaken('TH', digest(3)))
  t.end()
})

await t.test('a change-over that the log holds already counts', (t) => {
  const logged = { participants: new Set(['TH']), stillOpen: new Set([recordKey('TH', digest(2))]) }
  const taken = contract1For(logged, 0, {})
  t.ok(taken.isTaken('TH', digest(2)))
  t.notOk(taken.isTaken('TH', digest(1)))
  t.end()
})

await t.test('when version 1 has ended it is taken from nobody, named or not', (t) => {
  const now = Date.now() * 1000
  for (const [contract1Ends, isTaken] of [
    [now + 3_600_000_000, true],
    [now - 1_000_000, false],
  ] as const) {
    const taken = contract1For(before(), now, { contract1Ends })
    t.equal(taken.isTaken('KH', digest(1)), isTaken)
    taken.changeOver('TH', [digest(2)])
    t.equal(taken.isTaken('TH', digest(2)), isTaken)
  }
  t.end()
})
