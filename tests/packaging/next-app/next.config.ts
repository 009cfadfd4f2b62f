import type { NextConfig } from 'next';

// Nothing: the package asks for no setting of its own, and this app proves it.
const config: NextConfig = {};

export default config;
