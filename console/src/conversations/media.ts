// Where the file of a message is read, and what a browser does with it.

/** A browser that loads it by itself sets no header, so the address names the organization. */
export const mediaAddress = (organization: string, id: string): string =>
  `/v1/media/${id}?organization=${encodeURIComponent(organization)}`

/** In place as the server lets it, else as a row to download. */
export function placeOfMedia(mimeType: string | null): 'image' | 'audio' | 'video' | 'row' {
  const type = mimeType?.split(';')[0]?.trim().toLowerCase() ?? ''
  if (/^image\/(?:jpeg|png|webp|gif)$/.test(type)) return 'image'
  if (/^audio\/(?:aac|amr|mp4|mpeg|ogg|webm)$/.test(type)) return 'audio'
  return /^video\/(?:3gpp|mp4|webm)$/.test(type) ? 'video' : 'row'
}
