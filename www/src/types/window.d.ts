export {};

declare global {
  interface Window {
    /** Set once a realtime update has been shown; end-to-end tests wait for it. */
    realtimeUpdateReceived?: boolean;
  }
}
