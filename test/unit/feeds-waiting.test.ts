import t from 'tap'
import { createOpenReaders } from '../../services/feeds/handing-over/open-readers.ts'
import { createWaiting } from '../../services/feeds/reading/waiting.ts'

const reader = (client: string, agency = client, participant = agency) => ({
  client,
  agency,
  participant,
})
const tooMany = { ok: false, refusal: { code: 'service/too-many-requests' } }
const away = { ok: false, refusal: { code: 'service/unavailable' } }

await t.test('places are bounded for each client and in all, and given back once', async (t) => {
  const open = createOpenReaders({ perClient: 2, perAgency: 9, perParticipant: 9, max: 3 })
  const a = open.enter(reader('a'))
  const a2 = open.enter(reader('a'))
  t.match(open.enter(reader('a')), tooMany)
  t.ok(open.enter(reader('b')).ok)
  t.match(open.enter(reader('c')), away)
  if (a.ok && a2.ok) {
    a.value.leave()
    a.value.leave()
    t.equal(open.count(), 2, 'leaving twice counts once')
    t.ok(open.enter(reader('c')).ok)
    t.notOk(a2.value.signal.aborted)
    open.close()
    t.ok(a2.value.signal.aborted, 'draining ends those who are in')
  }
  t.match(open.enter(reader('d')), away, 'and lets nobody in')
})

await t.test('an agency and a participant have a bound, whatever clients they use', async (t) => {
  const open = createOpenReaders({ perClient: 2, perAgency: 3, perParticipant: 4, max: 100 })
  for (const client of ['a', 'a', 'b']) t.ok(open.enter(reader(client, 'A', 'TH')).ok)
  t.match(open.enter(reader('b', 'A', 'TH')), tooMany, 'the agency')
  t.match(open.enter(reader('c', 'A', 'TH')), tooMany, 'by another client')
  const last = open.enter(reader('d', 'B', 'TH'))
  t.ok(last.ok)
  t.match(open.enter(reader('e', 'C', 'TH')), tooMany, 'the participant')
  t.ok(open.enter(reader('f', 'D', 'KH')).ok, 'another participant is not concerned')
  if (last.ok) last.value.leave()
  t.ok(open.enter(reader('e', 'C', 'TH')).ok, 'a place that is given back')
})

await t.test(
  'a waiter wakes when something happens, when its time is over and when it is told to stop',
  async (t) => {
    const { wait, wake } = createWaiting()
    const never = new AbortController()
    const waits = [wait(60_000, never.signal), wait(60_000, never.signal)]
    wake()
    t.strictSame(await Promise.all(waits), [true, true])
    t.equal(await wait(1, never.signal), false)
    const stopped = wait(60_000, never.signal)
    never.abort()
    t.equal(await stopped, false)
    t.equal(await wait(60_000, never.signal), false, 'at once when it was told before')
  },
)

await t.test('what happens while a reader looks does not let it wait', async (t) => {
  const { wait, wake, happened } = createWaiting()
  const never = new AbortController()
  const since = happened()
  wake()
  t.equal(await wait(60_000, never.signal, since), true)
  t.equal(await wait(1, never.signal, happened()), false)
})
