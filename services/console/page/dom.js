// Parts of the page. Everything shown is set as text, never as markup.
export const at = (id) => document.getElementById(id)

export const row = (cells, className = '') => {
  const line = document.createElement('tr')
  line.className = className
  for (const cell of cells) {
    const td = document.createElement('td')
    td.textContent = cell ?? '–'
    if (typeof cell === 'number') td.className = 'number'
    line.append(td)
  }
  return line
}

export const table = (head, rows) => {
  const made = document.createElement('table')
  const line = document.createElement('tr')
  for (const name of head) {
    const th = document.createElement('th')
    th.scope = 'col'
    th.textContent = name
    line.append(th)
  }
  made.append(line, ...rows)
  return made
}

export const heading = (text) => {
  const made = document.createElement('h3')
  made.textContent = text
  return made
}
