// Copies text to the clipboard, also where browsers offer none to pages: at an address without HTTPS.

/** Answers whether it worked. */
export async function copyText(text: string): Promise<boolean> {
  try {
    // Undefined without HTTPS, whatever its type says.
    await (navigator.clipboard as Clipboard | undefined)!.writeText(text)
    return true
  } catch {
    return copySelected(text)
  }
}

/** As a person would: the text is put into the page, marked, copied, and taken out again. */
function copySelected(text: string): boolean {
  const focused = document.activeElement
  const field = document.createElement('textarea')
  field.value = text
  field.readOnly = true
  field.setAttribute('aria-hidden', 'true')
  field.style.cssText = 'position: fixed; inset: 0 auto auto 0; opacity: 0'
  document.body.append(field)
  field.select()
  try {
    return document.execCommand('copy')
  } catch {
    return false
  } finally {
    field.remove()
    if (focused instanceof HTMLElement) focused.focus({ preventScroll: true })
  }
}
