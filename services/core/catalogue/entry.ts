/** What a code says: the HTTP status, a fixed phrase, and what the user should do next. */
export type CatalogueEntry = {
  readonly status: number
  readonly title: string
  readonly advice: string
}

export const entry = (status: number, title: string, advice: string): CatalogueEntry => ({
  status,
  title,
  advice,
})
