import { entry, type CatalogueEntry } from './entry.ts'

/** Codes of subjects of notices. */
export const identifierCodes = {
  // Phone numbers
  'phone/no-country': entry(
    422,
    'A local number needs its country',
    'Write the number with + and country code, or add defaultCountry.',
  ),
  'phone/impossible': entry(
    422,
    'No such phone number can exist',
    'Check the digits and the country code.',
  ),
  'phone/not-valid': entry(
    422,
    'The numbering plan does not know this number',
    'Nothing need be done; check the digits if you can.',
  ),
  'phone/prefix-rewritten': entry(422, 'A leading 00 was read as +', 'Write the number with +.'),
  'phone/old-prefix-dropped': entry(
    422,
    'A prefix that is dialled no more was dropped',
    'Nothing need be done; detail names the prefix.',
  ),
  'phone/ambiguous-prefix': entry(
    422,
    'The leading digits can be a dial-out prefix in more than one way',
    'Write the number with + and country code.',
  ),
  'phone/sender-not-personal': entry(
    422,
    'Anyone can send under this name',
    'Nothing need be done: a sender name never counts as one person.',
  ),
  'phone/extension-dropped': entry(
    422,
    'The extension is not part of the key',
    'Nothing need be done.',
  ),

  // Bank accounts
  'account/iban-bad-checksum': entry(
    422,
    'The IBAN fails its check digits',
    'Check the IBAN against the original document.',
  ),
  'account/iban-bad-format': entry(
    422,
    'The IBAN has the wrong length or pattern for its country',
    'Check the IBAN against the original document.',
  ),
  'account/iban-not-issued': entry(
    422,
    'The country does not issue IBANs',
    'Send institution and account instead.',
  ),
  'account/bad-account': entry(
    422,
    'The account number has an impossible form',
    'Send 4 to 34 digits and letters.',
  ),
  'account/no-institution': entry(
    422,
    'An account number needs its institution',
    'Add institution with scheme and id.',
  ),
  'account/bad-institution': entry(
    422,
    'The institution id does not fit its scheme',
    'Check the id against the scheme.',
  ),
  'account/country-mismatch': entry(
    422,
    'Country and institution disagree',
    'Check country and institution.',
  ),
  'account/national-check': entry(
    422,
    'The national check digits inside the IBAN disagree',
    'Nothing need be done; check the digits if you can.',
  ),
  'account/iban-preferred': entry(
    422,
    'The country issues IBANs',
    'Send the IBAN if you know it: other notices on this account will carry it.',
  ),
  'account/unusual-length': entry(
    422,
    'The length is unusual for this bank',
    'Nothing need be done; check the digits if you can.',
  ),

  // Wallets
  'wallet/bad-address': entry(
    422,
    'The address has not the form of this chain',
    'Check the address and the chain.',
  ),
  'wallet/bad-checksum': entry(
    422,
    'The address fails its checksum',
    'Copy the address again; one character is wrong.',
  ),
  'wallet/unknown-chain': entry(422, 'No chain fits this address', 'Check the address.'),
  'wallet/ambiguous-chain': entry(
    422,
    'More than one chain fits this address',
    'Add chain; detail names the candidates.',
  ),
  'wallet/tag-not-allowed': entry(422, 'This chain has no tag', 'Remove tag.'),
  'wallet/bad-tag': entry(
    422,
    'The tag is not valid',
    'Send the tag as a string of digits within 2^32, or the comment text.',
  ),
  'wallet/unchecked': entry(
    422,
    'The address carries no checksum',
    'Nothing need be done; compare it with the original.',
  ),
  'wallet/chain-checksum': entry(
    422,
    'The checksum is of one chain',
    'Nothing need be done: the address is the same on every EVM chain.',
  ),
  'wallet/no-tag': entry(
    422,
    'Without a tag the address may belong to many people',
    'Add tag if it is known.',
  ),

  // Payment proxies
  'proxy/bad-form': entry(
    422,
    'The proxy has not the form of its scheme',
    'Check the proxy and the scheme; detail names the types there are.',
  ),
  'proxy/bad-checksum': entry(
    422,
    'The proxy fails its check digit',
    'Copy it again; one character is wrong.',
  ),
  'proxy/ambiguous-type': entry(
    422,
    'More than one type fits this proxy',
    'Add type; detail names the candidates.',
  ),
  'proxy/bad-qr': entry(
    422,
    'The QR code cannot be read',
    'Scan it again, or send the proxy it stands for.',
  ),

  // URLs
  'url/bad-form': entry(422, 'This is not a URL', 'Check the URL.'),
  'url/bad-scheme': entry(
    422,
    'Only http and https are taken',
    'Send the address of the web page.',
  ),
  'url/not-public': entry(422, 'The host is not on the public network', 'Send the public address.'),
  'url/scheme-assumed': entry(
    422,
    'Without a scheme https was assumed',
    'Nothing need be done; write https:// or http:// if you know it.',
  ),
  'url/userinfo-dropped': entry(
    422,
    'What stands before @ is not part of the key',
    'Nothing need be done; detail names the real host.',
  ),

  // Accounts on social networks
  'social/bad-handle': entry(
    422,
    'The platform has no such names',
    'Check the name and the platform.',
  ),
  'social/not-a-profile': entry(
    422,
    'The link is not of an account',
    'Send the link of the profile, or the name of whoever posted it; detail says what it is of.',
  ),
  'social/bad-account-id': entry(
    422,
    'The account id has not the form of this platform',
    'Send the number that the platform itself gives the account.',
  ),
  'social/handle-can-change': entry(
    422,
    'A name can change hands',
    'Nothing need be done; add accountId if you know it.',
  ),

  // Compounds
  'compound/bad-position': entry(
    422,
    'There is no such position',
    'Send latitude and longitude in decimal degrees, as strings.',
  ),
  'compound/coarse-position': entry(
    422,
    'The position is coarse',
    'Send at least three decimals if you can, about 100 m.',
  ),
} as const satisfies Record<string, CatalogueEntry>
