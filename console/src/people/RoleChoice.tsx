// Choosing between administrator and agent, with what each of them may do.
import { Radio, Stack } from '@mantine/core'
import type { Role } from '../../../server/access/schema.ts'
import { m } from '../paraglide/messages.js'

export function RoleChoice({ value, onChange }: { value: Role; onChange: (role: Role) => void }) {
  return (
    <Radio.Group label={m.person_role()} value={value} onChange={onChange}>
      <Stack gap={10} mt={8}>
        <Radio value="agent" label={m.role_agent()} description={m.role_agent_text()} />
        <Radio value="admin" label={m.role_admin()} description={m.role_admin_text()} />
      </Stack>
    </Radio.Group>
  )
}
