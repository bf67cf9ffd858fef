import { createHash } from 'node:crypto'
import { basename } from 'node:path'
import {
  GenericContainer,
  getContainerRuntimeClient,
  type ContainerRuntimeClient,
} from 'testcontainers'

const folderLabel = 'switchboard.folder'
const stopLimitS = 20
const startLimitMs = 180_000

export const dockerClient = async (): Promise<ContainerRuntimeClient> =>
  await getContainerRuntimeClient()

/**
 * A container of one stack. Its port is open on this machine's loopback only, and the engine starts
 * it again when it dies.
 */
export class LocalContainer extends GenericContainer {
  /** Known as soon as the container exists, possibly long before it serves. */
  id: string | undefined

  constructor(image: string, folder: string) {
    super(image)
    this.withLabels({ [folderLabel]: folder })
    this.withStartupTimeout(startLimitMs)
    this.hostConfig.RestartPolicy = { Name: 'on-failure' }
  }

  withLoopbackPort(container: number, host: number): this {
    this.withExposedPorts({ container, host })
    this.hostConfig.PortBindings = {
      [`${container}/tcp`]: [{ HostIp: '127.0.0.1', HostPort: String(host) }],
    }
    return this
  }

  protected override async containerCreated(id: string): Promise<void> {
    this.id = id
  }
}

/** The volume with the data of one server of the stack. */
export const volumeOf = (folder: string, name: string): string =>
  ['switchboard', basename(folder), shortHash(folder), name].join('-')

const shortHash = (text: string): string =>
  createHash('sha256').update(text).digest('hex').slice(0, 12)

const passOver =
  (codes: readonly number[]) =>
  (error: { statusCode?: number }): void => {
    if (error.statusCode === undefined || !codes.includes(error.statusCode)) throw error
  }

export const removeVolume = async (volume: string): Promise<void> => {
  const {
    container: { dockerode },
  } = await dockerClient()
  await dockerode
    .getVolume(volume)
    .remove({ force: true })
    .catch(passOver([404]))
}

/** Stops and removes a container. A container that has ended, or is gone, is fine too. */
export const removeContainer = async (id: string): Promise<void> => {
  const container = (await dockerClient()).container.dockerode.getContainer(id)
  await container.stop({ t: stopLimitS }).catch(passOver([304, 404]))
  await container.remove({ force: true, v: true }).catch(passOver([404, 409]))
}

/** Removes the containers that a killed supervisor of this folder left behind. */
export const removeOrphanContainers = async (
  folder: string,
  log: (line: string) => void,
): Promise<void> => {
  const {
    container: { dockerode },
  } = await dockerClient()
  const orphans = await dockerode.listContainers({
    all: true,
    filters: { label: [`${folderLabel}=${folder}`] },
  })
  if (orphans.length > 0)
    log(`removing ${orphans.length} containers that an earlier run left behind`)
  await Promise.all(
    orphans.map(async ({ Id: id }) => {
      await removeContainer(id)
    }),
  )
}

/** The last lines that a container wrote, for the message of a failed start. */
export const lastLinesOf = async (id: string | undefined, lines = 15): Promise<string> => {
  if (id === undefined) return '(it was not created)'
  const {
    container: { dockerode },
  } = await dockerClient()
  const output = await dockerode
    .getContainer(id)
    .logs({ stdout: true, stderr: true, tail: lines })
    .catch(() => Buffer.from(''))
  return textOf(output).trim()
}

/**
 * The engine puts eight bytes before each part of the output: its stream and, in the last four, its
 * length.
 */
const textOf = (output: Buffer): string => {
  if (output.length < 8) return ''
  const end = 8 + output.readUInt32BE(4)
  return output.toString('utf8', 8, end) + textOf(output.subarray(end))
}
