/**
 * The id of the confirmation of held bytes, made from their digest (hex): a UUID of version 8 (RFC
 * 9562 §5.8). The same bytes have one id, at the gateway and at the hub.
 */
export const confirmationId = (digest: string): string => {
  const variant = '89ab'[Number.parseInt(digest[16]!, 16) & 3]!
  return [
    digest.slice(0, 8),
    digest.slice(8, 12),
    `8${digest.slice(13, 16)}`,
    `${variant}${digest.slice(17, 20)}`,
    digest.slice(20, 32),
  ].join('-')
}
