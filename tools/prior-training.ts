// The labelled conversations that the prior is trained on, read: as many of a catalog as tell something new.
import { prepared, type Embedder } from '../server/classifier/embedder.ts'
import { readConversation, textsOf } from '../server/classifier/features.ts'
import type { TrainingCatalog } from '../server/classifier/training.ts'
import type { LabelledCatalog } from './labelled.ts'

const MOST = 2700

/** Reads a catalog's conversations for training: those to choose examples from and those for development, never the test. */
export async function readingsForTraining(catalog: LabelledCatalog, embedder: Embedder): Promise<TrainingCatalog> {
  const chosen = [...catalog.items.dev, ...catalog.items.pool].slice(0, MOST)
  const ready = await prepared(
    embedder,
    chosen.flatMap(({ turns }) => textsOf(turns)),
  )
  const items = []
  for (const { turns, labels } of chosen) items.push({ reading: await readConversation(turns, ready), labels })
  return { name: catalog.name, tags: catalog.tags, items }
}
