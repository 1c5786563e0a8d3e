// The OpenAPI document: made from the routes themselves, those that take an API key.
import { z } from 'zod'
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject } from 'zod-openapi'
import type { ResponseDef, RouteDef } from '../lib/route.ts'
import { DESCRIPTION, TAG_WORDS } from './words.ts'

const WRITING = new Set(['post', 'put', 'patch', 'delete'])

const IdempotencyKey = z.string().min(1).max(200).optional().meta({
  description:
    'The same call repeated under the same key does its work once, and answers what was answered first, with Idempotency-Replayed. Kept for 24 hours.',
  example: '3f1c5f0a-8d44-4a3c-9a62-6f3f0f1f3a55',
})

const LimitHeaders = z.object({
  'RateLimit-Policy': z.string().meta({ description: 'Calls (q) within seconds (w).', example: '"key";q=600;w=60' }),
  RateLimit: z
    .string()
    .meta({ description: 'Calls left (r), and seconds until there are more (t).', example: '"key";r=599;t=42' }),
})

/** The document of these routes, without those that are for people alone. */
export function openApiDocument(routes: readonly RouteDef[], about: { version: string; url: string }): object {
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
    {
      // A format says it in a word; the pattern would be a line long.
      override: ({ jsonSchema }) => {
        if (jsonSchema.format !== undefined) delete jsonSchema.pattern
      },
    },
  )
}

function operationOf(route: RouteDef): ZodOpenApiOperationObject {
  const { operationId, summary, scope, params, query, body, responses, method, path } = route
  return {
    operationId,
    summary,
    description: `Scope: \`${scope}\``,
    tags: [path.split('/')[2]!],
    security: [{ key: [scope!] }],
    requestParams: {
      ...(params ? { path: params } : {}),
      ...(query ? { query } : {}),
      ...(WRITING.has(method) ? { header: z.object({ 'Idempotency-Key': IdempotencyKey }) } : {}),
    },
    ...(body ? { requestBody: { required: true, content: { 'application/json': { schema: body } } } } : {}),
    responses: Object.fromEntries(
      Object.entries(responses).map(([status, response]) => [status, responseOf(response)]),
    ),
  }
}

const responseOf = ({ description, schema, contentType = 'application/json' }: ResponseDef) => ({
  description,
  headers: LimitHeaders,
  ...(schema || contentType !== 'application/json'
    ? { content: { [contentType]: { schema: schema ?? z.string() } } }
    : {}),
})
