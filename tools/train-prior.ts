// npm run train-prior: makes the networks by which the built-in classifier judges before it has learned anything.
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { openEmbedder } from '../server/classifier/embedder.ts'
import { readLabelled } from './labelled.ts'
import { readingsForTraining } from './prior-training.ts'
import { trainPrior } from '../server/classifier/training.ts'
import { runTool, ToolError } from './tool.ts'

const USAGE = `Trains the networks that tag by names and descriptions, on labelled catalogs.

  npm run train-prior -- --data DIR [--catalogs A,B] [--out FILE]

  --data DIR       a folder with NAME.jsonl and NAME.tags.json
  --catalogs A,B   these catalogs only. What ships may be trained only on data whose licence allows it
  --out FILE       where to write them; without it server/classifier/prior.json`

await runTool(async () => {
  const { values } = parseArgs({
    options: {
      data: { type: 'string' },
      catalogs: { type: 'string' },
      out: { type: 'string' },
      help: { type: 'boolean' },
    },
  })
  if (values.help === true) {
    console.log(USAGE)
    return
  }
  if (values.data === undefined) throw new ToolError(USAGE)
  const catalogs = readLabelled(values.data, values.catalogs?.split(',') ?? [])
  const embedder = await openEmbedder()
  const readings = []
  for (const catalog of catalogs) {
    console.log(`Reading ${catalog.name} (${catalog.licence || 'no licence given'})`)
    readings.push(await readingsForTraining(catalog, embedder))
  }
  const prior = await trainPrior(readings, embedder)
  const file = values.out ?? new URL('../server/classifier/prior.json', import.meta.url)
  writeFileSync(file, `${JSON.stringify(prior)}\n`)
  console.log(`Wrote ${values.out ?? 'server/classifier/prior.json'}`)
})
