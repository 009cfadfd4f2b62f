import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { requireNode } from '../../scripts/lib/setup/node.mjs';
import { isAtLeast } from '../../scripts/lib/versions.mjs';
import { Workplace } from './workplace.mjs';

const rust = ['cargo', 'rustc', 'rustup'];
const compiler = ['cc', 'ld', 'gcc'];
const node = ['node', 'npm', 'sh', 'env'];

/** @type {Workplace[]} */
const workplaces = [];
after(() => {
  for (const workplace of workplaces) workplace.remove();
});

/** @param {string[]} programs */
function workplaceWith(programs) {
  const workplace = new Workplace({ programs });
  workplaces.push(workplace);
  return workplace;
}

/** Everything the build needs, and no browser. @param {string[]} [programs] */
function browserless(programs = []) {
  const workplace = workplaceWith([...node, ...rust, ...programs]);
  workplace.linkNodeModules();
  workplace.linkTools();
  return workplace;
}

test('a Node.js that is too old is named, with the version that is needed', () => {
  assert.throws(
    () => requireNode('18.20.4'),
    /This is Node\.js 18\.20\.4, and 20\.9\.0 or later is needed: install/,
  );
  requireNode('20.9.0');
  requireNode('22.0.0');
});

test('versions compare by number, not by letter', () => {
  assert.equal(isAtLeast('1.100.0', '1.90.0'), true);
  assert.equal(isAtLeast('1.89.9', '1.90.0'), false);
});

test('no cargo: the sentence says where Rust comes from', async () => {
  const { code, lastLine } = await workplaceWith(node).run('setup.mjs', { args: ['--build'] });
  assert.equal(code, 1);
  assert.match(lastLine, /^cargo is not on PATH: install Rust 1\.90\.0 or later from https:\/\/rustup\.rs/);
});

test('no network for npm: the sentence says what to check', async () => {
  const workplace = workplaceWith([...node, ...rust]);
  workplace.linkTools();
  const { code, stderr } = await workplace.run('demo.mjs');
  assert.equal(code, 1);
  assert.match(stderr, /^npm could not install the packages of package-lock\.json: check the network/m);
});

test('no network for cargo: the sentence names the tool, its version and the way round', async () => {
  const workplace = workplaceWith([...node, ...rust, ...compiler]);
  workplace.linkNodeModules();
  const { code, lastLine } = await workplace.run('demo.mjs');
  assert.equal(code, 1);
  assert.match(
    lastLine,
    /^cargo could not fetch wasm-bindgen-cli 0\.2\.129 from crates\.io: check the network or proxy .* or put wasm-bindgen 0\.2\.129 on PATH\.$/,
  );
});

test('no browsers and no apt-get: the sentence names what to install and the variables that may name it', async () => {
  const { code, lastLine } = await browserless().run('setup.mjs');
  assert.equal(code, 1);
  assert.match(
    lastLine,
    /^The tests need what Debian calls chromium, chromium-driver, firefox-esr, webkit2gtk-driver, xvfb.* CHROMIUM, CHROMEDRIVER, FIREFOX, SAFARIDRIVER, XVFB/,
  );
});

test('apt-get without a network, or without the right to use it: the sentence names the packages', async () => {
  const workplace = browserless(['apt-get']);
  const { code, lastLine } = await workplace.run('setup.mjs', { env: { APT_CONFIG: workplace.emptyApt() } });
  assert.equal(code, 1);
  assert.match(
    lastLine,
    process.getuid?.() === 0
      ? /^apt-get could not install chromium, chromium-driver, firefox-esr, webkit2gtk-driver, xvfb.*: check the network/
      : /^The tests need chromium, .*, and there is no sudo to install them with: as root, run `apt-get install chromium/,
  );
});

test('a browser that is named but not there: the sentence names variable and path', async () => {
  const { code, lastLine } = await browserless().run('setup.mjs', { env: { CHROMIUM: '/nowhere/chromium' } });
  assert.equal(code, 1);
  assert.match(lastLine, /^CHROMIUM is set to \/nowhere\/chromium, where there is no program: correct it/);
});
