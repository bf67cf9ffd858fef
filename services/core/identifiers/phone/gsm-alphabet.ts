/** The default alphabet of 3GPP TS 23.038 (GSM 03.38) §6.2.1, without line feed, CR and escape. */
const basic = new Set(
  '@£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡' +
    'ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà',
)

/** §6.2.1.1: characters that take an escape as well. */
const extended = new Set('^{}\\[~]|€')

/** The septets of a text; undefined if a character is not in the alphabet. */
export const septetsOf = (text: string): number | undefined => {
  let count = 0
  for (const letter of text) {
    if (basic.has(letter)) count += 1
    else if (extended.has(letter)) count += 2
    else return undefined
  }
  return count
}
