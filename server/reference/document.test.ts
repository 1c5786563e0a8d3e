// The OpenAPI document: valid, complete, and without anything that a key cannot call.
import { Validator } from '@seriousme/openapi-schema-validator'
import { beforeAll, expect, test } from 'vitest'
import { sitemap } from '../app.ts'
import { openApiDocument } from './document.ts'

interface Operation {
  operationId: string
  summary: string
  description: string
  security: { key: string[] }[]
  tags: string[]
  parameters?: { name: string; in: string; description?: string; required?: boolean }[]
  responses: Record<string, { $ref?: string }>
}
interface Document {
  tags: { name: string; description: string }[]
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, { required?: string[] }>; responses: Record<string, { content: object }> }
}

const routes = sitemap.map(({ route }) => route)
const forKeys = routes.filter(({ scope }) => scope !== undefined)

let document: Document
let operations: { method: string; path: string; operation: Operation }[]
beforeAll(() => {
  const made = openApiDocument(routes, { version: '1.2.3', url: 'https://earmark.example' })
  document = JSON.parse(JSON.stringify(made)) as Document
  operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method, path, operation })),
  )
})

test('a validator of OpenAPI 3.1 accepts the document', async () => {
  const { valid, errors } = await new Validator().validate({ ...document })
  expect(errors).toBeUndefined()
  expect(valid).toBe(true)
  const broken = await new Validator().validate({ ...document, paths: { '/x': { get: { responses: 'none' } } } })
  expect(broken.valid).toBe(false)
})

test('each route that takes a key is in it with its scope, and no other', () => {
  expect(forKeys.length).toBeGreaterThan(20)
  const told = operations.map(({ method, path, operation: { operationId, description, security } }) => {
    expect(description).toContain(security[0]!.key[0])
    return { method, path, operationId, scope: security[0]!.key[0] }
  })
  const declared = forKeys.map(({ method, path, operationId, scope }) => ({ method, path, operationId, scope }))
  const byId = (a: { operationId: string }, b: { operationId: string }) => a.operationId.localeCompare(b.operationId)
  expect(told.toSorted(byId)).toEqual(declared.toSorted(byId))
})

test('every operation says what it does, what its parameters mean, and how it refuses', () => {
  for (const { operation } of operations) {
    const { operationId, summary, parameters = [], responses } = operation
    expect(summary, operationId).not.toBe('')
    expect(
      parameters.filter(({ description }) => !description).map(({ name }) => name),
      operationId,
    ).toEqual([])
    for (const status of ['401', '403', '404', '409', '422', '429', '503'])
      expect(responses[status], operationId).toEqual({ $ref: `#/components/responses/Problem${status}` })
    expect(responses['default'], operationId).toEqual({ $ref: '#/components/responses/OtherProblem' })
  }
  for (const { content } of Object.values(document.components.responses))
    expect(Object.keys(content)).toEqual(['application/problem+json'])
})

test('a write may be repeated safely, and only a write', () => {
  for (const { method, operation } of operations) {
    const { operationId, parameters = [] } = operation
    const names = parameters.filter((parameter) => parameter.in === 'header').map(({ name }) => name)
    const asks = method === 'get' || operationId === 'previewOperation'
    expect(names, operationId).toEqual(asks ? [] : ['Idempotency-Key'])
  }
})

test('every group of operations says what it is about', () => {
  const described = document.tags.filter(({ description }) => description !== '').map(({ name }) => name)
  const used = new Set(operations.flatMap(({ operation }) => operation.tags))
  expect(described.toSorted()).toEqual([...used].toSorted())
})

test('what has a default may be left out of a call, and is always in an answer', () => {
  const { CreateTag, Tag, StartOperation, Operation: started } = document.components.schemas
  expect(CreateTag!.required).toEqual(['name'])
  expect(Tag!.required).toEqual(expect.arrayContaining(['name', 'description', 'color']))
  expect(StartOperation!.required).toBeUndefined()
  expect(started!.required).toEqual(expect.arrayContaining(['add', 'remove']))
  const limit = document.paths['/v1/contacts']!['get']!.parameters!.find(({ name }) => name === 'limit')!
  expect(limit.required ?? false).toBe(false)
})

test('answers leave room for fields that are added later, and there are no patterns where a format says it', () => {
  const text = JSON.stringify(document)
  for (const noise of ['"additionalProperties":false', String(Number.MAX_SAFE_INTEGER), 'A-Fa-f'])
    expect(text.includes(noise), noise).toBe(false)
})
