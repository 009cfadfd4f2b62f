import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Problem } from '../problem.mjs';

/**
 * Rust's standard library, and those of its own dependencies that it has for this target, from the notices that come
 * with the compiler.
 * @param {string} sysroot
 * @param {string} target
 * @returns {import('./notices.mjs').Component[]}
 */
export function readStandardLibrary(sysroot, target) {
  const documents = join(sysroot, 'share', 'doc', 'rust');
  const page = join(documents, 'COPYRIGHT-library.html');
  if (!existsSync(page)) {
    throw new Problem(
      "Rust's own notices (COPYRIGHT-library.html) are not installed: install the toolchain with rustup, then run the command again.",
    );
  }
  const [ownPart = '', ...entries] = readFileSync(page, 'utf8').split('<h3>📦 ');
  const present = rlibs(join(sysroot, 'lib', 'rustlib', target, 'lib'));
  const licences = ['Apache-2.0', 'MIT', 'Unicode-3.0'].map((name) =>
    readFileSync(join(documents, 'licenses', `${name}.txt`), 'utf8'),
  );
  return [
    {
      name: "Rust's standard library",
      licence: 'MIT OR Apache-2.0, its Unicode tables Unicode-3.0',
      home: 'https://github.com/rust-lang/rust',
      texts: [copyrights(ownPart), ...licences],
    },
    ...entries.map(readEntry).filter(({ crate }) => present.has(crate)),
  ];
}

/** The crates that there are to link, by the names of their files. @param {string} folder */
function rlibs(folder) {
  return new Set(
    readdirSync(folder)
      .map((file) => /^lib(.+)-[0-9a-f]+\.rlib$/.exec(file)?.[1])
      .filter((name) => name !== undefined),
  );
}

/** @param {string} html */
function readEntry(html) {
  const name = /^([^<]+)<\/h3>/.exec(html)?.[1] ?? '';
  const [, crate = '', version = ''] = /^(.+?)-(\d.*)$/.exec(name) ?? [];
  const texts = [...html.matchAll(/<pre>\n?(.*?)<\/pre>/gs)].map(([, text = '']) => decode(text));
  return {
    crate: crate.replaceAll('-', '_'),
    name: `${crate} ${version}, a part of Rust's standard library`,
    licence: decode(/<b>License:<\/b>\s*([^<]+)</.exec(html)?.[1] ?? 'see below'),
    home: `https://crates.io/crates/${crate}/${version}`,
    texts,
  };
}

/** The copyright lines of the library's own files. @param {string} html */
function copyrights(html) {
  const holders = [...html.matchAll(/Copyright:<\/b>\s*([^<]+)/g)].map(([, holder = '']) => decode(holder));
  return [...new Set(holders)].map((holder) => `Copyright (c) ${holder}`).join('\n');
}

/** @param {string} html */
function decode(html) {
  return html
    .replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)))
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&');
}
