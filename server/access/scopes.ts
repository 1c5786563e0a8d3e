// What an API key may be allowed. A route names the scope that it takes; without one it is for people only.
export const SCOPES = [
  'contacts:read',
  'contacts:write',
  'tags:read',
  'tags:write',
  'conversations:read',
  'events:read',
  'webhooks:manage',
] as const
export type Scope = (typeof SCOPES)[number]
