// When a dialog goes, the focus goes back to where it was when the dialog came.
import { useLayoutEffect } from 'react'

/** For the component that mounts with the dialog; the dialog itself is told `returnFocus={false}`. */
export function useReturnsFocus(): void {
  useLayoutEffect(() => {
    const opener = document.activeElement
    return () => {
      if (opener instanceof HTMLElement && opener.isConnected)
        window.setTimeout(() => opener.focus({ preventScroll: true }))
    }
  }, [])
}
