import { campaignOf } from '#test/support/campaign-test.ts'

/** Every large request, and not one of each sort. A try is one asking of it. */
export default campaignOf('test/e2e/event-loop.test.ts', 5)
