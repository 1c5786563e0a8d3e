// Starts the console: theme, cache, router.
// First, because the language stands before any word is asked for.
import { locale } from './lib/language.ts'
import '@mantine/core/styles.layer.css'
import '@mantine/notifications/styles.layer.css'
import './ui/base.css'
import './ui/tag-colors.css'
import { MantineProvider } from '@mantine/core'
import { Notifications } from '@mantine/notifications'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { readSessionAgain } from './access/membership.ts'
import { leaveSignedOut } from './access/signed-out.ts'
import { createAppRouter } from './app.tsx'
import { createQueryClient } from './lib/query-client.ts'
import { getTextDirection } from './paraglide/runtime.js'
import { cssVariables, theme } from './theme.ts'
import { keepFocus } from './ui/keeps-focus.ts'

const queryClient = createQueryClient({
  onSignedOut: () => leaveSignedOut(queryClient, router),
  onNotAllowed: () => void readSessionAgain(queryClient, router),
})
const router = createAppRouter(queryClient)

document.documentElement.lang = locale
document.documentElement.dir = getTextDirection()
keepFocus()

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto">
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
        <Notifications position="bottom-center" limit={4} />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
)
