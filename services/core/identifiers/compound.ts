import { accept, refuse, type Checked, type Warning } from '../refusal.ts'
import type { Identified, Identifier, Link, Subject } from './canonical.ts'
import { dropInvisible, foldDigits } from './fold.ts'
import { requiredText } from './members.ts'

/**
 * Thousandths of a degree: about 110 m from north to south. That is less than a compound and more
 * than the error of a phone's position.
 */
const perDegree = 1000
const wrap = 360 * perDegree

type Cell = { readonly latitude: number; readonly longitude: number }
type Coordinate = { readonly cell: number; readonly isCoarse: boolean }

const readCoordinate = (
  subject: Subject,
  name: 'latitude' | 'longitude',
  most: number,
): Checked<Coordinate> => {
  const written = requiredText(subject, name)
  if (!written.ok) return written
  const [, degrees, decimals = ''] =
    /^(-?\d{1,3})(?:\.(\d{1,12}))?$/u.exec(
      foldDigits(dropInvisible(written.value)).trim().replace('\u2212', '-'),
    ) ?? []
  const value = degrees === undefined ? Number.NaN : Number(`${degrees}.${decimals}`)
  if (!(Math.abs(value) <= most))
    return refuse(
      'compound/bad-position',
      `/subject/${name}`,
      `decimal degrees from -${most} to ${most}`,
    )
  return accept({ cell: Math.round(value * perDegree), isCoarse: decimals.length < 3 })
}

const east = (longitude: number): number =>
  ((((longitude + wrap / 2) % wrap) + wrap) % wrap) - wrap / 2

const degrees = (cell: number): string => (cell / perDegree).toFixed(3)

const keyOf = (country: string, { latitude, longitude }: Cell): string =>
  `${country}|${degrees(latitude)},${degrees(east(longitude))}`

/**
 * Two people who measure one gate may get neighbouring cells, so the eight cells around are links.
 */
const around = (country: string, { latitude, longitude }: Cell): Link[] =>
  [-1, 0, 1]
    .flatMap((north) =>
      [-1, 0, 1].map((side) => ({ latitude: latitude + north, longitude: longitude + side })),
    )
    .filter(
      (cell) =>
        Math.abs(cell.latitude) <= 90 * perDegree &&
        (cell.latitude !== latitude || cell.longitude !== longitude),
    )
    .map((cell) => ({ kind: 'compound', key: keyOf(country, cell) }))

const identify = (country: string, cell: Cell, name: string, isCoarse: boolean): Identified => {
  const warnings: Warning[] = isCoarse
    ? [{ code: 'compound/coarse-position', pointer: '/subject/latitude' }]
    : []
  return {
    canonical: { key: keyOf(country, cell), links: around(country, cell), country, name },
    warnings,
  }
}

/**
 * Reads `name`, `country`, `latitude`, `longitude` (decimal degrees of WGS 84, as strings). The key
 * is country and position, `KH|11.043,104.988`. The name is not part of it: a compound has several
 * names, in several scripts, and changes them.
 */
export const compound: Identifier = (subject) => {
  const name = requiredText(subject, 'name')
  if (!name.ok) return name
  const country = requiredText(subject, 'country')
  if (!country.ok) return country
  if (!/^[A-Z]{2}$/u.test(country.value))
    return refuse('notice/bad-value', '/subject/country', 'two capital letters (ISO 3166)')
  const latitude = readCoordinate(subject, 'latitude', 90)
  if (!latitude.ok) return latitude
  const longitude = readCoordinate(subject, 'longitude', 180)
  if (!longitude.ok) return longitude
  const cell = { latitude: latitude.value.cell, longitude: longitude.value.cell }
  return accept(
    identify(
      country.value,
      cell,
      name.value.normalize('NFC').replace(/\s+/gu, ' ').trim(),
      latitude.value.isCoarse || longitude.value.isCoarse,
    ),
  )
}
