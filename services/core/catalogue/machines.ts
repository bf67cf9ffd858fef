import { entry, type CatalogueEntry } from './entry.ts'

/** Codes of subjects of notices that are machines: hosts on the network, handsets and SIM cards. */
export const machineCodes = {
  // IP addresses
  'ip/not-an-address': entry(
    422,
    'This is not an IP address',
    'Send one IPv4 or IPv6 address; a host name is a URL.',
  ),
  'ip/ambiguous': entry(
    422,
    'Programs read this as different IPv4 addresses',
    'Write four decimal numbers without leading zeros.',
  ),
  'ip/range': entry(
    422,
    'A range is not one address',
    'Send one notice for each address that was seen.',
  ),
  'ip/zone': entry(
    422,
    'An address with a zone is of one machine only',
    'Send the public address.',
  ),
  'ip/port': entry(422, 'A port is not part of the address', 'Remove the port.'),
  'ip/not-public': entry(
    422,
    'The address names no host on the public network',
    'Send the public address; detail names the range.',
  ),
  'ip/written-as-ipv6': entry(
    422,
    'The IPv4 address in this IPv6 address is the key',
    'Nothing need be done; write the IPv4 address.',
  ),

  // Devices
  'device/several-numbers': entry(
    422,
    'Each number of a device is a subject of its own',
    'Send one of imei, imsi and iccid, and another notice for each other.',
  ),
  'device/not-digits': entry(
    422,
    'The number has other characters than digits',
    'Send the digits; an MEID, EID or serial number is not taken.',
  ),
  'device/bad-length': entry(
    422,
    'The number has too few or too many digits',
    'Check the digits; detail names the lengths there are.',
  ),
  'device/bad-checksum': entry(
    422,
    'The number fails its check digit',
    'Copy it again; one digit is wrong.',
  ),
  'device/bad-country-code': entry(
    422,
    'No country has such IMSIs',
    'Check the first three digits: 200 to 799, or 901.',
  ),
  'device/bad-issuer': entry(
    422,
    'No SIM card has such a number',
    'Send the number printed on the card: it begins with 89.',
  ),
  'device/test-number': entry(
    422,
    'Many devices carry this number',
    'Send a number of one device: this one is for tests or private networks, or stands for none.',
  ),
  'device/unchecked': entry(
    422,
    'The number carries no check digit',
    'Nothing need be done; compare it with the original.',
  ),
} as const satisfies Record<string, CatalogueEntry>
