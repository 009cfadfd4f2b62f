/**
 * The frontend team's two named suites. Each ends with its line when, and only when, its tests ran and passed: those of the
 * dashboard in a browser, and, where a suite names them, tests of the core and files of tests/packaging.
 * @type {Record<string, Record<string, { spec: string, line: string, core?: string[], packaging?: string[] }>>}
 */
export const namedSuites = {
  realtime: {
    dashboard: {
      spec: 'integration/dashboard/dashboard-realtime.spec.ts',
      line: 'All dashboard real-time subscription tests passing',
    },
  },
  integration: {
    'dashboard-resilience': {
      spec: 'integration/dashboard/dashboard-resilience.spec.ts',
      line: 'All dashboard integration resilience tests passing',
      core: ['resilience', 'health'],
      packaging: [
        'resilience',
        'policies',
        'breaker-tabs',
        'storm',
        'integrations',
        'shared-requests',
        'health',
      ],
    },
  },
};
