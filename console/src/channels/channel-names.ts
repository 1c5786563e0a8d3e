// The WhatsApp numbers by name, for everybody who sees contacts.
import { queryOptions } from '@tanstack/react-query'
import type { listChannels } from '../../../server/channels/schema.ts'
import { call } from '../lib/api.ts'

export const channelsQuery = (organization: string) =>
  queryOptions({
    queryKey: ['channels', organization],
    queryFn: ({ signal }) => call<typeof listChannels>('get', '/v1/channels', { organization, signal }),
    select: ({ channels }) => channels,
  })
