import { rename, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import t from 'tap'
import { readReply, signReply } from '#core/signing/reply.ts'
import { createLog } from '#runtime/process/log.ts'
import { keyPair, type KeyPair } from '#test/support/key-pair.ts'
import { until } from '#test/support/until.ts'
import { followHubKeys } from '../../services/gateway/keys/hub-keys.ts'

await t.test(
  "the hub's keys are those of the file as it is: one that is added counts, one that is taken " +
    'out does not',
  async (t) => {
    const [first, second] = [keyPair(), keyPair()]
    const file = resolve(
      t.testdir({ 'hub.jwks': JSON.stringify({ keys: [first.jwk] }) }),
      'hub.jwks',
    )
    const lines: string[] = []
    const hub = await followHubKeys(
      file,
      createLog({
        service: 'gateway',
        destination: { write: (line: string) => void lines.push(line) },
      }),
      10,
    )
    t.teardown(() => hub.close())
    const put = async (text: string): Promise<void> => {
      await writeFile(`${file}.next`, text)
      await rename(`${file}.next`, file)
    }
    const reply = async (by: KeyPair) =>
      Buffer.from(
        await signReply(
          { iss: 'hub', aud: 'TH', type: 'receipts', iat: 1, receipts: [] },
          by.signer,
        ),
      )
    const isTaken = async (by: KeyPair): Promise<boolean> =>
      readReply(await reply(by), hub.current(), 'TH').ok
    t.same([await isTaken(first), await isTaken(second)], [true, false])
    await put(JSON.stringify({ keys: [first.jwk, second.jwk] }))
    await until('the second counts', () => isTaken(second))
    t.ok(await isTaken(first), 'and the first')
    await put('{"keys":[]}')
    await until('it is told', () => lines.some((line) => line.includes('not read again')))
    t.ok(await isTaken(second), 'a file that holds none changes nothing')
    await put(JSON.stringify({ keys: [second.jwk] }))
    await until('the first counts no more', async () => !(await isTaken(first)))
    t.ok(await isTaken(second))
  },
)
