// npm run seed: fills an empty organization with the demo shop, or makes an organization of as many contacts as asked.
import { parseArgs } from 'node:util'
import { systemActor } from '../server/access/actor.ts'
import { addOrganization, removeOrganization } from '../server/access/organizations.ts'
import { fillDemo } from '../server/demo/demo.ts'
import { addEveryAdministrator } from '../server/people/memberships.ts'
import { fillCrowd } from '../seeds/crowd.ts'
import { openRunning, runTool, ToolError, type Running } from './tool.ts'

const MAX = 5_000_000

await runTool(async () => {
  const { values } = parseArgs({ options: { organization: { type: 'string' }, contacts: { type: 'string' } } })
  const running = await openRunning()
  try {
    await (values.contacts === undefined ? seedShop(running, values.organization) : seedCrowd(running, values.contacts))
  } finally {
    await running.close()
  }
})

async function seedShop(running: Running, slug: string | undefined): Promise<void> {
  const organization = await running.organization(slug)
  console.log(`Filling ${organization.name} with the demo shop …`)
  const { contacts, tags } = await running.db
    .transaction()
    .execute((tx) => fillDemo(tx, running, systemActor(organization.id)))
  console.log(`Done: ${contacts} contacts, ${tags} tags. Open ${running.url}/o/${organization.slug}/contacts`)
}

async function seedCrowd(running: Running, wanted: string): Promise<void> {
  const size = Number(wanted)
  if (!/^\d+$/.test(wanted) || size < 1 || size > MAX)
    throw new ToolError(`--contacts takes a number from 1 to ${MAX.toLocaleString('en')}, not "${wanted}".`)
  const name = `${size.toLocaleString('en')} contacts`
  const organization = await running.db.transaction().execute(async (tx) => {
    const added = await addOrganization(tx, name)
    await addEveryAdministrator(tx, added.id)
    return added
  })
  console.log(`Making the organization “${name}”; every administrator of this installation will be one of it.`)
  const started = performance.now()
  try {
    const { tags, assignments } = await fillCrowd(running.db, organization.id, size, (done) =>
      drawBar(done, size, (performance.now() - started) / 1000),
    )
    const seconds = ((performance.now() - started) / 1000).toFixed(0)
    console.log(
      `\nDone in ${seconds} s: ${size.toLocaleString('en')} contacts, ${tags} tags, ${assignments.toLocaleString('en')} assignments. Open ${running.url}/o/${organization.slug}/contacts`,
    )
  } catch (error) {
    console.log('\nIt did not work; taking away what was made …')
    await running.db.transaction().execute((tx) => removeOrganization(tx, organization.id))
    throw error
  }
}

function drawBar(done: number, size: number, seconds: number): void {
  const share = done / size
  const left = Math.ceil(seconds / share - seconds)
  const line = `[${'█'.repeat(Math.round(share * 30)).padEnd(30, '·')}] ${Math.floor(share * 100)} %, ${done.toLocaleString('en')} contacts, ${left} s left`
  if (process.stdout.isTTY) process.stdout.write(`\r${line.padEnd(78)}`)
  else if (Math.floor(share * 10) > Math.floor(((done - 5_000) / size) * 10)) console.log(line)
}
