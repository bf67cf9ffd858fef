/** The progress of an import. */
export type Progress = {
  readonly sent: number
  readonly bytes: number | undefined
  readonly rows: number
  readonly refused: number
  readonly seconds: number
}

const width = 30

/** `[=========>                    ]  33%  41 000 rows, 12 refused, 5 100 rows/s` */
export const progressText = ({ sent, bytes, rows, refused, seconds }: Progress): string => {
  const share = bytes === undefined || bytes === 0 ? undefined : Math.min(1, sent / bytes)
  const rate = seconds > 0 ? Math.round(rows / seconds) : 0
  const counts = `${grouped(rows)} rows, ${grouped(refused)} refused, ${grouped(rate)} rows/s`
  return share === undefined ? counts : `${bar(share)} ${counts}`
}

const bar = (share: number): string => {
  const done = Math.floor(share * width)
  const arrow = '='.repeat(done) + (done < width ? '>' : '')
  return `[${arrow.padEnd(width)}] ${String(Math.floor(share * 100)).padStart(3)}% `
}

export const grouped = (count: number): string => String(count).replaceAll(/\B(?=(\d{3})+$)/g, ' ')
