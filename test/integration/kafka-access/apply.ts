import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Test } from 'tap'
import type { InRecord } from '#runtime/kafka/message-log.ts'
import { until } from '#test/support/until.ts'
import { passwords, applyKafka, countries, accessAdmin, logOf, got } from './world.ts'

export const apply = async (t: Test): Promise<void> => {
  await t.test(
    '`admin kafka apply` shows its plan, does it, and has nothing to do when it runs again',
    async (t) => {
      const dry = await applyKafka('--dry-run')
      t.same(dry.err, ['nothing changed'])
      t.same(
        dry.out.filter((line) => !line.startsWith('+ ')),
        [],
        'all of it is to be made',
      )
      for (const line of [
        '+ topic submitted.TH (partitions 1, replication 1, retention 168 h)',
        '+ user gateway-TH, with a password',
        '+ gateway-TH sends at most 4096 KiB/s and receives at most 4096 KiB/s',
        '+ gateway-TH may write topic submitted.TH',
        '+ gateway-TH may read topic replies.TH',
        '+ gateway-TH may read group gateway-TH',
        '+ hub may read topic submitted.*',
        '+ hub may write topic replies.*',
        '+ hub may read group hub-intake',
        '+ user gateway-JP, with a password',
      ])
        t.ok(dry.out.includes(line), line)
      t.notOk(
        dry.out.some((line) => line.includes('EXCHANGE-1')),
        'a corporate partner does not reach Kafka',
      )
      t.same((await accessAdmin.read()).rules, [], 'and nothing is made')
      await applyKafka()
      const again = await applyKafka()
      t.same(again.err, ['nothing to do'])
      t.same(
        again.out.filter((line) => !line.startsWith('= ')),
        [],
      )
      t.same((await readdir(passwords)).toSorted(), [
        'gateway-JP',
        'gateway-KH',
        'gateway-TH',
        'hub',
      ])
      t.equal(
        (await stat(join(passwords, 'gateway-TH'))).mode & 0o777,
        0o600,
        'nobody else reads a password',
      )
    },
  )

  await t.test(
    'gateway and hub do their work: each way, through the adapter they use',
    async (t) => {
      const [gateway, hub] = [logOf('gateway-TH'), logOf('hub')]
      const keep = async (records: readonly InRecord[]): Promise<void> => void got.push(...records)
      await delay(3_000) // topics that were made a moment ago have a group rejoin dozens of times
      const crashed = (error: unknown): void => void t.fail(String(error))
      await Promise.all([
        hub.consume({
          groupId: 'hub-intake',
          topics: countries.map((p) => `submitted.${p}`),
          onRecords: keep,
          onCrash: crashed,
        }),
        gateway.consume({
          groupId: 'gateway-TH',
          topics: ['replies.TH'],
          onRecords: keep,
          onCrash: crashed,
        }),
      ])
      await gateway.publish('submitted.TH', [{ key: 'k', value: Buffer.from('notice') }])
      await hub.publish('replies.TH', [{ key: 'k', value: Buffer.from('receipt') }])
      await until('both arrive', () => got.length === 2, 20_000)
      t.same(
        new Map(got.map((r) => [r.topic, Buffer.from(r.value).toString()])),
        new Map([
          ['submitted.TH', 'notice'],
          ['replies.TH', 'receipt'],
        ]),
      )
      t.same(
        await gateway.admin.existingTopics([
          'submitted.TH',
          'replies.TH',
          'submitted.KH',
          'replies.KH',
        ]),
        ['submitted.TH', 'replies.TH'],
        'a gateway sees no other topic',
      )
    },
  )
}
