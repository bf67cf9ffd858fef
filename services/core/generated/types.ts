// Generated from schemas/ by `npm run generate`; not edited by hand.

/**
 * A notice: one participant's claim about one subject, and what may be done with it. The body of POST /v1/notices. What the subject holds depends on kind: see kinds/.
 */
export type NoticeBody =
  | BankAccountNotice
  | CompoundNotice
  | DeviceNotice
  | IpAddressNotice
  | PaymentProxyNotice
  | PhoneNumberNotice
  | SocialAccountNotice
  | UrlNotice
  | WalletAddressNotice
export type Offence =
  | 'investment-scam'
  | 'romance-scam'
  | 'job-scam'
  | 'impersonation-scam'
  | 'loan-scam'
  | 'parcel-scam'
  | 'online-gambling'
  | 'phishing'
  | 'sextortion'
  | 'money-mule'
  | 'money-laundering'
  | 'human-trafficking'
  | 'forced-criminality'
  | 'other'
/**
 * Whether who operates it may be held against their will; unknown if missing. On a victim the TLP is at most AMBER.
 */
export type OperatorStatus = 'unknown' | 'suspect' | 'possible-victim' | 'confirmed-victim'
/**
 * What corporate partners are asked to do.
 */
export type Advice = 'block' | 'monitor' | 'report-back'
/**
 * TLP 2.0.
 */
export type Tlp = 'RED' | 'AMBER+STRICT' | 'AMBER' | 'GREEN' | 'CLEAR'
/**
 * Permissible Actions Protocol: what may be done with it without alerting whom it concerns. RED: only passive use that nobody can notice; AMBER: passive checks through others; GREEN: active use, such as blocking; CLEAR: no limit.
 */
export type Pap = 'RED' | 'AMBER' | 'GREEN' | 'CLEAR'
export type HandlingCode = 'H0' | 'H1' | 'H2' | 'H3'
export type NoticePurpose =
  | 'criminal-investigation'
  | 'victim-rescue'
  | 'asset-recovery'
  | 'account-freezing'
  | 'crime-prevention'
  | 'border-management'
  | 'threat-analysis'
/**
 * What this notice's subject is to the other's.
 */
export type LinkRelation = 'same-scam' | 'pays-into' | 'controls' | 'replaces' | 'part-of'
/**
 * How a scam is carried out. cold-call: The victim is called without having asked for it. mass-message: Messages to many, by SMS or a messaging service. wrong-number-opening: A message as if to somebody else opens a conversation. dating-contact: Contact through a dating service. social-media-advertisement: A paid advertisement on a social network or a search engine. fake-trading-platform: A platform that shows gains which do not exist. fake-job-offer: Work is offered for a payment in advance, or to lure to a place. task-scam: Small paid tasks, then deposits. police-impersonation: The caller claims to be police, prosecutor or court. bank-impersonation: The caller claims to be a bank. family-emergency: The caller claims to be a relative in need. video-deepfake: A face or a voice is imitated by a machine. caller-id-spoofing: The number shown is not the caller's. remote-access: The victim installs software that gives control of a device. malicious-app: The victim installs an app that steals. one-time-code: The victim is made to tell a one-time code. qr-code: Payment by a code that is scanned. money-mule-recruiting: Accounts are bought, rented or opened for others. crypto-cash-out: Proceeds are turned to cash through crypto assets. layering: Proceeds pass through many accounts within hours. advance-fee: A fee before a loan, a prize or a parcel. parcel-notice: A parcel or a fine that does not exist. recovery-scam: Help to recover losses is sold to those who lost. sextortion-video: Threat to publish pictures. forced-labour: Those who carry it out are held against their will.
 */
export type Modus =
  | 'cold-call'
  | 'mass-message'
  | 'wrong-number-opening'
  | 'dating-contact'
  | 'social-media-advertisement'
  | 'fake-trading-platform'
  | 'fake-job-offer'
  | 'task-scam'
  | 'police-impersonation'
  | 'bank-impersonation'
  | 'family-emergency'
  | 'video-deepfake'
  | 'caller-id-spoofing'
  | 'remote-access'
  | 'malicious-app'
  | 'one-time-code'
  | 'qr-code'
  | 'money-mule-recruiting'
  | 'crypto-cash-out'
  | 'layering'
  | 'advance-fee'
  | 'parcel-notice'
  | 'recovery-scam'
  | 'sextortion-video'
  | 'forced-labour'
/**
 * What a gateway signs of one notice version: the payload of the SD-JWT (RFC 9901). What may be withheld is disclosed apart. A revocation is revocation-payload.json.
 */
export type EnvelopePayload =
  | BankAccountPayload
  | CompoundPayload
  | DevicePayload
  | IpAddressPayload
  | PaymentProxyPayload
  | PhoneNumberPayload
  | SocialAccountPayload
  | UrlPayload
  | WalletAddressPayload
export type ConsentStep = 'question' | 'answer'
/**
 * useful: it helped; seen-too: the subject is known here, too; acted: something was done on it, see action; false-positive: it is wrong; wants-more: more is asked for.
 */
export type ReactionKind = 'useful' | 'seen-too' | 'acted' | 'false-positive' | 'wants-more'
/**
 * What was done.
 */
export type ReactionAction =
  'frozen' | 'blocked' | 'taken-down' | 'seized' | 'arrested' | 'rescued' | 'victim-warned' | 'money-returned' | 'other'
/**
 * useful: it helped; seen-too: the subject is known here, too; acted: something was done on it, see action; false-positive: it is wrong; wants-more: more is asked for.
 */
export type ReactionKind1 = 'useful' | 'seen-too' | 'acted' | 'false-positive' | 'wants-more'
/**
 * What was done.
 */
export type ReactionAction1 =
  'frozen' | 'blocked' | 'taken-down' | 'seized' | 'arrested' | 'rescued' | 'victim-warned' | 'money-returned' | 'other'
export type Kind =
  | 'bank-account'
  | 'compound'
  | 'device'
  | 'ip-address'
  | 'payment-proxy'
  | 'phone-number'
  | 'social-account'
  | 'url'
  | 'wallet-address'
/**
 * What the hub signs on replies.<P>. Members may be added: a reader ignores those it does not know, and messages of a type it does not know.
 */
export type Reply = ReceiptsMessage | RegistryMessage | DeliveriesMessage | ToldMessage

/**
 * What each file of schemas/ describes.
 */
export type SchemaTypes = {
  'notice.json': NoticeBody
  'envelope-payload.json': EnvelopePayload
  'notice.json#by': By
  'reaction.json#disclosed': ReactionDisclosed
  'confirmation.json#disclosed': ConfirmationDisclosed
  'consent.json#disclosed': ConsentDisclosed
  'confirmation.json': Confirmation
  'consent.json': ConsentStatement
  'reaction.json': Reaction
  'reaction-body.json': ReactionBody
  'still-open.json': StillOpen
  'revocation-payload.json': RevocationPayload
  'statement.json': Statement
  'reply.json': Reply
  'feed-page.json': FeedPage
  'problem.json': Problem
  'never-list.json': NeverListFile
  'consent-request.json': ConsentRequestBody
  'consent-answer.json': ConsentAnswerBody
  'submission-decision.json': SubmissionDecisionBody
}
export type BankAccountNotice = {
  /**
   * A UUID (RFC 9562) in small letters. The sender's, or the gateway's if there is none.
   */
  id?: string
  kind: 'bank-account'
  subject: BankSubject
  /**
   * What it is about, at least one.
   */
  offences: Offence[]
  observed?: Observed
  evaluation?: Evaluation
  operatorStatus?: OperatorStatus
  advice?: Advice
  handling: Handling
  /**
   * The id of a participant, agency or group: letters, digits, dots, hyphens and low lines, at most 64.
   */
  agency?: string
  /**
   * The originator's case number, on one line of 1 to 200 characters.
   */
  caseReference?: string
  contact?: Contact
  /**
   * Free text of at most 20000 characters, without control characters but line breaks and tabs.
   */
  narrative?: string
  /**
   * The language of the narrative: a BCP 47 tag such as th or km-KH.
   */
  language?: string
  /**
   * Other notices that belong to the same matter, at most 16.
   */
  links?: NoticeLink[]
  /**
   * The originator's name of a campaign: 3 to 64 small letters, digits and hyphens.
   */
  campaign?: string
  loss?: Loss
  /**
   * How it is carried out: codes of modus.json, at most 16.
   */
  modus?: Modus[]
}
/**
 * A bank account: iban, or account, institution and country together, or both. Canonical key: iban:DE89370400440532013000, or TH|bic|KASITHBK|0012345678.
 */
export type BankSubject = {
  /**
   * An IBAN (ISO 13616), with or without spaces, at most 64 characters.
   */
  iban?: string
  /**
   * The account number as written, at most 64 characters: a string, for leading zeros count.
   */
  account?: string
  institution?: Institution
  /**
   * ISO 3166-1 alpha-2 in capital letters: the country of the account.
   */
  country?: string
  /**
   * The holder's name as the bank or the victim wrote it, on one line of 1 to 200 characters. Disclosed apart.
   */
  holder?: string
  /**
   * ISO 4217, three capital letters.
   */
  currency?: string
  /**
   * What the account was to the scam.
   */
  role?: 'receiving' | 'mule' | 'intermediary' | 'cash-out'
}
/**
 * Who holds the account.
 */
export type Institution = {
  /**
   * bic, or a national scheme such as th-bot or vn-napas, at most 32 characters.
   */
  scheme: string
  /**
   * The institution's code in that scheme, at most 64 characters.
   */
  id: string
}
/**
 * When the subject was seen in use; first is not after last.
 */
export type Observed = {
  /**
   * RFC 3339 in UTC with a capital Z, for example 2026-11-01T02:00:00Z.
   */
  first?: string
  /**
   * RFC 3339 in UTC with a capital Z, for example 2026-11-01T02:00:00Z.
   */
  last?: string
}
/**
 * The 4x4 evaluation of source and information.
 */
export type Evaluation = {
  source?: 'A' | 'B' | 'C' | 'X'
  information?: '1' | '2' | '3' | '4'
}
/**
 * What may be done with the notice.
 */
export type Handling = {
  tlp: Tlp
  pap?: Pap
  /**
   * Handling codes, ["H0"] if missing: H0 police use, H1 not as evidence in court, H2 not passed on without consent, H3 under conditions.
   */
  codes?: HandlingCode[]
  /**
   * What H3 demands: text of at most 2000 characters. Shown and acknowledged before content is given.
   */
  conditions?: string
  /**
   * What it may be used for; every purpose if missing.
   */
  purposes?: NoticePurpose[]
  release?: Release
  /**
   * RFC 3339 in UTC with a capital Z, for example 2026-11-01T02:00:00Z.
   */
  review?: string
  /**
   * RFC 3339 in UTC with a capital Z, for example 2026-11-01T02:00:00Z.
   */
  expires?: string
  /**
   * Whether the originator is told who was given this notice in answer to a lookup: by participant, purpose and day. Whoever sees the notice sees this.
   */
  tellEnquiries?: boolean
  /**
   * Whether somebody who may not see this notice and looks for its subject is put in touch with the originator, where it asks to be.
   */
  blindContact?: boolean
}
/**
 * Who may see it. The TLP says which of these lists may name anybody.
 */
export type Release = {
  /**
   * Members and dialogue partners; ["*"] is every member.
   *
   * Items: The id of a participant, or * for every member.
   */
  participants?: string[]
  /**
   * Agencies of any member or dialogue partner.
   *
   * Items: The id of a participant, agency or group: letters, digits, dots, hyphens and low lines, at most 64.
   */
  agencies?: string[]
  /**
   * Groups of participants.
   *
   * Items: The id of a participant, agency or group: letters, digits, dots, hyphens and low lines, at most 64.
   */
  groups?: string[]
  /**
   * Corporate partners.
   *
   * Items: The id of a participant, agency or group: letters, digits, dots, hyphens and low lines, at most 64.
   */
  partners?: string[]
  /**
   * Participants or agencies that do not see it, whatever else is said.
   *
   * Items: The id of a participant, agency or group: letters, digits, dots, hyphens and low lines, at most 64.
   */
  exclude?: string[]
}
/**
 * Whom to ask at the originator.
 */
export type Contact = {
  /**
   * On one line of 1 to 200 characters.
   */
  name?: string
  /**
   * On one line of 1 to 254 characters.
   */
  email?: string
  /**
   * On one line of 1 to 64 characters.
   */
  phone?: string
}
export type NoticeLink = {
  /**
   * Who issued the other notice; this notice's own issuer if missing.
   */
  issuer?: string
  /**
   * A UUID (RFC 9562) in small letters. The sender's, or the gateway's if there is none.
   */
  id: string
  relation: LinkRelation
}
/**
 * What victims have lost by it, as far as it is known.
 */
export type Loss = {
  amount?: Amount
  /**
   * How many victims are known.
   */
  victims?: number
}
/**
 * An amount of money or of a crypto asset.
 */
export type Amount = {
  /**
   * A decimal number as text, with a point and without signs or separators, for example 1250000.50.
   */
  value: string
  /**
   * An ISO 4217 code such as THB, or the ticker of a crypto asset such as USDT.
   */
  currency: string
}
export type CompoundNotice = {
  /**
   * A UUID (RFC 9562) in small letters. The sender's, or the gateway's if there is none.
   */
  id?: string
  kind: 'compound'
  subject: CompoundSubject
  /**
   * What it is about, at least one.
   */
  offences: Offence[]
  observed?: Observed
  evaluation?: Evaluation
  operatorStatus?: OperatorStatus
  advice?: Advice
  handling: Handling
  /**
   * The id of a participant, agency or group: letters, digits, dots, hyphens and low lines, at most 64.
   */
  agency?: string
  /**
   * The originator's case number, on one line of 1 to 200 characters.
   */
  caseReference?: string
  contact?: Contact
  /**
   * Free text of at most 20000 characters, without control characters but line breaks and tabs.
   */
  narrative?: string
  /**
   * The language of the narrative: a BCP 47 tag such as th or km-KH.
   */
  language?: string
  /**
   * Other notices that belong to the same matter, at most 16.
   */
  links?: NoticeLink[]
  /**
   * The originator's name of a campaign: 3 to 64 small letters, digits and hyphens.
   */
  campaign?: string
  loss?: Loss
  /**
   * How it is carried out: codes of modus.json, at most 16.
   */
  modus?: Modus[]
}
/**
 * A site where people are held or made to work, for rescue. Canonical key: country and position to a thousandth of a degree, for example KH|11.043,104.988.
 */
export type CompoundSubject = {
  /**
   * What the site is called, in any script, on one line of 1 to 200 characters. It is not part of the key: sites have several names.
   */
  name: string
  /**
   * ISO 3166-1 alpha-2 in capital letters: the country the site is in.
   */
  country: string
  /**
   * Degrees north of the equator (WGS 84) as a decimal string, -90 to 90; three decimals are about 110 m.
   */
  latitude: string
  /**
   * Degrees east of Greenwich (WGS 84) as a decimal string, -180 to 180.
   */
  longitude: string
  /**
   * Address or directions, on one line of 1 to 300 characters.
   */
  place?: string
  /**
   * What the site is to the scam.
   */
  role?: 'scam-centre' | 'holding' | 'recruitment' | 'transit'
}
export type DeviceNotice = {
  /**
   * A UUID (RFC 9562) in small letters. The sender's, or the gateway's if there is none.
   */
  id?: string
  kind: 'device'
  subject: DeviceSubject
  /**
   * What it is about, at least one.
   */
  offences: Offence[]
  observed?: Observed
  evaluation?: Evaluation
  operatorStatus?: OperatorStatus
  advice?: Advice
  handling: Handling
  /**
   * The id of a participant, agency or group: letters, digits, dots, hyphens and low lines, at most 64.
   */
  agency?: string
  /**
   * The originator's case number, on one line of 1 to 200 characters.
   */
  caseReference?: string
  contact?: Contact
  /**
   * Free text of at most 20000 characters, without control characters but line breaks and tabs.
   */
  narrative?: string
  /**
   * The language of the narrative: a BCP 47 tag such as th or km-KH.
   */
  language?: string
  /**
   * Other notices that belong to the same matter, at most 16.
   */
  links?: NoticeLink[]
  /**
   * The originator's name of a campaign: 3 to 64 small letters, digits and hyphens.
   */
  campaign?: string
  loss?: Loss
  /**
   * How it is carried out: codes of modus.json, at most 16.
   */
  modus?: Modus[]
}
/**
 * A handset, a subscriber or a SIM card, named by exactly one of imei, imsi and iccid. Canonical key: <number>:<digits>, for example imei:35209900176148 without check digit.
 */
export type DeviceSubject = {
  /**
   * The handset (3GPP TS 23.003): an IMEI with or without check digit or an IMEISV, 14 to 16 digits as written, at most 64 characters.
   */
  imei?: string
  /**
   * The subscriber (ITU-T E.212): 14 or 15 digits as written, at most 64 characters.
   */
  imsi?: string
  /**
   * The SIM card (ITU-T E.118): 18 to 22 digits as written, at most 64 characters.
   */
  iccid?: string
  /**
   * What the device was to the scam.
   */
  role?: 'calling' | 'messaging' | 'sim-box' | 'mule-sim'
}
export type IpAddressNotice = {
  /**
   * A UUID (RFC 9562) in small letters. The sender's, or the gateway's if there is none.
   */
  id?: string
  kind: 'ip-address'
  subject: IpAddressSubject
  /**
   * What it is about, at least one.
   */
  offences: Offence[]
  observed?: Observed
  evaluation?: Evaluation
  operatorStatus?: OperatorStatus
  advice?: Advice
  handling: Handling
  /**
   * The id of a participant, agency or group: letters, digits, dots, hyphens and low lines, at most 64.
   */
  agency?: string
  /**
   * The originator's case number, on one line of 1 to 200 characters.
   */
  caseReference?: string
  contact?: Contact
  /**
   * Free text of at most 20000 characters, without control characters but line breaks and tabs.
   */
  narrative?: string
  /**
   * The language of the narrative: a BCP 47 tag such as th or km-KH.
   */
  language?: string
  /**
   * Other notices that belong to the same matter, at most 16.
   */
  links?: NoticeLink[]
  /**
   * The originator's name of a campaign: 3 to 64 small letters, digits and hyphens.
   */
  campaign?: string
  loss?: Loss
  /**
   * How it is carried out: codes of modus.json, at most 16.
   */
  modus?: Modus[]
}
/**
 * One address on the public network, IPv4 or IPv6. Canonical key: its text by RFC 5952, for example 1.2.3.4. Addresses change hands: send observed with it.
 */
export type IpAddressSubject = {
  /**
   * The address as written, disarmed ([.], [:]) or not, without port, 1 to 128 characters without control characters.
   */
  address: string
  /**
   * What the host was to the scam.
   */
  role?: 'hosting' | 'login' | 'calling' | 'messaging' | 'proxy'
}
export type PaymentProxyNotice = {
  /**
   * A UUID (RFC 9562) in small letters. The sender's, or the gateway's if there is none.
   */
  id?: string
  kind: 'payment-proxy'
  subject: PaymentProxySubject
  /**
   * What it is about, at least one.
   */
  offences: Offence[]
  observed?: Observed
  evaluation?: Evaluation
  operatorStatus?: OperatorStatus
  advice?: Advice
  handling: Handling
  /**
   * The id of a participant, agency or group: letters, digits, dots, hyphens and low lines, at most 64.
   */
  agency?: string
  /**
   * The originator's case number, on one line of 1 to 200 characters.
   */
  caseReference?: string
  contact?: Contact
  /**
   * Free text of at most 20000 characters, without control characters but line breaks and tabs.
   */
  narrative?: string
  /**
   * The language of the narrative: a BCP 47 tag such as th or km-KH.
   */
  language?: string
  /**
   * Other notices that belong to the same matter, at most 16.
   */
  links?: NoticeLink[]
  /**
   * The originator's name of a campaign: 3 to 64 small letters, digits and hyphens.
   */
  campaign?: string
  loss?: Loss
  /**
   * How it is carried out: codes of modus.json, at most 16.
   */
  modus?: Modus[]
}
/**
 * What stands for an account in a national payment scheme: a phone, an id, an alias, or the QR code that holds it. Canonical key: <scheme>|<type>|<value>, for example promptpay|phone|+66812345678.
 */
export type PaymentProxySubject = {
  /**
   * The payment scheme.
   */
  scheme: 'promptpay' | 'paynow' | 'duitnow' | 'vietqr' | 'bakong'
  /**
   * The proxy as written, or the text of the EMV QR code that holds it, 1 to 512 characters without control characters.
   */
  proxy: string
  /**
   * Needed where more than one type fits the proxy. id is a citizen or tax id, alias a name such as name@bank, account the account number of a VietQR code.
   */
  type?: 'phone' | 'id' | 'business' | 'ewallet' | 'alias' | 'account'
  /**
   * VietQR only: the bank identification number, six digits.
   */
  institution?: string
  /**
   * The holder's name as the bank or the victim wrote it, on one line of 1 to 200 characters. Disclosed apart.
   */
  holder?: string
  /**
   * What the account behind it was to the scam.
   */
  role?: 'receiving' | 'mule' | 'intermediary' | 'cash-out'
}
export type PhoneNumberNotice = {
  /**
   * A UUID (RFC 9562) in small letters. The sender's, or the gateway's if there is none.
   */
  id?: string
  kind: 'phone-number'
  subject: PhoneSubject
  /**
   * What it is about, at least one.
   */
  offences: Offence[]
  observed?: Observed
  evaluation?: Evaluation
  operatorStatus?: OperatorStatus
  advice?: Advice
  handling: Handling
  /**
   * The id of a participant, agency or group: letters, digits, dots, hyphens and low lines, at most 64.
   */
  agency?: string
  /**
   * The originator's case number, on one line of 1 to 200 characters.
   */
  caseReference?: string
  contact?: Contact
  /**
   * Free text of at most 20000 characters, without control characters but line breaks and tabs.
   */
  narrative?: string
  /**
   * The language of the narrative: a BCP 47 tag such as th or km-KH.
   */
  language?: string
  /**
   * Other notices that belong to the same matter, at most 16.
   */
  links?: NoticeLink[]
  /**
   * The originator's name of a campaign: 3 to 64 small letters, digits and hyphens.
   */
  campaign?: string
  loss?: Loss
  /**
   * How it is carried out: codes of modus.json, at most 16.
   */
  modus?: Modus[]
}
/**
 * A telephone number, a short code or an alphanumeric sender. Canonical key: E.164, for example +66812345678.
 */
export type PhoneSubject = {
  /**
   * The number as written, 1 to 128 characters without control characters; with + and country code, or with defaultCountry.
   */
  number: string
  /**
   * ISO 3166-1 alpha-2 in capital letters: the country in which a number without + was written.
   */
  defaultCountry?: string
  /**
   * What the number was to the scam. A displayed number can be spoofed.
   */
  role?: 'displayed' | 'call-back' | 'registered' | 'mule-sim' | 'messaging'
}
export type SocialAccountNotice = {
  /**
   * A UUID (RFC 9562) in small letters. The sender's, or the gateway's if there is none.
   */
  id?: string
  kind: 'social-account'
  subject: SocialAccountSubject
  /**
   * What it is about, at least one.
   */
  offences: Offence[]
  observed?: Observed
  evaluation?: Evaluation
  operatorStatus?: OperatorStatus
  advice?: Advice
  handling: Handling
  /**
   * The id of a participant, agency or group: letters, digits, dots, hyphens and low lines, at most 64.
   */
  agency?: string
  /**
   * The originator's case number, on one line of 1 to 200 characters.
   */
  caseReference?: string
  contact?: Contact
  /**
   * Free text of at most 20000 characters, without control characters but line breaks and tabs.
   */
  narrative?: string
  /**
   * The language of the narrative: a BCP 47 tag such as th or km-KH.
   */
  language?: string
  /**
   * Other notices that belong to the same matter, at most 16.
   */
  links?: NoticeLink[]
  /**
   * The originator's name of a campaign: 3 to 64 small letters, digits and hyphens.
   */
  campaign?: string
  loss?: Loss
  /**
   * How it is carried out: codes of modus.json, at most 16.
   */
  modus?: Modus[]
}
/**
 * An account on a social network or messenger, named by at least one of accountId, phone and handle. Canonical key: <platform>|<id, phone or handle>|<value>, for example telegram|handle|example_user.
 */
export type SocialAccountSubject = {
  /**
   * The network.
   */
  platform:
    | 'telegram'
    | 'whatsapp'
    | 'line'
    | 'facebook'
    | 'instagram'
    | 'tiktok'
    | 'x'
    | 'youtube'
    | 'wechat'
    | 'zalo'
    | 'viber'
    | 'signal'
    | 'discord'
    | 'kakaotalk'
    | 'snapchat'
    | 'linkedin'
    | 'skype'
    | 'threads'
  /**
   * The platform's own number of the account, on one line of 1 to 64 characters: it stays when the name changes.
   */
  accountId?: string
  /**
   * The telephone number the account is registered with or found by, 1 to 128 characters without control characters.
   */
  phone?: string
  /**
   * ISO 3166-1 alpha-2 in capital letters: the country in which a phone without + was written.
   */
  defaultCountry?: string
  /**
   * The name, @name or profile link as written, 1 to 512 characters without control characters.
   */
  handle?: string
  /**
   * What the account was to the scam.
   */
  role?: 'contact' | 'recruitment' | 'advertisement' | 'impersonation'
}
export type UrlNotice = {
  /**
   * A UUID (RFC 9562) in small letters. The sender's, or the gateway's if there is none.
   */
  id?: string
  kind: 'url'
  subject: UrlSubject
  /**
   * What it is about, at least one.
   */
  offences: Offence[]
  observed?: Observed
  evaluation?: Evaluation
  operatorStatus?: OperatorStatus
  advice?: Advice
  handling: Handling
  /**
   * The id of a participant, agency or group: letters, digits, dots, hyphens and low lines, at most 64.
   */
  agency?: string
  /**
   * The originator's case number, on one line of 1 to 200 characters.
   */
  caseReference?: string
  contact?: Contact
  /**
   * Free text of at most 20000 characters, without control characters but line breaks and tabs.
   */
  narrative?: string
  /**
   * The language of the narrative: a BCP 47 tag such as th or km-KH.
   */
  language?: string
  /**
   * Other notices that belong to the same matter, at most 16.
   */
  links?: NoticeLink[]
  /**
   * The originator's name of a campaign: 3 to 64 small letters, digits and hyphens.
   */
  campaign?: string
  loss?: Loss
  /**
   * How it is carried out: codes of modus.json, at most 16.
   */
  modus?: Modus[]
}
/**
 * A web address. Canonical key: its WHATWG serialisation without user name and default port, for example https://evil.example/login.
 */
export type UrlSubject = {
  /**
   * The address as written, disarmed (hxxps, [.]) or not, 1 to 2048 characters without control characters.
   */
  url: string
  /**
   * What the page was to the scam.
   */
  role?: 'phishing' | 'investment-platform' | 'recruitment' | 'payment' | 'distribution'
}
export type WalletAddressNotice = {
  /**
   * A UUID (RFC 9562) in small letters. The sender's, or the gateway's if there is none.
   */
  id?: string
  kind: 'wallet-address'
  subject: WalletSubject
  /**
   * What it is about, at least one.
   */
  offences: Offence[]
  observed?: Observed
  evaluation?: Evaluation
  operatorStatus?: OperatorStatus
  advice?: Advice
  handling: Handling
  /**
   * The id of a participant, agency or group: letters, digits, dots, hyphens and low lines, at most 64.
   */
  agency?: string
  /**
   * The originator's case number, on one line of 1 to 200 characters.
   */
  caseReference?: string
  contact?: Contact
  /**
   * Free text of at most 20000 characters, without control characters but line breaks and tabs.
   */
  narrative?: string
  /**
   * The language of the narrative: a BCP 47 tag such as th or km-KH.
   */
  language?: string
  /**
   * Other notices that belong to the same matter, at most 16.
   */
  links?: NoticeLink[]
  /**
   * The originator's name of a campaign: 3 to 64 small letters, digits and hyphens.
   */
  campaign?: string
  loss?: Loss
  /**
   * How it is carried out: codes of modus.json, at most 16.
   */
  modus?: Modus[]
}
/**
 * An address on a blockchain. Canonical key: <chain>:<address>[:<tag>], for example tron:TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t.
 */
export type WalletSubject = {
  /**
   * The address as written, 1 to 512 characters without control characters.
   */
  address: string
  /**
   * Needed where more than one chain fits the address. evm is every Ethereum-like chain: the address is the same on all of them.
   */
  chain?:
    | 'bitcoin'
    | 'evm'
    | 'tron'
    | 'solana'
    | 'xrp'
    | 'ton'
    | 'litecoin'
    | 'bitcoin-cash'
    | 'bitcoin-sv'
    | 'bitcoin-gold'
    | 'dash'
    | 'zcash'
    | 'monero'
    | 'verge'
  /**
   * Destination tag (XRP) or comment (TON): a string on one line of 1 to 200 characters.
   */
  tag?: string
  /**
   * What the wallet was to the scam.
   */
  role?: 'deposit' | 'intermediary' | 'cash-out'
}
export type BankAccountPayload = {
  /**
   * The participant that signs.
   */
  iss: string
  /**
   * The hub it is meant for.
   */
  aud: string
  /**
   * A UUID (RFC 9562) in small letters. The sender's, or the gateway's if there is none.
   */
  id: string
  version: number
  schema: 'notice/2'
  kind: 'bank-account'
  subject: SignedBankSubject
  /**
   * What it is about, at least one.
   */
  offences: Offence[]
  observed?: Observed
  status: 'active'
  /**
   * When it was signed by the gateway's clock, in seconds since the epoch (RFC 7519). Never trusted.
   */
  iat: number
  handling: SignedHandling
  /**
   * Digests of the disclosures (RFC 9901), decoys among them: always 16.
   */
  _sd: string[]
  _sd_alg: 'sha-256'
  /**
   * The commitment to the whole set of disclosures: SHA-256, in base64url, of the disclosures sorted and joined by ~. They follow the JWS in that order.
   */
  sd_all: string
}
/**
 * A bank account: iban, or account, institution and country together, or both. Canonical key: iban:DE89370400440532013000, or TH|bic|KASITHBK|0012345678.
 */
export type SignedBankSubject = {
  /**
   * An IBAN (ISO 13616), with or without spaces, at most 64 characters.
   */
  iban?: string
  /**
   * The account number as written, at most 64 characters: a string, for leading zeros count.
   */
  account?: string
  institution?: Institution
  /**
   * ISO 3166-1 alpha-2 in capital letters: the country of the account.
   */
  country?: string
  /**
   * ISO 4217, three capital letters.
   */
  currency?: string
  /**
   * What the account was to the scam.
   */
  role?: 'receiving' | 'mule' | 'intermediary' | 'cash-out'
  /**
   * Digests of the disclosures (RFC 9901), decoys among them.
   */
  _sd: string[]
}
export type SignedHandling = {
  tlp: Tlp
  pap?: Pap
  /**
   * Handling codes, ["H0"] if missing: H0 police use, H1 not as evidence in court, H2 not passed on without consent, H3 under conditions.
   */
  codes?: HandlingCode[]
  /**
   * What H3 demands: text of at most 2000 characters. Shown and acknowledged before content is given.
   */
  conditions?: string
  /**
   * What it may be used for; every purpose if missing.
   */
  purposes?: NoticePurpose[]
  /**
   * RFC 3339 in UTC with a capital Z, for example 2026-11-01T02:00:00Z.
   */
  review?: string
  /**
   * RFC 3339 in UTC with a capital Z, for example 2026-11-01T02:00:00Z.
   */
  expires?: string
  /**
   * Digests of the disclosures (RFC 9901), decoys among them: always 4.
   */
  _sd: string[]
}
export type CompoundPayload = {
  /**
   * The participant that signs.
   */
  iss: string
  /**
   * The hub it is meant for.
   */
  aud: string
  /**
   * A UUID (RFC 9562) in small letters. The sender's, or the gateway's if there is none.
   */
  id: string
  version: number
  schema: 'notice/2'
  kind: 'compound'
  subject: SignedCompoundSubject
  /**
   * What it is about, at least one.
   */
  offences: Offence[]
  observed?: Observed
  status: 'active'
  /**
   * When it was signed by the gateway's clock, in seconds since the epoch (RFC 7519). Never trusted.
   */
  iat: number
  handling: SignedHandling
  /**
   * Digests of the disclosures (RFC 9901), decoys among them: always 16.
   */
  _sd: string[]
  _sd_alg: 'sha-256'
  /**
   * The commitment to the whole set of disclosures: SHA-256, in base64url, of the disclosures sorted and joined by ~. They follow the JWS in that order.
   */
  sd_all: string
}
/**
 * A site where people are held or made to work, for rescue. Canonical key: country and position to a thousandth of a degree, for example KH|11.043,104.988.
 */
export type SignedCompoundSubject = {
  /**
   * What the site is called, in any script, on one line of 1 to 200 characters. It is not part of the key: sites have several names.
   */
  name: string
  /**
   * ISO 3166-1 alpha-2 in capital letters: the country the site is in.
   */
  country: string
  /**
   * Degrees north of the equator (WGS 84) as a decimal string, -90 to 90; three decimals are about 110 m.
   */
  latitude: string
  /**
   * Degrees east of Greenwich (WGS 84) as a decimal string, -180 to 180.
   */
  longitude: string
  /**
   * Address or directions, on one line of 1 to 300 characters.
   */
  place?: string
  /**
   * What the site is to the scam.
   */
  role?: 'scam-centre' | 'holding' | 'recruitment' | 'transit'
  /**
   * Digests of the disclosures (RFC 9901), decoys among them.
   */
  _sd: string[]
}
export type DevicePayload = {
  /**
   * The participant that signs.
   */
  iss: string
  /**
   * The hub it is meant for.
   */
  aud: string
  /**
   * A UUID (RFC 9562) in small letters. The sender's, or the gateway's if there is none.
   */
  id: string
  version: number
  schema: 'notice/2'
  kind: 'device'
  subject: SignedDeviceSubject
  /**
   * What it is about, at least one.
   */
  offences: Offence[]
  observed?: Observed
  status: 'active'
  /**
   * When it was signed by the gateway's clock, in seconds since the epoch (RFC 7519). Never trusted.
   */
  iat: number
  handling: SignedHandling
  /**
   * Digests of the disclosures (RFC 9901), decoys among them: always 16.
   */
  _sd: string[]
  _sd_alg: 'sha-256'
  /**
   * The commitment to the whole set of disclosures: SHA-256, in base64url, of the disclosures sorted and joined by ~. They follow the JWS in that order.
   */
  sd_all: string
}
/**
 * A handset, a subscriber or a SIM card, named by exactly one of imei, imsi and iccid. Canonical key: <number>:<digits>, for example imei:35209900176148 without check digit.
 */
export type SignedDeviceSubject = {
  /**
   * The handset (3GPP TS 23.003): an IMEI with or without check digit or an IMEISV, 14 to 16 digits as written, at most 64 characters.
   */
  imei?: string
  /**
   * The subscriber (ITU-T E.212): 14 or 15 digits as written, at most 64 characters.
   */
  imsi?: string
  /**
   * The SIM card (ITU-T E.118): 18 to 22 digits as written, at most 64 characters.
   */
  iccid?: string
  /**
   * What the device was to the scam.
   */
  role?: 'calling' | 'messaging' | 'sim-box' | 'mule-sim'
  /**
   * Digests of the disclosures (RFC 9901), decoys among them.
   */
  _sd: string[]
}
export type IpAddressPayload = {
  /**
   * The participant that signs.
   */
  iss: string
  /**
   * The hub it is meant for.
   */
  aud: string
  /**
   * A UUID (RFC 9562) in small letters. The sender's, or the gateway's if there is none.
   */
  id: string
  version: number
  schema: 'notice/2'
  kind: 'ip-address'
  subject: SignedIpAddressSubject
  /**
   * What it is about, at least one.
   */
  offences: Offence[]
  observed?: Observed
  status: 'active'
  /**
   * When it was signed by the gateway's clock, in seconds since the epoch (RFC 7519). Never trusted.
   */
  iat: number
  handling: SignedHandling
  /**
   * Digests of the disclosures (RFC 9901), decoys among them: always 16.
   */
  _sd: string[]
  _sd_alg: 'sha-256'
  /**
   * The commitment to the whole set of disclosures: SHA-256, in base64url, of the disclosures sorted and joined by ~. They follow the JWS in that order.
   */
  sd_all: string
}
/**
 * One address on the public network, IPv4 or IPv6. Canonical key: its text by RFC 5952, for example 1.2.3.4. Addresses change hands: send observed with it.
 */
export type SignedIpAddressSubject = {
  /**
   * The address as written, disarmed ([.], [:]) or not, without port, 1 to 128 characters without control characters.
   */
  address: string
  /**
   * What the host was to the scam.
   */
  role?: 'hosting' | 'login' | 'calling' | 'messaging' | 'proxy'
  /**
   * Digests of the disclosures (RFC 9901), decoys among them.
   */
  _sd: string[]
}
export type PaymentProxyPayload = {
  /**
   * The participant that signs.
   */
  iss: string
  /**
   * The hub it is meant for.
   */
  aud: string
  /**
   * A UUID (RFC 9562) in small letters. The sender's, or the gateway's if there is none.
   */
  id: string
  version: number
  schema: 'notice/2'
  kind: 'payment-proxy'
  subject: SignedPaymentProxySubject
  /**
   * What it is about, at least one.
   */
  offences: Offence[]
  observed?: Observed
  status: 'active'
  /**
   * When it was signed by the gateway's clock, in seconds since the epoch (RFC 7519). Never trusted.
   */
  iat: number
  handling: SignedHandling
  /**
   * Digests of the disclosures (RFC 9901), decoys among them: always 16.
   */
  _sd: string[]
  _sd_alg: 'sha-256'
  /**
   * The commitment to the whole set of disclosures: SHA-256, in base64url, of the disclosures sorted and joined by ~. They follow the JWS in that order.
   */
  sd_all: string
}
/**
 * What stands for an account in a national payment scheme: a phone, an id, an alias, or the QR code that holds it. Canonical key: <scheme>|<type>|<value>, for example promptpay|phone|+66812345678.
 */
export type SignedPaymentProxySubject = {
  /**
   * The payment scheme.
   */
  scheme: 'promptpay' | 'paynow' | 'duitnow' | 'vietqr' | 'bakong'
  /**
   * The proxy as written, or the text of the EMV QR code that holds it, 1 to 512 characters without control characters.
   */
  proxy: string
  /**
   * Needed where more than one type fits the proxy. id is a citizen or tax id, alias a name such as name@bank, account the account number of a VietQR code.
   */
  type?: 'phone' | 'id' | 'business' | 'ewallet' | 'alias' | 'account'
  /**
   * VietQR only: the bank identification number, six digits.
   */
  institution?: string
  /**
   * What the account behind it was to the scam.
   */
  role?: 'receiving' | 'mule' | 'intermediary' | 'cash-out'
  /**
   * Digests of the disclosures (RFC 9901), decoys among them.
   */
  _sd: string[]
}
export type PhoneNumberPayload = {
  /**
   * The participant that signs.
   */
  iss: string
  /**
   * The hub it is meant for.
   */
  aud: string
  /**
   * A UUID (RFC 9562) in small letters. The sender's, or the gateway's if there is none.
   */
  id: string
  version: number
  schema: 'notice/2'
  kind: 'phone-number'
  subject: SignedPhoneSubject
  /**
   * What it is about, at least one.
   */
  offences: Offence[]
  observed?: Observed
  status: 'active'
  /**
   * When it was signed by the gateway's clock, in seconds since the epoch (RFC 7519). Never trusted.
   */
  iat: number
  handling: SignedHandling
  /**
   * Digests of the disclosures (RFC 9901), decoys among them: always 16.
   */
  _sd: string[]
  _sd_alg: 'sha-256'
  /**
   * The commitment to the whole set of disclosures: SHA-256, in base64url, of the disclosures sorted and joined by ~. They follow the JWS in that order.
   */
  sd_all: string
}
/**
 * A telephone number, a short code or an alphanumeric sender. Canonical key: E.164, for example +66812345678.
 */
export type SignedPhoneSubject = {
  /**
   * The number as written, 1 to 128 characters without control characters; with + and country code, or with defaultCountry.
   */
  number: string
  /**
   * ISO 3166-1 alpha-2 in capital letters: the country in which a number without + was written.
   */
  defaultCountry?: string
  /**
   * What the number was to the scam. A displayed number can be spoofed.
   */
  role?: 'displayed' | 'call-back' | 'registered' | 'mule-sim' | 'messaging'
  /**
   * Digests of the disclosures (RFC 9901), decoys among them.
   */
  _sd: string[]
}
export type SocialAccountPayload = {
  /**
   * The participant that signs.
   */
  iss: string
  /**
   * The hub it is meant for.
   */
  aud: string
  /**
   * A UUID (RFC 9562) in small letters. The sender's, or the gateway's if there is none.
   */
  id: string
  version: number
  schema: 'notice/2'
  kind: 'social-account'
  subject: SignedSocialAccountSubject
  /**
   * What it is about, at least one.
   */
  offences: Offence[]
  observed?: Observed
  status: 'active'
  /**
   * When it was signed by the gateway's clock, in seconds since the epoch (RFC 7519). Never trusted.
   */
  iat: number
  handling: SignedHandling
  /**
   * Digests of the disclosures (RFC 9901), decoys among them: always 16.
   */
  _sd: string[]
  _sd_alg: 'sha-256'
  /**
   * The commitment to the whole set of disclosures: SHA-256, in base64url, of the disclosures sorted and joined by ~. They follow the JWS in that order.
   */
  sd_all: string
}
/**
 * An account on a social network or messenger, named by at least one of accountId, phone and handle. Canonical key: <platform>|<id, phone or handle>|<value>, for example telegram|handle|example_user.
 */
export type SignedSocialAccountSubject = {
  /**
   * The network.
   */
  platform:
    | 'telegram'
    | 'whatsapp'
    | 'line'
    | 'facebook'
    | 'instagram'
    | 'tiktok'
    | 'x'
    | 'youtube'
    | 'wechat'
    | 'zalo'
    | 'viber'
    | 'signal'
    | 'discord'
    | 'kakaotalk'
    | 'snapchat'
    | 'linkedin'
    | 'skype'
    | 'threads'
  /**
   * The platform's own number of the account, on one line of 1 to 64 characters: it stays when the name changes.
   */
  accountId?: string
  /**
   * The telephone number the account is registered with or found by, 1 to 128 characters without control characters.
   */
  phone?: string
  /**
   * ISO 3166-1 alpha-2 in capital letters: the country in which a phone without + was written.
   */
  defaultCountry?: string
  /**
   * The name, @name or profile link as written, 1 to 512 characters without control characters.
   */
  handle?: string
  /**
   * What the account was to the scam.
   */
  role?: 'contact' | 'recruitment' | 'advertisement' | 'impersonation'
  /**
   * Digests of the disclosures (RFC 9901), decoys among them.
   */
  _sd: string[]
}
export type UrlPayload = {
  /**
   * The participant that signs.
   */
  iss: string
  /**
   * The hub it is meant for.
   */
  aud: string
  /**
   * A UUID (RFC 9562) in small letters. The sender's, or the gateway's if there is none.
   */
  id: string
  version: number
  schema: 'notice/2'
  kind: 'url'
  subject: SignedUrlSubject
  /**
   * What it is about, at least one.
   */
  offences: Offence[]
  observed?: Observed
  status: 'active'
  /**
   * When it was signed by the gateway's clock, in seconds since the epoch (RFC 7519). Never trusted.
   */
  iat: number
  handling: SignedHandling
  /**
   * Digests of the disclosures (RFC 9901), decoys among them: always 16.
   */
  _sd: string[]
  _sd_alg: 'sha-256'
  /**
   * The commitment to the whole set of disclosures: SHA-256, in base64url, of the disclosures sorted and joined by ~. They follow the JWS in that order.
   */
  sd_all: string
}
/**
 * A web address. Canonical key: its WHATWG serialisation without user name and default port, for example https://evil.example/login.
 */
export type SignedUrlSubject = {
  /**
   * The address as written, disarmed (hxxps, [.]) or not, 1 to 2048 characters without control characters.
   */
  url: string
  /**
   * What the page was to the scam.
   */
  role?: 'phishing' | 'investment-platform' | 'recruitment' | 'payment' | 'distribution'
  /**
   * Digests of the disclosures (RFC 9901), decoys among them.
   */
  _sd: string[]
}
export type WalletAddressPayload = {
  /**
   * The participant that signs.
   */
  iss: string
  /**
   * The hub it is meant for.
   */
  aud: string
  /**
   * A UUID (RFC 9562) in small letters. The sender's, or the gateway's if there is none.
   */
  id: string
  version: number
  schema: 'notice/2'
  kind: 'wallet-address'
  subject: SignedWalletSubject
  /**
   * What it is about, at least one.
   */
  offences: Offence[]
  observed?: Observed
  status: 'active'
  /**
   * When it was signed by the gateway's clock, in seconds since the epoch (RFC 7519). Never trusted.
   */
  iat: number
  handling: SignedHandling
  /**
   * Digests of the disclosures (RFC 9901), decoys among them: always 16.
   */
  _sd: string[]
  _sd_alg: 'sha-256'
  /**
   * The commitment to the whole set of disclosures: SHA-256, in base64url, of the disclosures sorted and joined by ~. They follow the JWS in that order.
   */
  sd_all: string
}
/**
 * An address on a blockchain. Canonical key: <chain>:<address>[:<tag>], for example tron:TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6t.
 */
export type SignedWalletSubject = {
  /**
   * The address as written, 1 to 512 characters without control characters.
   */
  address: string
  /**
   * Needed where more than one chain fits the address. evm is every Ethereum-like chain: the address is the same on all of them.
   */
  chain?:
    | 'bitcoin'
    | 'evm'
    | 'tron'
    | 'solana'
    | 'xrp'
    | 'ton'
    | 'litecoin'
    | 'bitcoin-cash'
    | 'bitcoin-sv'
    | 'bitcoin-gold'
    | 'dash'
    | 'zcash'
    | 'monero'
    | 'verge'
  /**
   * Destination tag (XRP) or comment (TON): a string on one line of 1 to 200 characters.
   */
  tag?: string
  /**
   * What the wallet was to the scam.
   */
  role?: 'deposit' | 'intermediary' | 'cash-out'
  /**
   * Digests of the disclosures (RFC 9901), decoys among them.
   */
  _sd: string[]
}
/**
 * Who said it: given to the originator alone.
 */
export type By = {
  /**
   * The sub of the national token, on one line of 1 to 256 characters.
   */
  person: string
  /**
   * The agency of the token.
   */
  agency: string
}
/**
 * What it discloses apart, so that each member can be withheld.
 */
export type ReactionDisclosed = {
  by: By
  /**
   * The id of a participant, agency or group: letters, digits, dots, hyphens and low lines, at most 64.
   */
  agency: string
  about: AboutNotice
  amount?: Amount
  /**
   * Text of at most 2000 characters.
   */
  note?: string
}
/**
 * The notice it is about.
 */
export type AboutNotice = {
  /**
   * The id of a participant, agency or group: letters, digits, dots, hyphens and low lines, at most 64.
   */
  issuer: string
  /**
   * A UUID (RFC 9562) in small letters. The sender's, or the gateway's if there is none.
   */
  id: string
}
/**
 * What it discloses apart, so that each member can be withheld.
 */
export type ConfirmationDisclosed = {
  by: By
  /**
   * The id of a participant, agency or group: letters, digits, dots, hyphens and low lines, at most 64.
   */
  agency?: string
  about: AboutNotice
  /**
   * Why it is meant all the same: text of at most 2000 characters. Operators read it; readers of feeds do not.
   */
  reason: string
}
/**
 * What it discloses apart, so that each member can be withheld: a question has version and to, an answer has answer and until.
 */
export type ConsentDisclosed = {
  by: By
  about: AboutNotice
  /**
   * The version of the notice that is asked about.
   */
  version?: number
  /**
   * Participants or agencies.
   *
   * Items: The id of a participant, agency or group: letters, digits, dots, hyphens and low lines, at most 64.
   */
  to?: string[]
  answer?: 'granted' | 'refused'
  /**
   * RFC 3339 in UTC with a capital Z, for example 2026-11-01T02:00:00Z.
   */
  until?: string
  /**
   * Text of 1 to 2000 characters, without control characters but line breaks and tabs.
   */
  reason: string
}
/**
 * What a participant says to have a notice published that the hub holds, because its subject is on the never-list: the payload of an SD-JWT with typ statement+sd-jwt.
 */
export type Confirmation = {
  /**
   * The participant that signs.
   */
  iss: string
  /**
   * The hub it is meant for.
   */
  aud: string
  /**
   * Names this statement among all of its issuer's.
   */
  id: string
  type: 'confirmation'
  /**
   * When it was signed by the gateway's clock, in seconds since the epoch (RFC 7519). Never trusted.
   */
  iat: number
  /**
   * SHA-256 of the envelope that is held, disclosures included, in small hexadecimal.
   */
  digest: string
  /**
   * The commitment to the whole set of disclosures: SHA-256, in base64url, of the disclosures sorted and joined by ~. They follow the JWS in that order.
   */
  sd_all: string
  /**
   * Digests of the disclosures (RFC 9901), decoys among them: always 8.
   */
  _sd: string[]
  _sd_alg: 'sha-256'
}
/**
 * A question whether a notice may be passed on (H2), or its answer, as a client said it at feeds: the payload of an SD-JWT with typ statement+sd-jwt that the hub signs, not the country of the client.
 */
export type ConsentStatement = {
  iss: 'hub'
  /**
   * The hub it is meant for.
   */
  aud: string
  /**
   * Names this statement among all of its issuer's.
   */
  id: string
  type: 'consent'
  /**
   * When it was signed by the hub's clock, in seconds since the epoch (RFC 7519).
   */
  iat: number
  /**
   * Where it was said: with the token of a client, so that its country signed nothing.
   */
  saidAt: 'feeds'
  consent: ConsentStep
  /**
   * The question, by the id that feeds give it.
   */
  request: string
  /**
   * The commitment to the whole set of disclosures: SHA-256, in base64url, of the disclosures sorted and joined by ~. They follow the JWS in that order.
   */
  sd_all: string
  /**
   * Digests of the disclosures (RFC 9901), decoys among them: always 8.
   */
  _sd: string[]
  _sd_alg: 'sha-256'
}
/**
 * What a participant says to the originator of a notice that it holds: the payload of an SD-JWT with typ statement+sd-jwt.
 */
export type Reaction = {
  /**
   * The participant that signs.
   */
  iss: string
  /**
   * The hub it is meant for.
   */
  aud: string
  /**
   * Names this statement among all of its issuer's.
   */
  id: string
  type: 'reaction'
  /**
   * When it was signed by the gateway's clock, in seconds since the epoch (RFC 7519). Never trusted.
   */
  iat: number
  reaction: ReactionKind
  action?: ReactionAction
  /**
   * The commitment to the whole set of disclosures: SHA-256, in base64url, of the disclosures sorted and joined by ~. They follow the JWS in that order.
   */
  sd_all: string
  /**
   * Digests of the disclosures (RFC 9901), decoys among them: always 8.
   */
  _sd: string[]
  _sd_alg: 'sha-256'
}
/**
 * The body of POST /v1/notices/{id}/reactions at a gateway.
 */
export type ReactionBody = {
  /**
   * The participant that issued the notice.
   */
  issuer: string
  reaction: ReactionKind1
  action?: ReactionAction1
  amount?: Amount
  /**
   * Text of at most 2000 characters.
   */
  note?: string
}
/**
 * What a gateway says at its change-over to version 2 of the contract: the envelopes of version 1 that it goes on sending. From its first one on, the hub takes version 1 from the participant for these digests only.
 */
export type StillOpen = {
  /**
   * The participant that signs.
   */
  iss: string
  /**
   * The hub it is meant for.
   */
  aud: string
  /**
   * Names this statement among all of its issuer's.
   */
  id: string
  type: 'still-open'
  /**
   * When it was signed by the gateway's clock, in seconds since the epoch (RFC 7519). Never trusted.
   */
  iat: number
  /**
   * SHA-256 of the full envelopes, disclosures included, in small hexadecimal.
   */
  digests: string[]
  /**
   * The commitment to the whole set of disclosures: SHA-256, in base64url, of the disclosures sorted and joined by ~. They follow the JWS in that order.
   */
  sd_all: string
  /**
   * Digests of the disclosures (RFC 9901), decoys among them: always 8.
   */
  _sd: string[]
  _sd_alg: 'sha-256'
}
/**
 * What a gateway signs to revoke a notice. It carries no content, so it can stay when the content is destroyed; reason, agency and by are disclosed apart.
 */
export type RevocationPayload = {
  /**
   * The participant that signs.
   */
  iss: string
  /**
   * The hub it is meant for.
   */
  aud: string
  /**
   * A UUID (RFC 9562) in small letters. The sender's, or the gateway's if there is none.
   */
  id: string
  version: number
  schema: 'notice/2'
  kind: Kind
  status: 'revoked'
  /**
   * When it was signed by the gateway's clock, in seconds since the epoch (RFC 7519). Never trusted.
   */
  iat: number
  /**
   * The commitment to the whole set of disclosures: SHA-256, in base64url, of the disclosures sorted and joined by ~. They follow the JWS in that order.
   */
  sd_all: string
  /**
   * Digests of the disclosures (RFC 9901), decoys among them: always 16.
   */
  _sd: string[]
  _sd_alg: 'sha-256'
}
/**
 * What a gateway says on submitted.<P> about a notice version it sent before: the payload of a compact JWS (RFC 7515) with exactly alg Ed25519, typ statement+jwt and kid.
 */
export type Statement = {
  /**
   * The participant that signs.
   */
  iss: string
  /**
   * The hub it is meant for.
   */
  aud: string
  /**
   * When it was signed by the gateway's clock, in seconds since the epoch (RFC 7519). Never trusted.
   */
  iat: number
  /**
   * confirm-held: the subject is on the never-list, and the notice is meant all the same.
   */
  statement: 'confirm-held'
  /**
   * SHA-256 of the envelope that is held, in small hexadecimal.
   */
  digest: string
  /**
   * Why it is meant all the same: text of at most 2000 characters. Operators read it; readers of feeds do not.
   */
  reason: string
}
/**
 * What became of submissions, by the digest of their bytes.
 */
export type ReceiptsMessage = {
  iss: 'hub'
  /**
   * The id of a participant, agency or group: letters, digits, dots, hyphens and low lines, at most 64.
   */
  aud: string
  type: 'receipts'
  /**
   * Seconds since the epoch (RFC 7519).
   */
  iat: number
  receipts: Receipt[]
}
export type Receipt = {
  /**
   * SHA-256 of the raw bytes submitted, in small hexadecimal.
   */
  digest: string
  /**
   * A UUID (RFC 9562) in small letters. The sender's, or the gateway's if there is none.
   */
  id?: string
  version?: number
  /**
   * held is not the last word; the others are.
   */
  status: 'accepted' | 'held' | 'superseded' | 'rejected'
  code?: string
  /**
   * RFC 6901; the empty string is the whole body.
   */
  pointer?: string
  detail?: string
  /**
   * Where it stands in the notice log.
   */
  index?: number
  /**
   * The log time, RFC 3339 in UTC with microseconds.
   */
  time?: string
}
/**
 * What this participant may know of the registry.
 */
export type RegistryMessage = {
  iss: 'hub'
  /**
   * The id of a participant, agency or group: letters, digits, dots, hyphens and low lines, at most 64.
   */
  aud: string
  type: 'registry'
  /**
   * Seconds since the epoch (RFC 7519).
   */
  iat: number
  version: number
  /**
   * The newest version of the contract of a notice that the hub takes; 1 if missing.
   */
  contract?: number
  participants: RegistryParticipant[]
  agencies: RegistryAgency[]
  /**
   * Of every other participant, how many of its agencies have the same standing, rights, purposes and roles; by no name. For rehearsals.
   */
  profiles?: RegistryProfile[]
  groups: RegistryGroup[]
  /**
   * The keys of the participant itself.
   */
  ownKeys?: OwnKey[]
  /**
   * The newest changes of what is the participant's own, newest first.
   */
  changes?: OwnChange[]
  hubKeys: HubKey[]
}
export type RegistryParticipant = {
  /**
   * The id of a participant, agency or group: letters, digits, dots, hyphens and low lines, at most 64.
   */
  id: string
  type: 'member' | 'dialogue-partner' | 'corporate-partner'
  status: 'active' | 'suspended'
}
export type RegistryAgency = {
  /**
   * The id of a participant, agency or group: letters, digits, dots, hyphens and low lines, at most 64.
   */
  id: string
  /**
   * The id of a participant, agency or group: letters, digits, dots, hyphens and low lines, at most 64.
   */
  participant: string
  status: 'active' | 'suspended'
  /**
   * Only of the receiving participant's own agencies, as the two below.
   */
  rights?: string[]
  purposes?: string[]
  roles?: string[]
}
export type RegistryProfile = {
  /**
   * The id of a participant, agency or group: letters, digits, dots, hyphens and low lines, at most 64.
   */
  participant: string
  status: 'active' | 'suspended'
  rights: string[]
  purposes: string[]
  roles: string[]
  agencies: number
}
export type RegistryGroup = {
  /**
   * The id of a participant, agency or group: letters, digits, dots, hyphens and low lines, at most 64.
   */
  id: string
  /**
   * Items: The id of a participant, agency or group: letters, digits, dots, hyphens and low lines, at most 64.
   */
  members: string[]
}
export type OwnKey = {
  /**
   * RFC 7638 thumbprint.
   */
  kid: string
  purpose: string
  status: 'active' | 'superseded' | 'compromised'
  /**
   * Without to it has no end.
   */
  valid: {
    /**
     * RFC 3339 in UTC with a capital Z, for example 2026-11-01T02:00:00Z.
     */
    from: string
    /**
     * RFC 3339 in UTC with a capital Z, for example 2026-11-01T02:00:00Z.
     */
    to?: string
  }
  /**
   * Its NCB's JWS over owner, kid, purpose and validity.
   */
  countersignature?: string
}
export type OwnChange = {
  version: number
  /**
   * RFC 3339 in UTC with a capital Z, for example 2026-11-01T02:00:00Z.
   */
  at: string
  who: string
  /**
   * Missing where the change was about others as well.
   */
  why?: string
  kind: 'participant' | 'agency' | 'group' | 'key' | 'client'
  id: string
}
export type HubKey = {
  /**
   * RFC 7638 thumbprint.
   */
  kid: string
  purpose: 'reply' | 'checkpoint'
  jwk: PublicKey
}
export type PublicKey = {
  kty: 'OKP'
  crv: 'Ed25519'
  x: string
}
/**
 * Which participants were handed this participant's notices. May repeat what was told before.
 */
export type DeliveriesMessage = {
  iss: 'hub'
  /**
   * The id of a participant, agency or group: letters, digits, dots, hyphens and low lines, at most 64.
   */
  aud: string
  type: 'deliveries'
  /**
   * Seconds since the epoch (RFC 7519).
   */
  iat: number
  deliveries: HandOver[]
}
export type HandOver = {
  /**
   * A UUID (RFC 9562) in small letters. The sender's, or the gateway's if there is none.
   */
  id: string
  version: number
  /**
   * The id of a participant, agency or group: letters, digits, dots, hyphens and low lines, at most 64.
   */
  participant: string
  /**
   * RFC 3339 in UTC with a capital Z, for example 2026-11-01T02:00:00Z.
   */
  at: string
}
/**
 * What other participants said that concerns this one. May repeat what was told before.
 */
export type ToldMessage = {
  iss: 'hub'
  /**
   * The id of a participant, agency or group: letters, digits, dots, hyphens and low lines, at most 64.
   */
  aud: string
  type: 'told'
  /**
   * Seconds since the epoch (RFC 7519).
   */
  iat: number
  entries: ToldEntry[]
}
export type ToldEntry = {
  /**
   * Where it stands in the notice log.
   */
  index: number
  /**
   * RFC 3339 in UTC with a capital Z, for example 2026-11-01T02:00:00Z.
   */
  time: string
  type: string
  /**
   * The id of a participant, agency or group: letters, digits, dots, hyphens and low lines, at most 64.
   */
  participant: string
  about: ToldAbout
  /**
   * What was signed, without what is withheld: an SD-JWT (RFC 9901) of typ statement+sd-jwt.
   */
  statement: string
}
export type ToldAbout = {
  /**
   * The id of a participant, agency or group: letters, digits, dots, hyphens and low lines, at most 64.
   */
  issuer: string
  /**
   * A UUID (RFC 9562) in small letters. The sender's, or the gateway's if there is none.
   */
  id: string
}
/**
 * The JSON answer of GET /v1/feeds/{topic}. Members and events may be added: a reader ignores those it does not know.
 */
export type FeedPage = {
  entries: FeedEntry[]
  /**
   * Where to go on: always a valid cursor.
   */
  next: string
  /**
   * Nothing newer is there yet.
   */
  end: boolean
}
export type FeedEntry = {
  /**
   * Names this entry: delivery is at least once.
   */
  cursor: string
  event: 'notice.published' | 'notice.updated' | 'notice.revoked' | 'notice.expired' | 'notice.withdrawn' | 'hit'
  notice: FeedNotice
  /**
   * The originator's signed bytes without what is withheld; null for an event the hub makes. Of a revocation only its reason is disclosed.
   */
  envelope: string | null
  /**
   * Not for corporate partners.
   */
  proof?: null | FeedProof
}
/**
 * What is disclosed of the notice as it was submitted, and what the hub knows of it.
 */
export type FeedNotice = {
  /**
   * A UUID (RFC 9562) in small letters. The sender's, or the gateway's if there is none.
   */
  id: string
  /**
   * The id of a participant, agency or group: letters, digits, dots, hyphens and low lines, at most 64.
   */
  issuer: string
  version?: number
  status?: 'active' | 'revoked' | 'expired'
  canonical?: CanonicalSubject
  kind?: string
  subject?: {
    [k: string]: unknown
  }
  offences?: string[]
  observed?: Observed
  evaluation?: Evaluation
  operatorStatus?: OperatorStatus
  advice?: Advice
  handling?: {
    [k: string]: unknown
  }
  /**
   * The id of a participant, agency or group: letters, digits, dots, hyphens and low lines, at most 64.
   */
  agency?: string
  /**
   * The originator's case number, on one line of 1 to 200 characters.
   */
  caseReference?: string
  contact?: Contact
  /**
   * Free text of at most 20000 characters, without control characters but line breaks and tabs.
   */
  narrative?: string
  /**
   * The language of the narrative: a BCP 47 tag such as th or km-KH.
   */
  language?: string
  /**
   * Other notices that belong to the same matter, at most 16.
   */
  links?: NoticeLink[]
  /**
   * The originator's name of a campaign: 3 to 64 small letters, digits and hyphens.
   */
  campaign?: string
  loss?: Loss
  /**
   * How it is carried out: codes of modus.json, at most 16.
   */
  modus?: Modus[]
  by?: By
  /**
   * Of a revocation or a withdrawal.
   */
  reason?: string
}
/**
 * The form in which subjects are matched; more attributes depend on the kind.
 */
export type CanonicalSubject = {
  key: string
  /**
   * Many people use it: it never counts as one person's.
   */
  shared?: true
  links?: {
    kind: string
    key: string
  }[]
  [k: string]: unknown
}
export type FeedProof = {
  index: number
  salt: string
  /**
   * RFC 3339 in UTC with a capital Z, for example 2026-11-01T02:00:00Z.
   */
  time: string
}
/**
 * Every error is answered with this (RFC 9457, application/problem+json). code is stable; see the catalogue of codes. Members may be added.
 */
export type Problem = {
  /**
   * urn:switchboard:problem:<code>
   */
  type: string
  /**
   * The code in words, the same every time.
   */
  title: string
  status: number
  code: string
  /**
   * What exactly is wrong this time.
   */
  detail?: string
  /**
   * What to do next.
   */
  advice: string
  /**
   * Names the request, as x-request-id does.
   */
  instance?: string
  /**
   * What in the body was refused.
   */
  errors?: ProblemError[]
}
export type ProblemError = {
  /**
   * RFC 6901; the empty string is the whole body.
   */
  pointer: string
  code: string
  detail: string
}
/**
 * Subjects whose blocking would harm the public, such as emergency numbers. A notice on one of them is held until its originator confirms it.
 */
export type NeverListFile = {
  /**
   * The day this version was made, as in 2026-11-25.
   */
  version: string
  entries: NeverListEntry[]
}
export type NeverListEntry = {
  kind: Kind
  /**
   * As in a notice of this kind; it is matched by its canonical key.
   */
  subject: {
    [k: string]: unknown
  }
  /**
   * Of a short code: the same digits in every country.
   */
  everywhere?: true
  /**
   * Whose it is: one line of 1 to 200 characters. Senders are shown it.
   */
  reason: string
  /**
   * Who says so: one line of 1 to 200 characters.
   */
  source: string
}
/**
 * The body of POST /v1/notices/{id}/consent-requests: to whom a notice under H2 is to be passed on, and why.
 */
export type ConsentRequestBody = {
  /**
   * Participants or agencies.
   *
   * Items: The id of a participant, agency or group: letters, digits, dots, hyphens and low lines, at most 64.
   */
  to: string[]
  /**
   * Text of 1 to 2000 characters, without control characters but line breaks and tabs.
   */
  reason: string
}
/**
 * The body of POST /v1/consent-requests/{id}/answer.
 */
export type ConsentAnswerBody = {
  answer: 'granted' | 'refused'
  /**
   * Text of 1 to 2000 characters, without control characters but line breaks and tabs.
   */
  reason: string
  /**
   * Until when consent is granted; without it, without end.
   */
  until?: string
}
/**
 * The body of POST /v1/submissions/{id}/decide: what an NCB made of a submission of a corporate partner.
 */
export type SubmissionDecisionBody = {
  decision: 'issued' | 'declined'
  /**
   * Of the notice that was issued: its issuer's own, in the notice log. Goes with issued.
   */
  noticeId?: string
  /**
   * Text of 1 to 2000 characters, without control characters but line breaks and tabs.
   */
  reason: string
}
