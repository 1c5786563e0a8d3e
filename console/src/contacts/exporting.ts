// Export of the contacts that match now, in the list's order.
import type { exportContacts } from '../../../server/contacts/schema.ts'
import { fetchRoute } from '../lib/api.ts'
import { formatCount } from '../lib/numbers.ts'
import { m } from '../paraglide/messages.js'
import { exportCsv } from '../ui/exporting.tsx'
import type { ContactOrder, ContactQuery } from './search.ts'

export const exportMatching = (organization: string, query: ContactQuery & ContactOrder): Promise<void> =>
  exportCsv({
    fetchFile: (signal) =>
      fetchRoute<typeof exportContacts>('get', '/v1/contacts/export', { organization, query, signal }),
    name: 'contacts',
    noneWords: m.contacts_no_match,
    doneWords: (count) => m.export_done({ count, shown: formatCount(count) }),
  })
