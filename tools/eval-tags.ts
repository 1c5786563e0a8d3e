// npm run eval-tags: how well conversations are tagged, on labelled catalogs, with no and with some examples of a tag.
import { readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import {
  judgeReading,
  newClassifier,
  read,
  shippedPrior,
  taught,
  type Classifier,
  type Prior,
} from '../server/classifier/classifier.ts'
import { openEmbedder, prepared, type Embedder } from '../server/classifier/embedder.ts'
import { textsOf } from '../server/classifier/features.ts'
import { seeded, shuffled } from '../server/classifier/network.ts'
import { trainPrior, type TrainingCatalog } from '../server/classifier/training.ts'
import { MOST_TURNS, MOST_WORDS } from '../server/classifier/text.ts'
import { PROMISED_MS, timeAtTheCaps } from './caps.ts'
import { gatesOf, tableOf } from './gates.ts'
import { readLabelled, type Labelled, type LabelledCatalog } from './labelled.ts'
import { openModelEngine, type ModelEngine } from './model-engine.ts'
import { readingsForTraining } from './prior-training.ts'
import { mean, newScore, quantile, type Score } from './scoring.ts'
import { runTool, ToolError } from './tool.ts'

const USAGE = `Evaluates tagging on labelled catalogs, and says which gates are held. Deterministic, but for the times.

  npm run eval-tags -- --data DIR [--catalogs A,B] [--shots 0,3,10,50] [--seeds 1,2] [--out report.json]

  --data DIR       a folder with NAME.tags.json, {"tags": [{"id": …, "name": …, "description": …}]}, and NAME.jsonl, a conversation
                   a line: {"id": …, "split": "pool" (to learn from), "dev" or "test", "conv": [["c", what the customer wrote],
                   ["a", what was answered]], "labels": [ids of its tags]}
  --catalogs A,B   these catalogs; without it all
  --shots N,M      how many examples of each tag are taught (and as many without a tag); without it 0,3,10
  --seeds N,M      by which seeds examples are chosen; without it 1
  --engine NAME    built-in, the default; words: the built-in without the embeddings; or the address of an OpenAI-compatible
                   endpoint, such as http://localhost:11434/v1: a language model, asked as the product asks it, without examples
  --model NAME     which of the endpoint's models
  --key-file FILE  a file with the endpoint's key, where it wants one
  --leave-out      for each catalog the networks are trained on the other ones, so that the figures hold for unknown businesses
  --drop SHARE     also with this share of the examples' tags forgotten, as people forget to tag; what that costs is said
  --out FILE       where the report goes as JSON`

const MOST_TESTS = 300
const FOREIGN = 240
/** May be evaluated with, and not trained on. */
const EVALUATION_ONLY = /ODbL/u

const NOTHING: ReadonlySet<string> = new Set()

type Read = Awaited<ReturnType<typeof read>>

type Row = {
  catalog: string
  shots: number
  seed: number
  /** The share of the examples' tags that was forgotten. */
  drop: number
  foreign_share: number
  untagged_left_alone: number | null
} & ReturnType<Score['figures']> & { milliseconds: { p50: number; p95: number }; memory_mb: number }

await runTool(async () => {
  const begun = performance.now()
  const { values } = parseArgs({
    options: {
      data: { type: 'string' },
      catalogs: { type: 'string' },
      shots: { type: 'string', default: '0,3,10' },
      seeds: { type: 'string', default: '1' },
      engine: { type: 'string', default: 'built-in' },
      model: { type: 'string' },
      'key-file': { type: 'string' },
      'leave-out': { type: 'boolean', default: false },
      drop: { type: 'string', default: '0' },
      out: { type: 'string' },
      help: { type: 'boolean' },
    },
  })
  if (values.help === true) {
    console.log(USAGE)
    return
  }
  if (values.data === undefined) throw new ToolError(USAGE)
  const isModel = URL.canParse(values.engine)
  if (!isModel && values.engine !== 'built-in' && values.engine !== 'words') {
    throw new ToolError(`There is no engine ${values.engine}. Choose built-in, words, or the address of an endpoint.`)
  }
  if (isModel && values.model === undefined) throw new ToolError('Name the model of the endpoint with --model.')
  const shots = isModel ? [0] : numbers(values.shots, 'shots')
  const seeds = numbers(values.seeds, 'seeds')
  const drop = Number(values.drop)
  if (!(drop >= 0 && drop < 1)) throw new ToolError('--drop is a share from 0 to below 1, such as 0.3.')
  const catalogs = readLabelled(values.data, values.catalogs?.split(',') ?? [])
  const rows: Row[] = []
  if (isModel) {
    const key = values['key-file'] === undefined ? null : readFileSync(values['key-file'], 'utf8').trim()
    const engine = openModelEngine({ url: values.engine, model: values.model!, key })
    for (const catalog of catalogs) rows.push(await evaluateModel(catalog, catalogs, engine))
    await engine.close()
  } else rows.push(...(await evaluateBuiltIn(catalogs, values, { shots, seeds, drop })))
  report(rows, shots)
  const gates = gatesOf(rows)
  const caps = isModel ? null : await capsOf(catalogs, values.engine)
  const seconds = (performance.now() - begun) / 1000
  for (const line of ['', ...tableOf(gates)]) console.log(line)
  if (caps !== null) console.log(capsLine(caps))
  console.log(`${seconds.toFixed(0)} s in all`)
  if (values.out !== undefined) {
    const summary = shots.map((n) => summaryOf(rows, n))
    const all = { engine: values.engine, drop, rows, summary, gates, caps, seconds }
    writeFileSync(values.out, `${JSON.stringify(all, null, 2)}\n`)
  }
})

type Caps = Awaited<ReturnType<typeof timeAtTheCaps>>

async function capsOf(catalogs: readonly LabelledCatalog[], engine: string): Promise<Caps> {
  return timeAtTheCaps(catalogs, engine === 'words' ? null : await openEmbedder(), shippedPrior())
}

function capsLine({ conversations, tags, p50, p95 }: Caps): string {
  const times = `p50 ${p50.toFixed(0)} ms, p95 ${p95.toFixed(0)} ms (promised: ${PROMISED_MS} ms)`
  const held = p95 <= PROMISED_MS ? 'held' : 'NOT HELD'
  return `${conversations} conversations of ${MOST_TURNS} turns of ${MOST_WORDS} words, ${tags} tags: ${times}  ${held}`
}

interface Taught {
  shots: readonly number[]
  seeds: readonly number[]
  drop: number
}

async function evaluateBuiltIn(
  catalogs: readonly LabelledCatalog[],
  values: { engine: string; 'leave-out': boolean },
  options: Taught,
): Promise<Row[]> {
  const embedder = await openEmbedder()
  const priorFor = values['leave-out'] ? await priorsWithout(catalogs, embedder) : () => Promise.resolve(shippedPrior())

  const rows: Row[] = []
  for (const catalog of catalogs) {
    const prior = await priorFor(catalog)
    const blank = await newClassifier(catalog.tags, values.engine === 'words' ? null : embedder, prior)
    rows.push(...(await evaluate(catalog, catalogs, blank, options)))
  }
  return rows
}

function numbers(text: string, what: string): number[] {
  const all = text.split(',').map(Number)
  if (all.some((n) => !Number.isInteger(n) || n < 0))
    throw new ToolError(`--${what} are whole numbers with commas, such as 0,3,10.`)
  return all
}

/** For each catalog the networks that were trained on all others whose licence allows it. */
async function priorsWithout(catalogs: readonly LabelledCatalog[], embedder: Embedder) {
  const readings: TrainingCatalog[] = []
  for (const catalog of catalogs) {
    if (!EVALUATION_ONLY.test(catalog.licence)) readings.push(await readingsForTraining(catalog, embedder))
  }
  if (readings.length < 3) throw new ToolError('--leave-out needs at least three catalogs that may be trained on.')
  return (catalog: LabelledCatalog): Promise<Prior> =>
    trainPrior(
      readings.filter((other) => other.name !== catalog.name),
      embedder,
    )
}

/** What a catalog is judged by: conversations of its own, and of other businesses. */
function testsOf(catalog: LabelledCatalog, catalogs: readonly LabelledCatalog[]) {
  const others = catalogs.filter((other) => other !== catalog).flatMap((other) => other.items.test)
  return { own: catalog.items.test.slice(0, MOST_TESTS), foreign: shuffled(others, seeded(5)).slice(0, FOREIGN) }
}

/** A conversation without a usable answer counts as one without tags, and is said. */
async function evaluateModel(
  catalog: LabelledCatalog,
  catalogs: readonly LabelledCatalog[],
  engine: ModelEngine,
): Promise<Row> {
  const { own, foreign } = testsOf(catalog, catalogs)
  const times: number[] = []
  const conversations = [...own, ...foreign].map(({ turns }) => turns)
  const answers = await engine.judgeAll(catalog.tags, conversations, (ms) => times.push(ms))
  const failed = answers.filter((answer) => answer === null).length
  if (failed > 0) console.log(`${catalog.name}: ${failed} of ${answers.length} conversations got no usable answer.`)
  const score = newScore(catalog.tags.map((tag) => tag.id))
  own.forEach((item, i) => score.count(item.labels, answers[i] ?? NOTHING))
  const touched = foreign.filter((_item, i) => (answers[own.length + i]?.size ?? 0) > 0).length
  const row = rowOf({
    catalog,
    shots: 0,
    seed: 0,
    drop: 0,
    score,
    foreignShare: touched / Math.max(1, foreign.length),
    times,
  })
  console.log(lineOf(row))
  return row
}

async function evaluate(
  catalog: LabelledCatalog,
  catalogs: readonly LabelledCatalog[],
  blank: Classifier,
  options: Taught,
): Promise<Row[]> {
  const { own, foreign } = testsOf(catalog, catalogs)
  const readTimes: number[] = []
  const reads = new Map<Labelled, Read>()
  const readOnce = async (item: Labelled): Promise<Read> => {
    const known = reads.get(item)
    if (known !== undefined) return known
    const begun = performance.now()
    const reading = await read(blank, item.turns)
    readTimes.push(performance.now() - begun)
    reads.set(item, reading)
    return reading
  }
  for (const item of [...own, ...foreign]) await readOnce(item)

  const rows: Row[] = []
  for (const shots of options.shots) {
    for (const seed of shots === 0 ? options.seeds.slice(0, 1) : options.seeds) {
      const examples = examplesOf(catalog, shots, seeded(seed * 1000 + shots))
      const quick = await withPrepared(blank, examples)
      const lessons: Example[] = []
      for (const { turns, labels } of examples) lessons.push({ reading: (await read(quick, turns)).reading, labels })
      for (const drop of shots === 0 || options.drop === 0 ? [0] : [0, options.drop]) {
        const classifier = shots === 0 ? blank : await taughtBy(blank, lessons, { drop, seed: seed * 1000 + shots })
        const judgeTimes: number[] = []
        const applied = (reading: Read) => {
          const begun = performance.now()
          const { judgements } = judgeReading(classifier, reading)
          judgeTimes.push(performance.now() - begun)
          return new Set(judgements.filter(({ verdict }) => verdict === 'apply').map(({ tag }) => tag))
        }
        const score = newScore(catalog.tags.map((tag) => tag.id))
        for (const item of own) score.count(item.labels, applied(await readOnce(item)))
        let touched = 0
        for (const item of foreign) if (applied(await readOnce(item)).size > 0) touched++
        const times = readTimes.map((ms, i) => ms + judgeTimes[i]!)
        const foreignShare = touched / Math.max(1, foreign.length)
        rows.push(rowOf({ catalog, shots, seed, drop, score, foreignShare, times }))
        console.log(lineOf(rows.at(-1)!))
      }
    }
  }
  return rows
}

interface Example {
  reading: Read['reading']
  labels: ReadonlySet<string>
}

/** The classifier taught by these examples, of whose tags people forgot a share. */
function taughtBy(
  blank: Classifier,
  examples: readonly Example[],
  { drop, seed }: { drop: number; seed: number },
): Promise<Classifier> {
  const random = seeded(seed + 500)
  return taught(
    blank,
    examples.map(({ reading, labels }) => {
      const tags = new Set([...labels].filter(() => random() >= drop))
      return { reading, tags, not: NOTHING, unsaid: NOTHING, background: false }
    }),
  )
}

function rowOf({
  catalog,
  shots,
  seed,
  drop,
  score,
  foreignShare,
  times,
}: {
  catalog: LabelledCatalog
  shots: number
  seed: number
  drop: number
  score: Score
  foreignShare: number
  times: readonly number[]
}): Row {
  return {
    catalog: catalog.name,
    shots,
    seed,
    drop,
    ...score.figures(),
    foreign_share: foreignShare,
    untagged_left_alone: score.leftAlone(),
    milliseconds: { p50: quantile(times, 0.5), p95: quantile(times, 0.95) },
    memory_mb: process.memoryUsage().rss / 1e6,
  }
}

async function withPrepared(classifier: Classifier, items: readonly Labelled[]): Promise<Classifier> {
  if (classifier.embedder === null) return classifier
  const texts = items.flatMap(({ turns }) => textsOf(turns))
  return { ...classifier, embedder: await prepared(classifier.embedder, texts) }
}

/** So many examples of each tag, and as many without a tag; a conversation that has several tags counts for each. */
function examplesOf(catalog: LabelledCatalog, shots: number, random: () => number): Labelled[] {
  const pool = shuffled(catalog.items.pool, random)
  const chosen = new Set<Labelled>()
  for (const tag of catalog.tags)
    for (const item of pool.filter(({ labels }) => labels.has(tag.id)).slice(0, shots)) chosen.add(item)
  for (const item of pool.filter(({ labels }) => labels.size === 0).slice(0, shots)) chosen.add(item)
  return [...chosen]
}

function percent(x: number | null): string {
  return (x === null ? '—' : `${(100 * x).toFixed(1)} %`).padStart(7)
}

function lineOf(row: Row): string {
  const figures = `F1 ${row.micro_f1.toFixed(3)}  macro ${row.macro_f1.toFixed(3)}  precision ${row.precision.toFixed(3)}  recall ${row.recall.toFixed(3)}`
  const rest = `foreign tagged ${percent(row.foreign_share)}  untagged left alone ${percent(row.untagged_left_alone)}`
  const cost = `p50 ${row.milliseconds.p50.toFixed(0)} ms  p95 ${row.milliseconds.p95.toFixed(0)} ms  ${row.memory_mb.toFixed(0)} MB`
  return `${row.catalog.padEnd(18)} ${String(row.shots).padStart(2)} examples, seed ${row.seed}${row.drop === 0 ? '' : `, ${100 * row.drop} % forgotten`}:  ${figures}  ${rest}  ${cost}`
}

/** The means over the catalogs, each of which counts the same. */
function summaryOf(rows: readonly Row[], shots: number) {
  const of = rows.filter((row) => row.shots === shots && row.drop === 0)
  return {
    shots,
    micro_f1: mean(of.map((row) => row.micro_f1)),
    precision: mean(of.map((row) => row.precision)),
    recall: mean(of.map((row) => row.recall)),
    foreign_share: mean(of.map((row) => row.foreign_share)),
  }
}

function report(rows: readonly Row[], shots: readonly number[]): void {
  console.log('\nMeans over the catalogs')
  for (const n of shots) {
    const { micro_f1, precision, recall, foreign_share } = summaryOf(rows, n)
    console.log(
      `${String(n).padStart(2)} examples a tag:  F1 ${micro_f1.toFixed(3)}  precision ${precision.toFixed(3)}  recall ${recall.toFixed(3)}  foreign tagged ${percent(foreign_share)}`,
    )
  }
}
