import t from 'tap'
import { jsonLine, printable } from '../../services/cli/output/printable.ts'
import { terminal } from './cli-fixtures.ts'

await t.test(
  'every command has help with an example, and using one wrongly is exit code 2',
  async (t) => {
    for (const command of [
      ['rehearse'],
      ['submit'],
      ['import'],
      ['status'],
      ['react'],
      ['said'],
      ['tail'],
      ['trace'],
      ['why'],
      ['consent', 'ask'],
      ['consent', 'answer'],
      ['consent', 'list'],
      ['submissions', 'submit'],
      ['submissions', 'list'],
      ['submissions', 'decide'],
      ['verify'],
      ['key', 'enrol'],
      ['record'],
      ['admin', 'participant', 'admit'],
      ['admin', 'proposal'],
      ['admin', 'agency', 'admit'],
      ['admin', 'group', 'set'],
      ['admin', 'key', 'enrol'],
      ['admin', 'client', 'create'],
      ['admin', 'kafka', 'apply'],
      ['admin', 'token', 'mint'],
    ]) {
      const help = terminal()
      t.equal(await help.run(...command, '--help'), 0, command.join(' '))
      t.match(help.out.join('\n'), /Examples?.*\n.*npx switchboard/s)
    }
    for (const wrong of [
      [],
      ['admin'],
      ['consent'],
      ['consent', 'answer', 'x', '--answer', 'perhaps', '--reason', 'r'],
      ['nothing'],
      ['react', 'x', '--reaction', 'useful'],
      ['react', 'x', '--issuer', 'TH', '--reaction', 'like'],
      ['react', 'x', '--issuer', 'TH', '--reaction', 'acted', '--amount', '1'],
      ['react', 'x', '--issuer', 'TH', '--reaction', 'acted', '--currency', 'THB'],
      ['submit'],
      ['tail', 'all', '--no-such'],
      ['status', 'x', '--gateway', 'no url'],
      ['status', 'x', '--gateway', 'http://127.0.0.1:1'],
      ['admin', 'participant', 'admit', 'LA', '--type', 'friend', '--name', 'x', '--why', 'y'],
      ['admin', 'token', 'mint', '--key', 'k', '--sub', 's', '--role', 'ncb'],
      ['verify', 'absent.json', '--keys', 'absent.json'],
      ['admin', 'kafka', 'apply', '--partitions', '0'],
    ]) {
      const used = terminal()
      t.equal(await used.run(...wrong), 2, wrong.join(' ') || '(nothing)')
      t.ok(used.err.length > 0, 'says why')
      t.same(used.out, [])
    }
  },
)

await t.test(
  'what others wrote does not steer the terminal, and reads back as it was',
  async (t) => {
    const hostile = '\u001b[2J\u009b1m\u202egnp.exe\u2028\u0000'
    t.notMatch(printable(hostile), /[\p{Cc}\u202e\u2028]/u)
    t.notMatch(jsonLine({ hostile }), /[\p{Cc}\u202e\u2028]/u)
    t.same(JSON.parse(jsonLine({ hostile })), { hostile })
    t.equal(
      printable('កម្ពុជា ไทย\u200b\u200d'),
      'កម្ពុជា ไทย\u200b\u200d',
      'scripts that are written with joiners stay',
    )
  },
)
