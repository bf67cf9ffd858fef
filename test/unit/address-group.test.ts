import t from 'tap'
import { addressGroup } from '#runtime/http/address-group.ts'

await t.test(
  'an IPv4 address stands for itself, an IPv6 address for its first 64 bits',
  async (t) => {
    const rows: [string | undefined, string][] = [
      ['192.0.2.7', '192.0.2.7'],
      ['::ffff:192.0.2.7', '192.0.2.7'],
      ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
      ['2001:db8:1:2::1', '2001:db8:1:2::/64'],
      ['2001:DB8:0001:2:ffff:ffff:ffff:ffff', '2001:db8:1:2::/64'],
      ['2001:db8::1', '2001:db8:0:0::/64'],
      ['64:ff9b::192.0.2.7', '64:ff9b:0:0::/64'],
      ['fe80::1%eth0', 'fe80:0:0:0::/64'],
      ['::1', '0:0:0:0::/64'],
      [undefined, ''],
    ]
    for (const [address, group] of rows) t.equal(addressGroup(address), group, String(address))
  },
)
