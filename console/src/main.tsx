// Starts the console: theme, cache, router.
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
import { sessionQuery } from './access/queries.ts'
import { createAppRouter } from './app.tsx'
import { createQueryClient } from './lib/query-client.ts'
import { holdsTypedText } from './lib/typed-text.ts'
import { getLocale, getTextDirection } from './paraglide/runtime.js'
import { cssVariables, theme } from './theme.ts'

const queryClient = createQueryClient(() => {
  // Whoever is typing learns of it when saving, and keeps what was typed.
  if (holdsTypedText()) return
  queryClient.removeQueries(sessionQuery)
  if (router.state.location.pathname === '/sign-in') return
  void router.navigate({ to: '/sign-in', search: { return_to: router.state.location.href } })
})
const router = createAppRouter(queryClient)

document.documentElement.lang = getLocale()
document.documentElement.dir = getTextDirection()

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
