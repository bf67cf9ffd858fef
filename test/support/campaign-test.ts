import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { randomInt } from 'node:crypto'
import { resolve } from 'node:path'
import { projectFolder } from '#deploy/local/project.ts'
import type { Campaign } from '#test/campaign.ts'

/** The campaign that runs a test of the normal run with more tries. */
export const campaignOf = (file: string, defaultTries: number): Campaign => ({
  run: async ({ tries = defaultTries, seed }) => {
    const runner = resolve(projectFolder, 'deploy/local/tests/run-tests.ts')
    const child = spawn(process.execPath, [runner, file, '--timeout=0'], {
      cwd: projectFolder,
      stdio: 'inherit',
      env: { ...process.env, CAMPAIGN_TRIES: String(tries), CAMPAIGN_SEED: String(seed) },
    })
    const [code] = (await once(child, 'exit')) as [number | null]
    return code === 0
  },
})

/** What such a test does: few tries and a seed of its own, or what the campaign asks. */
export const campaignTries = (few: number): { readonly tries: number; readonly seed: number } => ({
  tries: Number(process.env['CAMPAIGN_TRIES'] ?? few),
  seed: Number(process.env['CAMPAIGN_SEED'] ?? randomInt(2 ** 31)),
})
