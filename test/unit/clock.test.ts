import t from 'tap'
import { createClock, type Moment, type ClockReading } from '#runtime/process/clock.ts'

const start = 1_800_000_000_000_000
const second = 1_000_000
const hour = 3600 * second
const day = 24 * hour

/** The clocks of one process and its database, which a test moves. */
const world = (own = 0, toleranceMs = 2000) => {
  const is = { real: 0, own, database: 0, slept: 0 }
  const moment = (): Moment => ({
    own: start + is.real + is.own,
    steady: (is.real - is.slept) / 1000,
    awake: is.real / 1000,
  })
  /** A reading whose answer takes a time. */
  const read = (tookMicros = 0): ClockReading => {
    const asked = moment()
    is.real += tookMicros / 2
    const at = start + is.real + is.database
    is.real += tookMicros / 2
    return { at, asked, answered: moment() }
  }
  const clock = createClock({ clockToleranceMs: toleranceMs }, read(), moment)
  const off = (): boolean => clock.problems().length > 0
  return { is, read, clock, off, database: () => start + is.real + is.database }
}

await t.test("the time is the database's, and goes on between readings", (t) => {
  const { is, clock, read, database } = world(second)
  t.equal(clock.now(), database())
  is.real += 10 * second
  t.equal(clock.now(), database())
  t.equal(clock.offset(), second, 'the own clock is ahead, within the tolerance')
  is.database += 30_000
  clock.take(read())
  t.equal(clock.now(), database(), 'a small correction of the database is followed')
  t.end()
})

for (const [name, by] of [
  ['30 days ahead', 30 * day],
  ['30 days behind', -30 * day],
  ['an hour ahead', hour],
  ['an hour behind', -hour],
  ['3 s ahead', 3 * second],
] as const) {
  await t.test(`a process that starts with a clock ${name} is not sure, until it is right`, (t) => {
    const { is, clock, off, read, database } = world(by)
    t.ok(off())
    t.throws(() => clock.now(), { name: 'ClockOff', unavailable: true })
    t.throws(() => clock.trust(database()), { name: 'ClockOff' })
    t.equal(clock.offset(), by)
    t.equal(clock.unsure(), database(), 'what the database says can be shown')
    is.own = 0
    clock.take(read())
    t.equal(clock.now(), database())
    t.end()
  })

  await t.test(`a clock that steps ${name} is noticed before the database is asked again`, (t) => {
    const { is, clock, off, read } = world()
    clock.now()
    is.own += by
    t.ok(off())
    clock.take(read())
    t.ok(off())
    is.own -= by
    clock.take(read())
    t.notOk(off())
    t.end()
  })

  await t.test(`a database that jumps ${name} is not believed, until it comes back`, (t) => {
    const { is, clock, off, read, database } = world()
    is.database += by
    if (by > 0) t.throws(() => clock.trust(database()), { name: 'ClockOff' }, 'unread')
    clock.take(read())
    t.ok(off())
    t.throws(() => clock.now(), { name: 'ClockOff' })
    is.database -= by
    clock.take(read())
    t.equal(clock.now(), database())
    clock.trust(database())
    t.end()
  })
}

await t.test('a machine of both whose time jumps is not believed by a process that runs', (t) => {
  const { is, clock, off, read, database } = world()
  is.own += 30 * day
  is.database += 30 * day
  t.throws(() => clock.trust(database()), { name: 'ClockOff' })
  clock.take(read())
  t.ok(off())
  is.real += hour
  clock.take(read())
  t.ok(off(), 'however long it lasts')
  is.own -= 30 * day
  is.database -= 30 * day
  clock.take(read())
  t.equal(clock.now(), database())
  t.end()
})

await t.test('a correction of both within minutes is followed', (t) => {
  const { is, clock, off, read, database } = world()
  is.own += 60 * second
  is.database += 60 * second
  t.ok(off(), 'until the database is asked')
  clock.take(read())
  t.equal(clock.now(), database())
  t.end()
})

await t.test('a machine that slept has not jumped', (t) => {
  const { is, clock, read, database } = world()
  is.real += 8 * hour
  is.slept += 8 * hour
  clock.take(read())
  t.equal(clock.now(), database())
  t.end()
})

await t.test('a slow answer of the database is no difference of clocks', (t) => {
  const { is, clock, read, database } = world()
  is.real += second
  clock.take(read(10 * second))
  t.equal(clock.now(), database(), 'the better reading of before stays')
  const slow = world(0)
  slow.is.own += second
  slow.clock.take(slow.read(5 * second))
  t.notOk(slow.off())
  t.end()
})
