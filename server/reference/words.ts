// What the reference says beside the routes: how to begin, and what holds for all of them.

export const TAG_WORDS: Record<string, string> = {
  contacts: 'Who has written, their tags, and the history of these.',
  tags: 'The catalog: nothing else can be put on a contact.',
  operations: 'Changes of many contacts, done in the background.',
  ai: 'What AIs may do with each tag.',
  conversations: 'Conversations and what was said in them.',
  events: 'What happened, to read on from where one was.',
  webhooks: 'Addresses of other systems that are told of events as they happen, and what became of each event.',
  channels: 'The WhatsApp numbers of the organization.',
  media: 'Files of messages.',
}

export const DESCRIPTION = `
Read contacts and write tags from other systems. Earmark’s folder \`docs/api\` leads from nothing to tags in sync, in curl, JavaScript and Python; clients of other languages are made from [/openapi.json](/openapi.json).

## Beginning
An administrator makes a key under **Settings → API keys** and copies it: it is shown once. Send it with every call:

\`\`\`sh
curl "$EARMARK_URL/v1/tags" -H "Authorization: Bearer $EARMARK_KEY"
\`\`\`

A key belongs to one organization, and every call is about that one. It may do what its scopes say; each operation below names the scope that it takes. The kind of the key decides the source of the tags that it puts on: **API** for a third-party system, **AI tool** for an AI agent. An AI agent does not put back what a person took off.

## Pages
A list answers a page and \`next_cursor\`. Pass it as \`cursor\` for the next page, with the same filters; it is null after the last one. Nothing is skipped or told twice while contacts come and go. A parameter that a call does not have is refused with 422 and named: a misspelt filter, passed over, would find everything.

## Writing twice
Give each write an \`Idempotency-Key\` of its own, such as a UUID, and repeat the call under it until you have an answer. The work is done once, and a repeat answers what was answered first, with \`Idempotency-Replayed: true\`, refusals included. Another call under the same key is refused with 422. While the first is under way a repeat is answered 409 with \`Retry-After\`. That answer, 429, 500 and above are not kept, nor is what is refused before anybody asks what the call wants: 401, 403 of a key without the scope or from an address that it may not be used from, an address that there is not (404 \`route_missing\`), 413, 414 and 415. Keys are kept for 24 hours.

## Limits
Each key may make a number of calls a minute, over all servers; administrators set it. Each call that a key is taken for counts, refused ones too, and its answer says in \`RateLimit\` how many are left and in how many seconds there are more. Beyond it a call is answered 429, with \`Retry-After\`. What is refused before counts nothing and says nothing of it: 401, 403 \`address_not_allowed\`, 404 \`route_missing\`, 413, 414 and 415. The body of a call has at most 1 MiB.

## Errors
Whatever goes wrong is answered as \`application/problem+json\` (RFC 9457). \`code\` and \`reason\` are stable, and programs decide by them; \`detail\` is a sentence for people that says what to do; \`field\` names the input at fault. An object of another organization is answered as one that does not exist: 404. So is a contact that was merged into another (\`merged\`), and a conversation that went into another by that (\`conversation_merged\`); \`data.merged_into\` says into which.

## Changes
Fields may be added to answers at any time, and optional ones to calls. Nothing else changes under \`/v1\` without notice: what is going to end says so for at least twelve months by the headers \`Deprecation\` (RFC 9745) and \`Sunset\` (RFC 8594), and in the changelog.

## AI agents
Agents that speak the Model Context Protocol come by \`/mcp\`, with a key of the kind AI agent. They find the tools that the key's scopes allow by themselves.

## Browsers
No other site may call from a browser: there are no CORS headers. A key does not belong into a web page.
`.trim()
