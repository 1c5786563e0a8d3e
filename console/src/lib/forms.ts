// What every form does with a failure: at the field when the server names one that the form has, otherwise above the form.
import { useState } from 'react'
import { ApiProblem } from './api.ts'

interface FormLike {
  errors: Record<string, unknown>
  setFieldError: (field: string, error: string) => void
}

/** The failure to show above the form, and a handler that sorts failures. */
export function useFormFailure(form: FormLike, fields: readonly string[]) {
  const [failure, setFailure] = useState<unknown>(null)
  return {
    failure,
    clear: () => setFailure(null),
    sort: (error: unknown) => {
      if (error instanceof ApiProblem && error.field !== undefined && fields.includes(error.field)) {
        setFailure(null)
        form.setFieldError(error.field, error.detail)
        document.querySelector<HTMLElement>(`[data-path="${CSS.escape(error.field)}"]`)?.focus()
      } else setFailure(error)
    },
  }
}
