import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { projectFolder } from '../local/project.ts'
import { settingsDocument } from './settings-document.ts'

await writeFile(resolve(projectFolder, 'deploy/SETTINGS.md'), settingsDocument())
