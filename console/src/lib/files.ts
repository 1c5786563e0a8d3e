// Files that are handed to whoever is at the browser.

export function saveFile(name: string, content: Blob): void {
  const address = URL.createObjectURL(content)
  const link = document.createElement('a')
  link.href = address
  link.download = name
  link.click()
  // Some browsers read the blob a moment after the click.
  window.setTimeout(() => URL.revokeObjectURL(address), 60_000)
}

/** What the server calls the file that it answers; null when it does not say. */
export const fileNameOf = (response: Response): string | null =>
  /filename="?([^";]+)"?/i.exec(response.headers.get('content-disposition') ?? '')?.[1] ?? null
