import { chmod, chown, copyFile, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * Copies each service's folder of secrets into the volume of that service, owned by the user of the
 * service and readable by nobody else. It runs as root, once at each start. So a container sees its
 * own secrets only, and the files on the host may belong to anybody. Usage: node
 * hand-out-secrets.ts <from> <to> <service>:<uid>…
 */
const [from = '', to = '', ...services] = process.argv.slice(2)

const handOut = async (service: string, uid: number): Promise<void> => {
  const [source, target] = [join(from, service), join(to, service)]
  const names = await readdir(source)
  for (const name of names) {
    const part = join(target, `.${name}.part`)
    await copyFile(join(source, name), part)
    await chmod(part, 0o400)
    await chown(part, uid, uid)
    await rename(part, join(target, name))
  }
  for (const name of await readdir(target))
    if (!names.includes(name)) await rm(join(target, name), { recursive: true })
}

for (const entry of services) {
  const [service = '', uid] = entry.split(':')
  await handOut(service, Number(uid))
}
console.log(`secrets handed out to ${services.join(', ')}`)
