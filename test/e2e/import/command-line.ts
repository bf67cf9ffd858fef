import { resolve } from 'node:path'
import type { Test } from 'tap'
import { readInput } from '../../../services/cli/io.ts'
import { run } from '../../../services/cli/program.ts'
import { gateway } from './world.ts'

export const commandLine = async (t: Test): Promise<void> => {
  /** Runs one command line as a terminal would. */
  const cli = async (
    ...args: string[]
  ): Promise<{ code: number; out: Record<string, unknown>[]; err: string[]; shown: string[] }> => {
    const [out, err, shown]: [string[], string[], string[]] = [[], [], []]
    const io = {
      out: (line: string) => void out.push(line),
      err: (line: string) => void err.push(line),
      progress: (text: string) => void shown.push(text),
      read: readInput,
      signal: new AbortController().signal,
    }
    const code = await run(
      ['import', ...args, '--gateway', gateway.url, '--token', gateway.token],
      io,
    )
    return { code, out: out.map((line) => JSON.parse(line) as Record<string, unknown>), err, shown }
  }

  await t.test(
    'the command line imports a CSV with other headers, shows how far it is, and exits 1 where ' +
      'rows are refused',
    async (t) => {
      const file = resolve(
        t.testdir({
          'phones.csv':
            '\ufeffTelephone,Remarks,narrative\r\n+66817770001,secret,one\r\nnot a number,,two\r\n',
        }),
        'phones.csv',
      )
      const options = [
        '--map',
        'Telephone=subject.number',
        '--map',
        'Remarks=-',
        '--set',
        'kind=phone-number',
        '--set',
        'offences=job-scam',
        '--set',
        'tlp=GREEN',
      ]
      const { code, out, err, shown } = await cli(file, ...options)
      t.equal(code, 1)
      t.match(out, [
        { row: 2, line: 3, status: 'refused', column: 'Telephone', advice: String },
        { summary: { rows: 2, accepted: 1, repeated: 0, refused: 1 } },
      ])
      t.match(err, ['2 rows: 1 accepted, 0 there already, 1 refused', '1 rows were refused'])
      t.match(shown.at(-2), /^\[={30}\] 100%  2 rows, 1 refused/)
      t.match((await cli(file, ...options, '--all')).out, [
        { row: 1, status: 'repeated' },
        { row: 2 },
        { summary: { repeated: 1 } },
      ])
      t.equal((await cli(file)).code, 1, 'a column without meaning')
      t.equal((await cli(file.replace('phones', 'absent'))).code, 2)
    },
  )

  await t.test('the command line converts a MISP event', async (t) => {
    const event = {
      Event: {
        info: 'scam centre',
        Tag: [{ name: 'tlp:amber' }, { name: 'job-scam' }],
        Attribute: [
          { type: 'iban', value: 'DE00' },
          { type: 'btc', value: '1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa' },
        ],
        Object: [
          { name: 'phone', Attribute: [{ object_relation: 'msisdn', value: '66818880001' }] },
        ],
      },
    }
    const file = resolve(t.testdir({ 'event.json': JSON.stringify(event) }), 'event.json')
    const { code, out } = await cli(file, '--format', 'misp', '--all')
    t.equal(code, 1)
    t.match(out, [
      { row: 1, from: '/Event/Object/0', status: 'accepted', canonical: { key: '+66818880001' } },
      { row: 2, from: '/Event/Attribute/0', status: 'refused' },
      { row: 3, status: 'accepted', canonical: { chain: 'bitcoin' } },
      { summary: { rows: 3, accepted: 2, refused: 1 } },
    ])
    t.equal((await cli(file)).code, 2, 'the name does not tell the format')
  })
}
