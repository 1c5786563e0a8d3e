// Export data (JSON): everything about one contact, saved as a file once all of it is there.
import type { exportContact } from '../../../server/privacy/schema.ts'
import { fetchRoute, isProblem } from '../lib/api.ts'
import { fileNameOf, saveFile } from '../lib/files.ts'
import { m } from '../paraglide/messages.js'
import { tell, tellFailure } from '../ui/toasts.ts'

export async function exportEverything(organization: string, id: string): Promise<void> {
  try {
    const response = await fetchRoute<typeof exportContact>('get', '/v1/contacts/{id}/export', {
      organization,
      params: { id },
    })
    saveFile(fileNameOf(response) ?? `contact-${id}.json`, await response.blob())
    tell(m.contact_exported())
  } catch (error) {
    if (isProblem(error)) tellFailure(m.contact_export_failed(), error)
    else tellFailure(m.export_broken())
  }
}
