/**
 * CRC-16 with the polynomial 0x1021: XMODEM (start 0) in TON addresses, CCITT-FALSE (start 0xffff)
 * in EMV QR codes.
 */
export const crc16 = (bytes: Uint8Array, start: 0 | 0xffff): number => {
  let crc: number = start
  for (const byte of bytes) {
    crc ^= byte << 8
    for (let bit = 0; bit < 8; bit += 1)
      crc = ((crc & 0x8000) === 0 ? crc << 1 : (crc << 1) ^ 0x1021) & 0xffff
  }
  return crc
}
