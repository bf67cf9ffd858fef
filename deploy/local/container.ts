import { createHash } from 'node:crypto'
import { basename } from 'node:path'
import { GenericContainer, getContainerRuntimeClient, type ContainerRuntimeClient } from 'testcontainers'

const folderLabel = 'switchboard.folder'

export const dockerClient = async (): Promise<ContainerRuntimeClient> => await getContainerRuntimeClient()

/** A container of one stack: its port on this machine's loopback alone, its data in a named volume, started again when it dies. */
export class LocalContainer extends GenericContainer {
  constructor (image: string, folder: string) {
    super(image)
    this.withLabels({ [folderLabel]: folder })
    this.hostConfig.RestartPolicy = { Name: 'on-failure' }
  }

  withLoopbackPort (container: number, host: number): this {
    this.withExposedPorts({ container, host })
    this.hostConfig.PortBindings = { [`${container}/tcp`]: [{ HostIp: '127.0.0.1', HostPort: String(host) }] }
    return this
  }
}

/** The volume that holds the data of that server of the stack. */
export const volumeOf = (folder: string, name: string): string =>
  `switchboard-${basename(folder)}-${createHash('sha256').update(folder).digest('hex').slice(0, 12)}-${name}`

export const removeVolume = async (volume: string): Promise<void> => {
  const { container } = await dockerClient()
  await container.dockerode.getVolume(volume).remove({ force: true }).catch(error => { if (error.statusCode !== 404) throw error })
}

/** Removes the containers that a killed supervisor of this folder left behind. */
export const removeOrphanContainers = async (folder: string, log: (line: string) => void): Promise<void> => {
  const { container: { dockerode } } = await dockerClient()
  const orphans = await dockerode.listContainers({ all: true, filters: { label: [`${folderLabel}=${folder}`] } })
  if (orphans.length > 0) log(`removing ${orphans.length} containers that an earlier run left behind`)
  for (const { Id: id } of orphans) {
    const orphan = dockerode.getContainer(id)
    await orphan.stop({ t: 10 }).catch(error => { if (error.statusCode !== 304 && error.statusCode !== 404) throw error })
    await orphan.remove({ force: true, v: true }).catch(error => { if (error.statusCode !== 404 && error.statusCode !== 409) throw error })
  }
}
