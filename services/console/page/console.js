// The operators' page. Everything is set as text, never as markup. The token stays in this tab and
// is gone with it.
import { at, heading, row, table } from './dom.js'

let token = sessionStorage.getItem('token') ?? ''
let following

const request = async (path, more = {}) => {
  const response = await fetch(path, { headers: { authorization: `Bearer ${token}` }, ...more })
  if (response.ok) return response
  const problem = await response.json().catch(() => ({}))
  throw new Error(
    `${problem.title ?? response.status} (${problem.code ?? 'no code'}). ${problem.advice ?? ''}`,
  )
}

/** Shows an error in `state`. */
const attempt = async (state, work) => {
  at(state).textContent = ''
  try {
    await work()
  } catch (error) {
    if (error.name !== 'AbortError') at(state).textContent = error.message
  }
}

const showTrace = ({ notices, refusals }) => {
  const parts = notices.flatMap(({ issuer, versions }) =>
    versions.flatMap((v) => [
      heading(
        `${issuer}, version ${v.version}, ${v.status}, index ${v.index}, ` +
          (v.handling?.tlp ?? `content destroyed on ${v.contentDestroyed.slice(0, 10)}`),
      ),
      table(
        ['time', 'step', 'by'],
        v.steps.map((s) => row([s.at, s.step, s.by])),
      ),
      table(
        ['time', 'handed to', 'client', 'channel', 'topic', 'told'],
        v.deliveries.map((d) => row([d.at, d.agency, d.client, d.channel, d.topic, d.told])),
      ),
      ...(v.consents.length === 0
        ? []
        : [
            table(
              ['time', 'asks to pass on', 'to', 'consent', 'answered'],
              v.consents.map((c) => row([c.at, c.agency, c.to.join(', '), c.status, c.answeredAt])),
            ),
          ]),
      table(
        ['not to', 'may read', 'rule'],
        v.others.map((o) => row([o.agency, o.mayRead ? 'yes, has not yet' : 'no', o.rule], 'not')),
      ),
    ]),
  )
  const refused =
    refusals.length === 0
      ? []
      : [
          heading('Refused or held'),
          table(
            ['received', 'from', 'state', 'code', 'at'],
            refusals.map((q) => row([q.receivedAt, q.participant, q.state, q.code, q.pointer])),
          ),
        ]
  at('trace').replaceChildren(...parts, ...refused)
}

const loadQuarantine = async () => {
  const { quarantine } = await (await request('/v1/quarantine?order=newest')).json()
  at('quarantine').replaceChildren(
    ...quarantine.map((q) =>
      row([q.receivedAt, q.participant, q.state, q.code, q.pointer, q.notice]),
    ),
  )
  at('quarantine-state').textContent = quarantine.length === 0 ? 'Nothing was refused.' : ''
}

const loadParticipants = async () => {
  const { participants } = await (await request('/v1/participants?limit=500')).json()
  at('participants').replaceChildren(
    ...participants.map((p) =>
      row([
        p.id,
        p.name,
        p.type,
        p.status,
        (p.agencies ?? [])
          .map((a) => (a.status === 'active' ? a.id : `${a.id} (${a.status})`))
          .join(', '),
        (p.keys ?? [])
          .map(
            (k) =>
              `${k.purpose} ${k.kid.slice(0, 8)}… ` +
              `${k.status}${k.endsSoon ? `, ENDS ${k.valid.to.slice(0, 10)}` : ''}`,
          )
          .join(', '),
      ]),
    ),
  )
}

const minute = (time) => `${time.slice(0, 10)} ${time.slice(11, 16)}`

const waiting = ['open', 'unconfirmed', 'overdue']

/**
 * What the second person must see before the decision: the whole action as JSON, and the
 * fingerprint of its key.
 */
const proposalRow = (p) => {
  const { action, ...what } = p.action
  const line = row(
    [
      p.id,
      p.state,
      `${action} ${JSON.stringify(what)}`,
      p.participant,
      p.proposedBy,
      p.why,
      minute(p.expires),
    ],
    waiting.includes(p.state) ? '' : 'not',
  )
  line.children[2].className = 'long'
  const cell = document.createElement('td')
  for (const verdict of waiting.includes(p.state) ? ['approve', 'reject'] : []) {
    const button = document.createElement('button')
    button.textContent = verdict
    button.addEventListener(
      'click',
      () => void attempt('proposals-state', () => decide(p.id, verdict)),
    )
    cell.append(button)
  }
  line.append(cell)
  return line
}

/** The newest proposals first. There are few. */
const loadProposals = async () => {
  const proposals = []
  for (let after = '0', end = false; !end;) {
    const page = await (await request(`/v1/proposals?limit=500&after=${after}`)).json()
    proposals.unshift(...page.proposals.toReversed())
    ;({ next: after, end } = page)
  }
  at('proposals').replaceChildren(...proposals.slice(0, 200).map(proposalRow))
  at('proposals-state').textContent = proposals.length === 0 ? 'Nothing was proposed.' : ''
}

const decide = async (id, verdict) => {
  const why = at('proposals-why').value.trim()
  if (why === '') throw new Error('Say the reason first.')
  await request(`/v1/proposals/${id}/${verdict}`, {
    method: 'POST',
    body: JSON.stringify({ why }),
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
  })
  at('proposals-why').value = ''
  await loadProposals()
}

const showFlow = (tick) => {
  const perSecond = (count) => Math.round((count / tick.seconds) * 10) / 10
  const cells = (name, c) =>
    row([name, perSecond(c.logged), perSecond(c.refused), perSecond(c.held), perSecond(c.answered)])
  const participants = Object.entries(tick.participants).sort(([a], [b]) => (a < b ? -1 : 1))
  at('flow').replaceChildren(
    cells('all', tick),
    ...participants.map(([name, counts]) => cells(name, counts)),
  )
  at('flow-state').textContent = `${tick.at}, log index ${tick.head}`
}

/** EventSource cannot carry a token, so the page reads the stream itself. */
const followFlow = async (signal) => {
  const reader = (await request('/v1/flow', { signal })).body
    .pipeThrough(new TextDecoderStream())
    .getReader()
  for (let held = ''; ;) {
    const { done, value } = await reader.read()
    if (done) return
    const events = (held + value).split('\n\n')
    held = events.pop()
    for (const event of events) {
      const data = event.split('\n').find((line) => line.startsWith('data: '))
      if (data) showFlow(JSON.parse(data.slice(6)))
    }
  }
}

const keepFollowing = async () => {
  following?.abort()
  const mine = (following = new AbortController())
  while (!mine.signal.aborted) {
    await attempt('flow-state', () => followFlow(mine.signal))
    await new Promise((resolve) => setTimeout(resolve, 2000))
  }
}

const signedIn = () => {
  at('signed-in').textContent = token === '' ? '' : 'in use'
  if (token !== '') void keepFollowing()
}

at('sign-in').addEventListener('submit', (event) => {
  event.preventDefault()
  token = at('token').value.trim()
  at('token').value = ''
  sessionStorage.setItem('token', token)
  signedIn()
})
at('find').addEventListener('submit', (event) => {
  event.preventDefault()
  void attempt('trace-state', async () => {
    at('trace').replaceChildren()
    showTrace(
      await (await request(`/v1/trace/${encodeURIComponent(at('notice').value.trim())}`)).json(),
    )
  })
})
at('quarantine-load').addEventListener(
  'click',
  () => void attempt('quarantine-state', loadQuarantine),
)
at('proposals-load').addEventListener('click', () => void attempt('proposals-state', loadProposals))
at('participants-load').addEventListener(
  'click',
  () => void attempt('participants-state', loadParticipants),
)
signedIn()
