// Labelled conversations for the commands that train and evaluate tagging: NAME.tags.json and NAME.jsonl in a folder.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import type { CatalogTag } from '../server/classifier/features.ts'
import type { Turn } from '../server/classifier/text.ts'
import { ToolError } from './tool.ts'

const catalogShape = z.object({
  licence: z.string().optional(),
  tags: z.array(z.object({ id: z.string(), name: z.string(), description: z.string() })).min(1),
})

const itemShape = z.object({
  id: z.string(),
  split: z.enum(['pool', 'dev', 'test']),
  conv: z.array(z.tuple([z.enum(['c', 'a']), z.string()])),
  labels: z.array(z.string()),
})

export type Split = 'pool' | 'dev' | 'test'

export type Labelled = { id: string; turns: Turn[]; labels: ReadonlySet<string> }

export type LabelledCatalog = { name: string; licence: string; tags: CatalogTag[]; items: Record<Split, Labelled[]> }

/** Reads the named catalogs of a folder, all of them when none is named. A line that is not of the shape stops it, by its number. */
export function readLabelled(folder: string, names: readonly string[]): LabelledCatalog[] {
  const there = readdirSync(folder)
    .filter((file) => file.endsWith('.tags.json'))
    .map((file) => file.slice(0, -'.tags.json'.length))
    .toSorted()
  if (there.length === 0)
    throw new ToolError(`${folder} has no NAME.tags.json. Name the folder with the labelled catalogs.`)
  const missing = names.find((name) => !there.includes(name))
  if (missing !== undefined) throw new ToolError(`${folder} has no catalog ${missing}. It has ${there.join(', ')}.`)
  return (names.length === 0 ? there : names).map((name) => readOne(folder, name))
}

function readOne(folder: string, name: string): LabelledCatalog {
  const catalog = catalogShape.parse(JSON.parse(readFileSync(join(folder, `${name}.tags.json`), 'utf8')))
  const ids = new Set(catalog.tags.map((tag) => tag.id))
  const items: Record<Split, Labelled[]> = { pool: [], dev: [], test: [] }
  readFileSync(join(folder, `${name}.jsonl`), 'utf8')
    .split('\n')
    .forEach((line, i) => {
      if (line === '') return
      const read = itemShape.safeParse(JSON.parse(line))
      if (!read.success) throw new ToolError(`${name}.jsonl, line ${i + 1}: ${z.prettifyError(read.error)}`)
      const { id, split, conv, labels } = read.data
      const turns = conv.map(([who, text], n): Turn => ({ n: n + 1, from: who === 'c' ? 'customer' : 'agent', text }))
      items[split].push({ id, turns, labels: new Set(labels.filter((label) => ids.has(label))) })
    })
  return { name, licence: catalog.licence ?? '', tags: catalog.tags, items }
}
