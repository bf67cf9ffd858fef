import { writeFile } from 'node:fs/promises'
import { generated } from './generated.ts'

for (const [path, text] of await generated()) {
  await writeFile(new URL(path, new URL('../../', import.meta.url)), text)
  console.log(path)
}
