// Which files can be sent, as which kind of message, and how large: what the console checks before it sends one.
/** What WhatsApp takes, and as which kind of message it goes. https://developers.facebook.com/docs/whatsapp/cloud-api/reference/media */
export const SENT_AS: Readonly<Record<string, 'image' | 'video' | 'audio' | 'document'>> = {
  'image/jpeg': 'image',
  'image/png': 'image',
  'video/mp4': 'video',
  'video/3gpp': 'video',
  'audio/aac': 'audio',
  'audio/amr': 'audio',
  'audio/mp4': 'audio',
  'audio/mpeg': 'audio',
  'audio/ogg': 'audio',
  'application/pdf': 'document',
  'application/msword': 'document',
  'application/vnd.ms-excel': 'document',
  'application/vnd.ms-powerpoint': 'document',
  'application/vnd.openxmlformats-officedocument.presentationml.presentation': 'document',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': 'document',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': 'document',
  'text/plain': 'document',
}
const MB = 1_000_000
/** Of images WhatsApp takes no more. Documents could be larger there; here they pass through memory. */
export const MOST_SENT_BYTES = { image: 5 * MB, video: 16 * MB, audio: 16 * MB, document: 16 * MB } as const
