// The settings: the only reader of process.env and of the optional .env file. .env.example explains each of them.
import { readFileSync } from 'node:fs'
import { BlockList, isIP } from 'node:net'
import { isAbsolute, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseEnv } from 'node:util'
import { z } from 'zod'
import type { LogLevel } from './lib/log.ts'
import { errorCode, StartError } from './lib/start-error.ts'

export interface Config {
  /** 0 takes a free one. */
  port: number
  host: string
  /** Where browsers and Meta reach the server, without a slash at the end. */
  publicUrl: string
  /** As Fastify takes it: no proxy, all, the number of proxies, or their addresses. */
  trustProxy: boolean | number | string[]
  /** Absolute. */
  dataDir: string
  databaseUrl?: string
  /** As it was set; `loadSecretKey` makes the key of it, or of the one kept in the data folder. */
  secretKey?: string
  graphApiUrl: string
  /** Whether outgoing requests may reach private addresses: none, all, or those within these networks. */
  allowPrivateAddresses: boolean | string[]
  logLevel: LogLevel
  /** What whoever reads /metrics must bring; without it only this machine may. */
  metricsToken?: string
  /** Whether administrators may create other organizations. */
  createOrganizations: boolean
  /** Backups by the clock, when they are set. */
  backups?: {
    /** Absolute. */
    dir: string
    /** Times of day in UTC, such as `03:00`. */
    at: string[]
    /** How many files stay. */
    keep: number
  }
  /** What the secret key in a backup is sealed under, where nobody can be asked. */
  backupPassphrase?: string
  bootstrap?: { organization: string; email: string; password: string }
}

const PROJECT = fileURLToPath(new URL('..', import.meta.url))

/** Reads the settings from the environment and, for what it leaves open, from .env. Refuses wrong ones with a sentence each. */
export function loadConfig(env: NodeJS.ProcessEnv = process.env, envFile: string = join(PROJECT, '.env')): Config {
  const isSet = ([, value]: [string, string | undefined]) => value !== undefined && value.trim() !== ''
  const given = {
    ...Object.fromEntries(Object.entries(readEnvFile(envFile)).filter(isSet)),
    ...Object.fromEntries(Object.entries(env).filter(isSet)),
  }
  const parsed = Settings.safeParse(given)
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`)
    throw new StartError(
      `Earmark cannot start with these settings:\n${[...new Set(faults)].join('\n')}\n.env.example explains each of them.`,
    )
  }
  const s = parsed.data
  return {
    port: s.PORT,
    host: s.HOST,
    publicUrl: s.PUBLIC_URL ?? addressOf(s.HOST, s.PORT),
    trustProxy: s.TRUST_PROXY,
    dataDir: isAbsolute(s.DATA_DIR) ? s.DATA_DIR : join(PROJECT, s.DATA_DIR),
    graphApiUrl: s.GRAPH_API_URL,
    allowPrivateAddresses: s.ALLOW_PRIVATE_ADDRESSES,
    logLevel: s.LOG_LEVEL,
    createOrganizations: s.CREATE_ORGANIZATIONS,
    ...(s.DATABASE_URL === undefined ? {} : { databaseUrl: s.DATABASE_URL }),
    ...(s.SECRET_KEY === undefined ? {} : { secretKey: s.SECRET_KEY }),
    ...(s.METRICS_TOKEN === undefined ? {} : { metricsToken: s.METRICS_TOKEN }),
    ...(s.BACKUP_DIR === undefined
      ? {}
      : { backups: { dir: resolve(PROJECT, s.BACKUP_DIR), at: s.BACKUP_AT, keep: s.BACKUP_KEEP } }),
    ...(s.BACKUP_PASSPHRASE === undefined ? {} : { backupPassphrase: s.BACKUP_PASSPHRASE }),
    ...(s.BOOTSTRAP_ORGANIZATION && s.BOOTSTRAP_ADMIN_EMAIL && s.BOOTSTRAP_ADMIN_PASSWORD
      ? {
          bootstrap: {
            organization: s.BOOTSTRAP_ORGANIZATION,
            email: s.BOOTSTRAP_ADMIN_EMAIL,
            password: s.BOOTSTRAP_ADMIN_PASSWORD,
          },
        }
      : {}),
  }
}

/** A file named on a command line: npm changes the folder, and the name is meant where the command was given. */
export const givenPath = (name: string): string => resolve(process.env['INIT_CWD'] ?? '.', name)

/** The address at which this machine's browser reaches a server that listens there. */
export function addressOf(host: string, port: number): string {
  const reachable = host === '0.0.0.0' || host === '::' ? 'localhost' : host
  return `http://${isIP(reachable) === 6 ? `[${reachable}]` : reachable}:${port}`
}

function readEnvFile(path: string): NodeJS.Dict<string> {
  try {
    return parseEnv(readFileSync(path, 'utf8'))
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return {}
    throw new StartError(`${path} cannot be read by this account (${errorCode(error)}).`)
  }
}

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const satisfies readonly LogLevel[]

const webAddress = (what: string) =>
  z.string().transform((value, context) => {
    const url = URL.canParse(value) ? new URL(value) : null
    if (url !== null && /^https?:$/.test(url.protocol) && url.search === '' && url.hash === '')
      return value.replace(/\/+$/, '')
    context.addIssue(`must be an address such as ${what}, not "${value}"`)
    return z.NEVER
  })

const Settings = z
  .object({
    PORT: z
      .string()
      .default('3000')
      .refine((value) => /^\d{1,5}$/.test(value) && Number(value) <= 65_535, {
        error: ({ input }) => `must be a number from 0 to 65535, not "${String(input)}"`,
      })
      .transform(Number),
    HOST: z
      .string()
      .default('127.0.0.1')
      .refine((value) => isIP(value) !== 0 || /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/i.test(value), {
        error: ({ input }) =>
          `must be an address or a name such as 127.0.0.1, 0.0.0.0 or localhost, not "${String(input)}"`,
      }),
    PUBLIC_URL: webAddress('https://earmark.example.com')
      .refine((value) => new URL(value).pathname === '/', 'must be the address of a host, without a path')
      .optional(),
    TRUST_PROXY: z.string().default('off').transform(parseTrustProxy),
    DATA_DIR: z.string().default('data'),
    DATABASE_URL: z
      .string()
      // Not checked further and never shown: it holds a password, and the driver takes more than URL does.
      .regex(/^postgres(ql)?:\/\/./, 'must begin with postgres://')
      .optional(),
    SECRET_KEY: z.string().min(16, 'must have at least 16 characters').optional(),
    GRAPH_API_URL: webAddress('https://graph.facebook.com/v25.0').default('https://graph.facebook.com/v25.0'),
    ALLOW_PRIVATE_ADDRESSES: z.string().default('off').transform(parseAllowed),
    LOG_LEVEL: z
      .enum(LOG_LEVELS, { error: ({ input }) => `must be one of ${LOG_LEVELS.join(', ')}, not "${String(input)}"` })
      .default('info'),
    METRICS_TOKEN: z
      .string()
      .trim()
      .min(16, 'must have at least 16 characters')
      .regex(/^[\w.~+/=-]*$/, 'must be of letters, digits and . ~ + / = - _ only')
      .optional(),
    CREATE_ORGANIZATIONS: z
      .string()
      .default('on')
      .refine((value) => /^(on|yes|true|1|off|no|false|0)$/i.test(value), {
        error: ({ input }) => `must be on or off, not "${String(input)}"`,
      })
      .transform((value) => /^(on|yes|true|1)$/i.test(value)),
    BACKUP_DIR: z.string().optional(),
    BACKUP_AT: z
      .string()
      .default('03:00')
      .transform((value) => value.split(',').map((time) => time.trim()))
      .refine((times) => times.every((time) => /^([01]\d|2[0-3]):[0-5]\d$/.test(time)), {
        error: 'must be a time of day in UTC such as 03:00, or several with commas between',
      }),
    BACKUP_KEEP: z
      .string()
      .default('7')
      .refine((value) => /^[1-9]\d{0,3}$/.test(value), 'must be a number from 1 to 9999')
      .transform(Number),
    BACKUP_PASSPHRASE: z.string().min(12, 'must have at least 12 characters').optional(),
    BOOTSTRAP_ORGANIZATION: z.string().trim().max(200, 'must have at most 200 characters').optional(),
    BOOTSTRAP_ADMIN_EMAIL: z
      .string()
      .trim()
      .max(254, 'must have at most 254 characters')
      .regex(/^[^\s@]+@[^\s@]+$/, 'must be an e-mail address')
      .optional(),
    BOOTSTRAP_ADMIN_PASSWORD: z.string().min(10, 'must have at least 10 characters').optional(),
  })
  .superRefine((settings, context) => {
    const together = ['BOOTSTRAP_ORGANIZATION', 'BOOTSTRAP_ADMIN_EMAIL', 'BOOTSTRAP_ADMIN_PASSWORD'] as const
    if (together.every((name) => settings[name] === undefined)) return
    for (const name of together.filter((one) => settings[one] === undefined)) {
      context.addIssue({ code: 'custom', path: [name], message: `is missing: ${together.join(', ')} belong together` })
    }
  })

/** Proxies are trusted by number or by address; the names are Fastify's for the private networks. */
function parseTrustProxy(value: string, context: z.RefinementCtx): Config['trustProxy'] {
  if (/^(off|no|false|0)$/i.test(value)) return false
  if (/^(on|yes|true)$/i.test(value)) return true
  if (/^\d+$/.test(value)) return Number(value)
  const addresses = value.split(',').map((one) => one.trim())
  const wrong = addresses.find((one) => !/^(loopback|linklocal|uniquelocal)$/.test(one) && !isAddressOrNetwork(one))
  if (wrong === undefined) return addresses
  context.addIssue(
    `must be off, on, a number of proxies, or their addresses with commas between, and "${wrong}" is none`,
  )
  return z.NEVER
}

function parseAllowed(value: string, context: z.RefinementCtx): Config['allowPrivateAddresses'] {
  if (/^(off|no|false|0)$/i.test(value)) return false
  if (/^(on|yes|true|1)$/i.test(value)) return true
  const addresses = value.split(',').map((one) => one.trim())
  const wrong = addresses.find((one) => !isAddressOrNetwork(one))
  if (wrong === undefined) return addresses
  context.addIssue(`must be off, on, or addresses and networks with commas between, and "${wrong}" is none`)
  return z.NEVER
}

function isAddressOrNetwork(text: string): boolean {
  const [address = '', prefix, ...more] = text.split('/')
  const family = isIP(address)
  if (family === 0 || more.length > 0) return false
  if (prefix === undefined) return true
  try {
    new BlockList().addSubnet(address, Number(prefix), family === 6 ? 'ipv6' : 'ipv4')
    return /^\d+$/.test(prefix)
  } catch {
    return false
  }
}
