// The sitemap: every address of the console, what it may carry after the question mark, and the screen it opens.
import type { QueryClient } from '@tanstack/react-query'
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router'
import { leaveIfSignedIn, requireOrganization, requireSession } from './access/guards.ts'
import { FailurePage, NoOrganizationPage, NotFoundPage, ScreenFailure } from './access/NotFoundPage.tsx'
import { Shell } from './access/Shell.tsx'
import { ContactsPage } from './contacts/ContactsPage.tsx'
import { readDeliverySearch } from './channels/deliveries.ts'
import { readConflictSearch } from './conflicts/search.ts'
import { readContactSearch } from './contacts/search.ts'
import { ownAddress, parseSearch, stringifySearch } from './lib/search-params.ts'
import { TagsPage } from './tags/TagsPage.tsx'
import { readTestPhoneSearch } from './test-phone/search.ts'

const rootRoute = createRootRouteWithContext<{ queryClient: QueryClient }>()({
  component: Outlet,
  errorComponent: FailurePage,
})

const homeRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/',
  beforeLoad: async ({ context, location }) => {
    const [first] = (await requireSession(context.queryClient, location.href)).organizations
    if (first) throw redirect({ to: '/o/$organization/contacts', params: { organization: first.slug }, replace: true })
  },
  component: NoOrganizationPage,
  errorComponent: FailurePage,
})

const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/sign-in',
  validateSearch: (search): { return_to?: string } => {
    const address = ownAddress(search['return_to'])
    return address === null ? {} : { return_to: address }
  },
  beforeLoad: ({ context, search }) => leaveIfSignedIn(context.queryClient, search.return_to ?? '/'),
  component: lazyRouteComponent(() => import('./access/SignInPage.tsx'), 'SignInPage'),
})

const setUpRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/setup',
  validateSearch: (search): { token?: string } =>
    typeof search['token'] === 'string' ? { token: search['token'] } : {},
  component: lazyRouteComponent(() => import('./access/SetUpPage.tsx'), 'SetUpPage'),
})

const organizationRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/o/$organization',
  beforeLoad: ({ context, location, params }) =>
    requireOrganization(context.queryClient, location.href, params.organization),
  component: Shell,
  errorComponent: FailurePage,
})

const organizationHomeRoute = createRoute({
  getParentRoute: () => organizationRoute,
  path: '/',
  beforeLoad: ({ params }) => {
    throw redirect({ to: '/o/$organization/contacts', params, replace: true })
  },
})

const contactsRoute = createRoute({
  getParentRoute: () => organizationRoute,
  path: '/contacts',
  validateSearch: readContactSearch,
  component: ContactsPage,
})

const tagsRoute = createRoute({ getParentRoute: () => organizationRoute, path: '/tags', component: TagsPage })

const conflictsRoute = createRoute({
  getParentRoute: () => organizationRoute,
  path: '/conflicts',
  validateSearch: readConflictSearch,
  component: lazyRouteComponent(() => import('./conflicts/ConflictsPage.tsx'), 'ConflictsPage'),
})

const whatsAppRoute = createRoute({
  getParentRoute: () => organizationRoute,
  path: '/settings/whatsapp',
  component: lazyRouteComponent(() => import('./channels/WhatsAppPage.tsx'), 'WhatsAppPage'),
})

const deliveriesRoute = createRoute({
  getParentRoute: () => organizationRoute,
  path: '/settings/whatsapp/$account/deliveries',
  validateSearch: readDeliverySearch,
  component: lazyRouteComponent(() => import('./channels/DeliveriesPage.tsx'), 'DeliveriesPage'),
})

const testPhoneRoute = createRoute({
  getParentRoute: () => organizationRoute,
  path: '/settings/test-phone',
  validateSearch: readTestPhoneSearch,
  component: lazyRouteComponent(() => import('./test-phone/TestPhonePage.tsx'), 'TestPhonePage'),
})

const routeTree = rootRoute.addChildren([
  homeRoute,
  signInRoute,
  setUpRoute,
  organizationRoute.addChildren([
    organizationHomeRoute,
    contactsRoute,
    tagsRoute,
    conflictsRoute,
    whatsAppRoute,
    deliveriesRoute,
    testPhoneRoute,
  ]),
])

export const createAppRouter = (queryClient: QueryClient) =>
  createRouter({
    routeTree,
    context: { queryClient },
    parseSearch,
    stringifySearch,
    defaultPreload: 'intent',
    defaultNotFoundComponent: NotFoundPage,
    defaultErrorComponent: ScreenFailure,
    notFoundMode: 'root',
  })

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createAppRouter>
  }
}
