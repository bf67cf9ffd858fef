import t from 'tap'
import { createOpenReaders } from '../../services/feeds/handing-over/open-readers.ts'
import { createWaiting } from '../../services/feeds/reading/waiting.ts'

await t.test('places are bounded for each client and in all, and given back once', async (t) => {
  const open = createOpenReaders({ perClient: 2, max: 3 })
  const a = open.enter('a')
  const a2 = open.enter('a')
  t.match(open.enter('a'), { ok: false, refusal: { code: 'service/too-many-requests' } })
  t.ok(open.enter('b').ok)
  t.match(open.enter('c'), { ok: false, refusal: { code: 'service/unavailable' } })
  if (a.ok && a2.ok) {
    a.value.leave()
    a.value.leave()
    t.equal(open.count(), 2, 'leaving twice counts once')
    t.ok(open.enter('c').ok)
    t.notOk(a2.value.signal.aborted)
    open.close()
    t.ok(a2.value.signal.aborted, 'draining ends those who are in')
  }
  t.match(
    open.enter('d'),
    { ok: false, refusal: { code: 'service/unavailable' } },
    'and lets nobody in',
  )
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
