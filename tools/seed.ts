// npm run seed: fills an empty organization with the demo shop.
import { parseArgs } from 'node:util'
import { systemActor } from '../server/access/actor.ts'
import { fillDemo } from '../server/demo/demo.ts'
import { openRunning, runTool } from './tool.ts'

await runTool(async () => {
  const { values } = parseArgs({ options: { organization: { type: 'string' } } })
  const running = await openRunning()
  try {
    const organization = await running.organization(values.organization)
    console.log(`Filling ${organization.name} with the demo shop …`)
    const { contacts, tags } = await running.db
      .transaction()
      .execute((tx) => fillDemo(tx, running, systemActor(organization.id)))
    console.log(`Done: ${contacts} contacts, ${tags} tags. Open ${running.url}/o/${organization.slug}/contacts`)
  } finally {
    await running.close()
  }
})
