// What each role may do: the whole policy on one screen.
import type { Role } from './schema.ts'

export const PERMISSIONS = [
  'contacts:read',
  'contacts:tag',
  'contacts:bulk',
  'contacts:export',
  'contacts:import',
  'contacts:merge',
  'tags:read',
  'tags:write',
  'channels:manage',
  'organization:manage',
  'people:manage',
  'audit:read',
  'contacts:erase',
  'conversations:read',
  'conversations:answer',
  'replies:write',
  'conversations:oversee',
  'keys:manage',
  'webhooks:manage',
  'models:manage',
] as const
export type Permission = (typeof PERMISSIONS)[number]

const AGENT: readonly Permission[] = [
  'contacts:read',
  'contacts:tag',
  'tags:read',
  'conversations:read',
  'conversations:answer',
]

/** An agent sees contacts, tags them and answers them; everything else is the administrator's. */
export const permissionsOf = (role: Role): readonly Permission[] => (role === 'admin' ? PERMISSIONS : AGENT)
