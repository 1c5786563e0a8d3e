// What people are told whose place in the organization changed while they work in it.
import type { Role } from '../../../server/access/schema.ts'
import { m } from '../paraglide/messages.js'
import { tell, tellFailure } from '../ui/toasts.ts'

export const tellRole = (role: Role) => tell(role === 'admin' ? m.role_became_admin() : m.role_became_agent())

export const tellLeft = (name: string) => tellFailure(m.organization_left({ name }))
