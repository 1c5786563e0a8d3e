// The OpenAPI document: made from the routes themselves, those that take an API key.
import { z } from 'zod'
import {
  createDocument,
  type CreateDocumentOptions,
  type ZodOpenApiOperationObject,
  type ZodOpenApiPathsObject,
  type ZodOpenApiResponseObject,
} from 'zod-openapi'
import { takesKey, type ResponseDef, type RouteDef } from '../lib/route.ts'
import { ProblemBody, problems } from '../lib/shapes.ts'
import { DESCRIPTION, TAG_WORDS } from './words.ts'

const IdempotencyKey = z
  .string()
  .regex(/^[\x21-\x7e]{1,200}$/)
  .optional()
  .meta({
    description:
      'The same call repeated under the same key does its work once, and answers what was answered first, with Idempotency-Replayed. Kept for 24 hours.',
    examples: ['3f1c5f0a-8d44-4a3c-9a62-6f3f0f1f3a55'],
  })

const LIMIT_HEADERS = {
  'RateLimit-Policy': z.string().meta({
    header: { id: 'RateLimit-Policy' },
    description: 'Calls (q) within seconds (w).',
    examples: ['"key";q=600;w=60'],
  }),
  RateLimit: z.string().meta({
    header: { id: 'RateLimit' },
    description: 'Calls left (r), and seconds until there are more (t).',
    examples: ['"key";r=599;t=42'],
  }),
}
const RETRY_HEADERS = {
  'Retry-After': z.int().meta({ header: { id: 'Retry-After' }, description: 'Seconds to wait before the same call.' }),
}
const REPLAY_HEADERS = {
  'Idempotency-Replayed': z
    .enum(['true'])
    .optional()
    .meta({
      header: { id: 'Idempotency-Replayed' },
      description: 'The call was made before under its Idempotency-Key, and this was answered then.',
    }),
}

/** By then the call may not have been counted. */
const UNCOUNTED = new Set(['401', '403', '503'])

/** Problems that any route may answer, each once in the document. */
const PROBLEMS: ReadonlyMap<ResponseDef, ZodOpenApiResponseObject> = new Map(
  Object.entries(problems).map(([status, problem]) => [
    problem,
    {
      ...responseOf(problem, {
        ...(UNCOUNTED.has(status) ? {} : LIMIT_HEADERS),
        ...(status === '429' || status === '503' ? RETRY_HEADERS : {}),
      }),
      id: `Problem${status}`,
    },
  ]),
)
const OTHER_PROBLEM: ZodOpenApiResponseObject = {
  ...responseOf({
    description:
      'Any other problem: 400 of a body that is no JSON, 413 of one that is too long, 414 of an address that is, 415 of a body that does not say that it is JSON, 500.',
    schema: ProblemBody,
    contentType: 'application/problem+json',
  }),
  id: 'OtherProblem',
}

/** The document of these routes, without those that are for people alone. */
export function openApiDocument(routes: readonly RouteDef[], about: { version: string; url: string }) {
  const paths: ZodOpenApiPathsObject = {}
  for (const route of routes) {
    if (route.scope === undefined) continue
    paths[route.path] = { ...paths[route.path], [route.method]: operationOf(route) }
  }
  return createDocument(
    {
      openapi: '3.1.1',
      info: {
        title: 'Earmark',
        version: about.version,
        description: DESCRIPTION,
        license: { name: 'MIT', identifier: 'MIT' },
      },
      servers: [{ url: about.url }],
      security: [{ key: [] }],
      tags: Object.entries(TAG_WORDS).map(([name, description]) => ({ name, description })),
      paths,
      components: {
        securitySchemes: {
          key: { type: 'http', scheme: 'bearer', description: 'An API key, made under Settings → API keys.' },
        },
      },
    },
    { override },
  )
}

/** Leaves out what says nothing to a reader, and what would forbid the fields that may be added to answers. */
const override: NonNullable<CreateDocumentOptions['override']> = ({ jsonSchema }) => {
  // A format says it in a word; the pattern would be a line long.
  if (jsonSchema.format !== undefined) delete jsonSchema.pattern
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum
  if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties
  delete jsonSchema.propertyNames
}

function operationOf(route: RouteDef): ZodOpenApiOperationObject {
  const { operationId, summary, scope, params, query, body, responses, path } = route
  const writes = takesKey(route)
  const headers = { ...LIMIT_HEADERS, ...(writes ? REPLAY_HEADERS : {}) }
  return {
    operationId,
    summary,
    description: `Scope: \`${scope}\``,
    tags: [path.split('/')[2]!],
    security: [{ key: [scope!] }],
    requestParams: {
      ...(params ? { path: z.object(described(params.shape)) } : {}),
      ...(query ? { query } : {}),
      ...(writes ? { header: z.object({ 'Idempotency-Key': IdempotencyKey }) } : {}),
    },
    ...(body ? { requestBody: { required: true, content: { 'application/json': { schema: body } } } } : {}),
    responses: {
      ...Object.fromEntries(
        Object.entries(responses).map(([status, response]) => [
          status,
          PROBLEMS.get(response) ?? responseOf(response, headers),
        ]),
      ),
      default: OTHER_PROBLEM,
    },
  }
}

const described = (ids: Readonly<Record<string, z.core.$ZodType>>) =>
  Object.fromEntries(
    Object.entries(ids).map(([name, id]) => [name, (id as z.ZodType).describe('Its id, as other answers tell it.')]),
  )

function responseOf(
  { description, schema, contentType = 'application/json' }: ResponseDef,
  headers: Record<string, z.ZodType> = {},
): ZodOpenApiResponseObject {
  const body = schema ?? (contentType === 'application/json' ? null : z.string())
  return {
    description,
    ...(Object.keys(headers).length > 0 ? { headers: z.object(headers) } : {}),
    ...(body ? { content: { [contentType]: { schema: body } } } : {}),
  }
}
