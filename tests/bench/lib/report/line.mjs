/**
 * A case in one line, as the command prints it while it goes on.
 * @param {import('../result.mjs').CaseResult} result
 */
export function line({
  name,
  unit,
  ours,
  peer,
  peer_name,
  ratio,
  limit,
  limit_ratio,
  spread,
  met,
  noisy,
  target,
  target_of,
  steeper_than_n_log_n: steeper = [],
}) {
  const parts = [
    `${met ? 'met   ' : ours === null ? 'absent' : 'MISSED'}  ${name.padEnd(34)}`,
    `ours ${figure(ours)} ${unit}`.padEnd(22),
    peer_name === null
      ? ''
      : `${peer_name} ${figure(peer)}${ratio === null ? '' : ` (ratio ${figure(ratio)})`}`,
    limit === null
      ? ''
      : `limit ${figure(limit)}${limit_ratio === null ? '' : ` (ratio ${figure(limit_ratio)})`}`,
    target === null ? '' : `target ${target_of} ≤ ${target}`,
    steeper.length > 0 ? `steeper than n log n: ${steeper.join(', ')}` : '',
    spread === null ? '' : `spread ${Math.round(spread * 100)} %${noisy ? ', noisy' : ''}`,
  ];
  return parts.filter((part) => part !== '').join('  ');
}

/** Three significant digits, which is more than a benchmark knows. @param {number | null} value */
export function figure(value) {
  if (value === null) return '–';
  if (value === 0) return '0';
  const digits = Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3));
  return digits.toLocaleString('en-GB', { maximumFractionDigits: 6 });
}
