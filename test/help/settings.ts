// The settings of servers in tests.
import type { Config } from '../../server/config.ts'

export const TEST_CONFIG: Config = {
  port: 0,
  host: '127.0.0.1',
  publicUrl: 'http://localhost:3000',
  trustProxy: false,
  dataDir: '/nonexistent',
  graphApiUrl: 'http://127.0.0.1:9',
  allowPrivateAddresses: true,
  logLevel: 'silent',
  createOrganizations: true,
}

export const TEST_SECRET_KEY: Buffer = Buffer.alloc(32, 7)
