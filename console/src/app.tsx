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
import { FailurePage, OrganizationFailure, ScreenFailure } from './access/FailurePage.tsx'
import { leaveIfSignedIn, requireOrganization, requireSession } from './access/guards.ts'
import { Shell } from './access/Shell.tsx'
import { ContactsPage } from './contacts/ContactsPage.tsx'
import { readAiAgentSearch } from './ai-agents/search.ts'
import { readAuditSearch } from './audit/search.ts'
import { readDeliverySearch } from './channels/delivery-search.ts'
import { readConflictSearch } from './conflicts/search.ts'
import { readContactSearch } from './contacts/search.ts'
import { readOversightSearch } from './conversations/oversight-search.ts'
import { readInboxSearch } from './conversations/search.ts'
import { ownAddress, parseSearch, returnAddress, stringifySearch } from './lib/search-params.ts'
import { readTagSearch } from './tags/search.ts'
import { readTestPhoneSearch } from './test-phone/search.ts'
import { readCallSearch } from './ai/search.ts'
import { readDispatchSearch } from './webhooks/search.ts'

const rootRoute = createRootRouteWithContext<{ queryClient: QueryClient }>()({
  component: Outlet,
  errorComponent: FailurePage,
})

const homeRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/',
  beforeLoad: async ({ context, location }) => {
    const [first] = (await requireSession(context.queryClient, location.href)).organizations
    if (first) throw redirect({ to: '/o/$organization', params: { organization: first.slug }, replace: true })
  },
  component: lazyRouteComponent(() => import('./access/NotFoundPage.tsx'), 'NoOrganizationPage'),
  errorComponent: FailurePage,
})

const signInRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/sign-in',
  validateSearch: (search): { return_to?: string } => {
    const address = ownAddress(search['return_to'])
    return address === null ? {} : { return_to: address }
  },
  beforeLoad: ({ context, search, location }) =>
    leaveIfSignedIn(context.queryClient, returnAddress(search.return_to, location.hash)),
  component: lazyRouteComponent(() => import('./access/SignInPage.tsx'), 'SignInPage'),
})

const setUpRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/setup',
  validateSearch: (search): { token?: string } =>
    typeof search['token'] === 'string' ? { token: search['token'] } : {},
  component: lazyRouteComponent(() => import('./access/SetUpPage.tsx'), 'SetUpPage'),
})

const invitationRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/invitation',
  component: lazyRouteComponent(() => import('./people/InvitationPage.tsx'), 'InvitationPage'),
})

const resetPasswordRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/reset-password',
  component: lazyRouteComponent(() => import('./access/ResetPasswordPage.tsx'), 'ResetPasswordPage'),
})

/** For links that name no organization. */
const accountHomeRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/account',
  beforeLoad: async ({ context, location }) => {
    const [first] = (await requireSession(context.queryClient, location.href)).organizations
    throw first
      ? redirect({ to: '/o/$organization/account', params: { organization: first.slug }, replace: true })
      : redirect({ to: '/', replace: true })
  },
})

const organizationRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: '/o/$organization',
  beforeLoad: ({ context, location, params }) =>
    requireOrganization(context.queryClient, location.href, params.organization),
  component: Shell,
  errorComponent: OrganizationFailure,
})

const organizationHomeRoute = createRoute({
  getParentRoute: () => organizationRoute,
  path: '/',
  // Where each does most of their work.
  beforeLoad: ({ params, context }) => {
    const home = context.organization.role === 'agent' ? 'inbox' : 'contacts'
    throw redirect({ to: `/o/$organization/${home}`, params, replace: true })
  },
})

const contactsRoute = createRoute({
  getParentRoute: () => organizationRoute,
  path: '/contacts',
  validateSearch: readContactSearch,
  component: ContactsPage,
})

const importRoute = createRoute({
  getParentRoute: () => organizationRoute,
  path: '/contacts/import',
  validateSearch: (search): { import?: string } =>
    typeof search['import'] === 'string' ? { import: search['import'] } : {},
  component: lazyRouteComponent(() => import('./imports/ImportPage.tsx'), 'ImportPage'),
})

const inboxRoute = createRoute({
  getParentRoute: () => organizationRoute,
  path: '/inbox',
  validateSearch: readInboxSearch,
  component: lazyRouteComponent(() => import('./conversations/InboxPage.tsx'), 'InboxPage'),
})

const conversationsRoute = createRoute({
  getParentRoute: () => organizationRoute,
  path: '/conversations',
  validateSearch: readOversightSearch,
  component: lazyRouteComponent(() => import('./conversations/ConversationsPage.tsx'), 'ConversationsPage'),
})

const tagsRoute = createRoute({
  getParentRoute: () => organizationRoute,
  path: '/tags',
  validateSearch: readTagSearch,
  component: lazyRouteComponent(() => import('./tags/TagsPage.tsx'), 'TagsPage'),
})

const conflictsRoute = createRoute({
  getParentRoute: () => organizationRoute,
  path: '/conflicts',
  validateSearch: readConflictSearch,
  component: lazyRouteComponent(() => import('./conflicts/ConflictsPage.tsx'), 'ConflictsPage'),
})

const suggestionsRoute = createRoute({
  getParentRoute: () => organizationRoute,
  path: '/suggestions',
  component: lazyRouteComponent(() => import('./suggestions/SuggestionsPage.tsx'), 'SuggestionsPage'),
})

const aiRoute = createRoute({
  getParentRoute: () => organizationRoute,
  path: '/settings/ai',
  component: lazyRouteComponent(() => import('./suggestions/AiPage.tsx'), 'AiPage'),
})

const operationsRoute = createRoute({
  getParentRoute: () => organizationRoute,
  path: '/operations',
  component: lazyRouteComponent(() => import('./operations/OperationsPage.tsx'), 'OperationsPage'),
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

const privacyRoute = createRoute({
  getParentRoute: () => organizationRoute,
  path: '/settings/privacy',
  component: lazyRouteComponent(() => import('./privacy/PrivacyPage.tsx'), 'PrivacyPage'),
})

const testPhoneRoute = createRoute({
  getParentRoute: () => organizationRoute,
  path: '/settings/test-phone',
  validateSearch: readTestPhoneSearch,
  component: lazyRouteComponent(() => import('./test-phone/TestPhonePage.tsx'), 'TestPhonePage'),
})

const auditRoute = createRoute({
  getParentRoute: () => organizationRoute,
  path: '/settings/audit-log',
  validateSearch: readAuditSearch,
  component: lazyRouteComponent(() => import('./audit/AuditPage.tsx'), 'AuditPage'),
})

const peopleRoute = createRoute({
  getParentRoute: () => organizationRoute,
  path: '/settings/people',
  component: lazyRouteComponent(() => import('./people/PeoplePage.tsx'), 'PeoplePage'),
})

const apiKeysRoute = createRoute({
  getParentRoute: () => organizationRoute,
  path: '/settings/api-keys',
  component: lazyRouteComponent(() => import('./api-keys/ApiKeysPage.tsx'), 'ApiKeysPage'),
})

const modelCallsRoute = createRoute({
  getParentRoute: () => organizationRoute,
  path: '/settings/ai/calls',
  validateSearch: readCallSearch,
  component: lazyRouteComponent(() => import('./ai/ModelCallsPage.tsx'), 'ModelCallsPage'),
})

const aiAgentsRoute = createRoute({
  getParentRoute: () => organizationRoute,
  path: '/settings/ai-agents',
  component: lazyRouteComponent(() => import('./ai-agents/AiAgentsPage.tsx'), 'AiAgentsPage'),
})

const aiAgentRoute = createRoute({
  getParentRoute: () => organizationRoute,
  path: '/settings/ai-agents/$agent',
  validateSearch: readAiAgentSearch,
  component: lazyRouteComponent(() => import('./ai-agents/AiAgentPage.tsx'), 'AiAgentPage'),
})

const webhooksRoute = createRoute({
  getParentRoute: () => organizationRoute,
  path: '/settings/webhooks',
  component: lazyRouteComponent(() => import('./webhooks/WebhooksPage.tsx'), 'WebhooksPage'),
})

const webhookRoute = createRoute({
  getParentRoute: () => organizationRoute,
  path: '/settings/webhooks/$webhook',
  validateSearch: readDispatchSearch,
  component: lazyRouteComponent(() => import('./webhooks/WebhookPage.tsx'), 'WebhookPage'),
})

const savedRepliesRoute = createRoute({
  getParentRoute: () => organizationRoute,
  path: '/settings/saved-replies',
  component: lazyRouteComponent(() => import('./replies/SavedRepliesPage.tsx'), 'SavedRepliesPage'),
})

const organizationSettingsRoute = createRoute({
  getParentRoute: () => organizationRoute,
  path: '/settings/organization',
  component: lazyRouteComponent(() => import('./people/OrganizationPage.tsx'), 'OrganizationPage'),
})

const accountRoute = createRoute({
  getParentRoute: () => organizationRoute,
  path: '/account',
  component: lazyRouteComponent(() => import('./account/AccountPage.tsx'), 'AccountPage'),
})

const routeTree = rootRoute.addChildren([
  homeRoute,
  signInRoute,
  setUpRoute,
  invitationRoute,
  resetPasswordRoute,
  accountHomeRoute,
  organizationRoute.addChildren([
    organizationHomeRoute,
    inboxRoute,
    conversationsRoute,
    contactsRoute,
    importRoute,
    tagsRoute,
    conflictsRoute,
    operationsRoute,
    suggestionsRoute,
    aiRoute,
    modelCallsRoute,
    whatsAppRoute,
    deliveriesRoute,
    testPhoneRoute,
    auditRoute,
    privacyRoute,
    savedRepliesRoute,
    apiKeysRoute,
    aiAgentsRoute,
    aiAgentRoute,
    webhooksRoute,
    webhookRoute,
    peopleRoute,
    organizationSettingsRoute,
    accountRoute,
  ]),
])

export const createAppRouter = (queryClient: QueryClient) =>
  createRouter({
    routeTree,
    context: { queryClient },
    parseSearch,
    stringifySearch,
    defaultPreload: 'intent',
    defaultNotFoundComponent: lazyRouteComponent(() => import('./access/NotFoundPage.tsx'), 'NotFoundPage'),
    defaultErrorComponent: ScreenFailure,
    notFoundMode: 'root',
  })

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createAppRouter>
  }
}
