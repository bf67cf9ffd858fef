import t from 'tap'
import { terminal, serve, json, type Handler } from './cli-fixtures.ts'

await t.test(
  'submit sends the bytes as they are, waits for the receipt, and its exit code tells the outcome',
  async (t) => {
    const bytes = '{ "kind" : "x" }\n'
    const bodies: string[] = []
    const accepted: Handler = (request, response) => {
      request
        .setEncoding('utf8')
        .on('data', (text: string) => bodies.push(text))
        .on('end', () => json(202, { id: 'i', status: 'queued' })(request, response))
    }
    for (const [status, code, said = 'envelope/conflict'] of [
      ['accepted', 0],
      ['rejected', 1],
      ['superseded', 1],
      ['held', 1, 'never-list/held'],
    ] as const) {
      const { url } = await serve(t, [
        accepted,
        json(200, { id: 'i', status: 'queued' }),
        json(200, { id: 'i', status, receipt: { code: said } }),
      ])
      const submit = terminal(bytes)
      t.equal(
        await submit.run('submit', '-', '--gateway', url, '--token', 'T', '--wait'),
        code,
        status,
      )
      t.match(
        submit.err.join('\n'),
        code === 0
          ? /^$/
          : said === 'envelope/conflict'
            ? /envelope\/conflict[^]*advice: Use another id/
            : /never-list\/held[^]*advice: Check the subject/,
      )
    }
    t.same(new Set(bodies), new Set([bytes]))
    const { url } = await serve(t, [
      json(422, {
        code: 'phone/impossible',
        title: 'No such',
        advice: 'Check.',
        errors: [{ pointer: '/subject/number', code: 'phone/impossible', detail: 'd' }],
      }),
    ])
    const refused = terminal(bytes)
    t.equal(await refused.run('submit', '-', '--gateway', url, '--token', 'T'), 1)
    t.match(
      refused.err.join('\n'),
      /422 phone\/impossible[^]*at \/subject\/number[^]*advice: Check/,
    )
  },
)
