import t from 'tap'
import { createLog } from '#runtime/process/log.ts'
import { errorWith } from './runtime-fixtures.ts'

const logged = (write: (log: ReturnType<typeof createLog>) => void): string => {
  let text = ''
  const destination = { write: (line: string) => void (text += line) }
  write(createLog({ service: 's', level: 'debug', destination }))
  return text
}

await t.test(
  'personal data, keys and tokens are masked in the log at any depth, ids are not',
  async (t) => {
    const text = logged((log) =>
      log.info(
        {
          token: 'SECRET',
          noticeId: 'id-1',
          a: { b: [{ client_secret: 'SECRET', deep: { subject: { number: 'SECRET' } } }] },
          raw: Buffer.from('SECRET'),
          url: 'postgres://u:SECRET@h/db',
        },
        'm',
      ),
    )
    t.notMatch(text, 'SECRET')
    t.notMatch(text, Buffer.from('SECRET').toString('hex'))
    t.match(text, 'id-1')
  },
)

await t.test(
  'an error is logged with code, frames and causes, without the rows that pg repeats or the ' +
    'input that a parser quotes',
  async (t) => {
    const pgError = errorWith(
      { code: '22P02', detail: 'SECRET', where: 'SECRET' },
      'invalid input syntax for type integer: "SECRET"',
    )
    const text = logged((log) => log.error({ err: new Error('outer', { cause: pgError }) }, 'm'))
    t.notMatch(text, 'SECRET')
    t.match(JSON.parse(text), {
      level: 'error',
      service: 's',
      err: { message: 'outer', stack: /log.test.ts/, cause: { code: '22P02' } },
    })
    const syntax = logged((log) => {
      try {
        JSON.parse('{"SECRET')
        JSON.parse('{SECRET')
      } catch (error) {
        log.error({ err: error }, 'm')
      }
    })
    t.notMatch(syntax, '{"SECRET')
  },
)

await t.test('a line break in a logged string starts no line of its own', async (t) => {
  t.equal(
    logged((log) => log.info({ id: 'a\n{"level":"fatal"}\r\n' }, 'x\ny'))
      .trim()
      .split('\n').length,
    1,
  )
})
