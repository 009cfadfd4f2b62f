import { init } from 'echarts';

/** @typedef {import('../result.mjs').CaseResult} CaseResult */

const colours = { ours: '#0d7a6b', peer: '#8a94a6', limit: '#d9a441', missed: '#b4483c' };
const text = { color: '#1f2933', fontFamily: 'system-ui, sans-serif', fontSize: 12 };

/**
 * The plots of `docs/benchmarks.md`, as SVG by file name.
 * @param {CaseResult[]} cases
 * @returns {Record<string, string>}
 */
export function plots(cases) {
  return Object.fromEntries(
    [ratios(cases), messages(cases), toBeat(cases), scaling(cases)]
      .filter((plot) => plot !== null)
      .map(({ file, option, width, height }) => [file, draw(option, width, height)]),
  );
}

/** @typedef {{ file: string, option: import('echarts').EChartsCoreOption, width: number, height: number }} Plot */

/** @param {import('echarts').EChartsCoreOption} option @param {number} width @param {number} height */
function draw(option, width, height) {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height });
  chart.setOption({ animation: false, backgroundColor: '#ffffff', textStyle: text, ...option });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return `${svg}\n`;
}

/** @param {string} title @param {string} subtitle */
function heading(title, subtitle) {
  return {
    title: {
      text: title,
      subtext: subtitle,
      left: 16,
      top: 10,
      textStyle: { ...text, fontSize: 16, fontWeight: 600 },
      subtextStyle: { ...text, color: '#52606d' },
    },
  };
}

/** @param {string[]} names */
function horizontal(names) {
  return {
    // Without a screen the width of labels is only guessed, so they are given room.
    grid: { left: 230, right: 60, top: 70, bottom: 16 },
    yAxis: {
      type: 'category',
      data: names,
      inverse: true,
      axisTick: { show: false },
      axisLine: { show: false },
      axisLabel: { ...text, interval: 0 },
    },
  };
}

/** @param {string} [name] */
function logarithmic(name = '') {
  return {
    type: 'log',
    name,
    nameLocation: 'middle',
    nameGap: 28,
    splitLine: { lineStyle: { color: '#e4e7eb' } },
    axisLabel: { ...text, formatter: (/** @type {number} */ value) => String(Number(value.toPrecision(3))) },
  };
}

/**
 * Ratios to the peer: left of 1 is better. A diamond is the figure that is aimed at.
 * @param {CaseResult[]} cases
 * @returns {Plot | null}
 */
function ratios(cases) {
  const built = cases.filter(({ ratio, points }) => ratio !== null && ratio > 0 && points === undefined);
  if (built.length === 0) return null;
  return {
    file: 'ratios.svg',
    width: 900,
    height: 110 + built.length * 20,
    option: {
      ...heading(
        'Ours as a ratio to the best peer',
        'logarithmic; left of 1 is faster or smaller; ◆ the target',
      ),
      ...horizontal(built.map(({ name }) => name)),
      xAxis: { ...logarithmic(), position: 'top' },
      series: [
        {
          type: 'bar',
          barWidth: 12,
          data: built.map(({ ratio, met }) => ({
            value: ratio,
            itemStyle: { color: met ? colours.ours : colours.missed },
          })),
          label: { show: true, position: 'right', formatter: labelOf, ...text, fontSize: 11 },
          markLine: {
            symbol: 'none',
            silent: true,
            label: { show: false },
            lineStyle: { color: '#1f2933', type: 'solid', width: 1 },
            data: [{ xAxis: 1 }],
          },
        },
        {
          type: 'scatter',
          symbol: 'diamond',
          symbolSize: 9,
          itemStyle: { color: '#1f2933' },
          data: built
            .filter(({ target_of }) => target_of === 'ratio')
            .map(({ target, name }) => [target, name]),
        },
      ],
    },
  };
}

/** @param {any} item */
function labelOf({ value }) {
  return String(Number(Number(value).toPrecision(2)));
}

/** @param {CaseResult[]} cases @returns {Plot | null} */
function messages(cases) {
  const shown = cases.filter(({ name }) =>
    /^message\.(\d+ch\.(250B|1KB)\.v2|binary|change|flood)/.test(name),
  );
  if (shown.length === 0) return null;
  /** @param {string} name @param {'ours' | 'peer' | 'limit'} side */
  const series = (name, side) => ({
    name,
    type: 'bar',
    barGap: '10%',
    itemStyle: { color: colours[side] },
    data: shown.map((result) => result[side]),
  });
  return {
    file: 'messages.svg',
    width: 900,
    height: 420,
    option: {
      ...heading(
        'Microseconds a message',
        'from the socket’s event to the callback; messages of 8 KB, which parsing decides, are left out',
      ),
      legend: { top: 14, right: 40, itemGap: 40, textStyle: text },
      grid: { left: 16, right: 16, top: 80, bottom: 16, containLabel: true },
      xAxis: {
        type: 'category',
        data: shown.map(({ name }) => name.replace('message.', '')),
        axisLabel: { ...text, interval: 0, rotate: 45 },
      },
      yAxis: { type: 'value', splitLine: { lineStyle: { color: '#e4e7eb' } }, axisLabel: text },
      series: [series('ours', 'ours'), series('realtime-js', 'peer'), series('the limit', 'limit')],
    },
  };
}

/** @param {CaseResult[]} cases @returns {Plot | null} */
function toBeat(cases) {
  const open = cases.filter(
    ({ name, ours, peer, limit, points }) =>
      // Over a real socket a client is not what is measured.
      ours === null && peer && limit && points === undefined && !name.includes('.loopback.'),
  );
  if (open.length === 0) return null;
  return {
    file: 'to-beat.svg',
    width: 900,
    height: 110 + open.length * 22,
    option: {
      ...heading('The best peer as a multiple of the limit', 'what is not built yet; logarithmic'),
      ...horizontal(open.map(({ name }) => name)),
      xAxis: { ...logarithmic(), position: 'top' },
      series: [
        {
          type: 'bar',
          barWidth: 12,
          itemStyle: { color: colours.peer },
          data: open.map(({ peer, limit }) => (peer ?? 0) / (limit ?? 1)),
          label: { show: true, position: 'right', formatter: labelOf, ...text, fontSize: 11 },
        },
      ],
    },
  };
}

/** One small plot a curve. @param {CaseResult[]} cases @returns {Plot | null} */
function scaling(cases) {
  const curves = cases.filter(({ points }) => points !== undefined);
  if (curves.length === 0) return null;
  const columns = 2;
  const [cellWidth, cellHeight, top] = [480, 250, 60];
  const rows = Math.ceil(curves.length / columns);
  const place = (/** @type {number} */ at) => ({
    left: (at % columns) * cellWidth + 60,
    top: top + Math.floor(at / columns) * cellHeight + 40,
    width: cellWidth - 240,
    height: cellHeight - 90,
  });
  /** @param {CaseResult} result @param {string} name */
  const colourOf = (result, name) =>
    name === '@wedsync/dashboard' ? colours.ours : name === result.limit_name ? colours.limit : colours.peer;
  return {
    file: 'scaling.svg',
    width: columns * cellWidth,
    height: top + rows * cellHeight,
    option: {
      ...heading('Time against size', 'milliseconds, both axes logarithmic; a steeper line grows faster'),
      grid: curves.map((_, at) => place(at)),
      graphic: curves.map(({ name }, at) => ({
        type: 'text',
        left: place(at).left,
        top: place(at).top - 30,
        style: { text: name, fill: text.color, font: `600 13px ${text.fontFamily}` },
      })),
      xAxis: curves.map((_, at) => ({ ...logarithmic(), gridIndex: at })),
      yAxis: curves.map((_, at) => ({ ...logarithmic(), gridIndex: at })),
      series: curves.flatMap((result, at) =>
        Object.entries(result.points ?? {}).map(([name, points]) => ({
          name,
          type: 'line',
          xAxisIndex: at,
          yAxisIndex: at,
          lineStyle: { color: colourOf(result, name), width: 2 },
          itemStyle: { color: colourOf(result, name) },
          endLabel: {
            show: true,
            formatter: name.replace(/^@?[\w-]+\//, ''),
            ...text,
            fontSize: 10,
            distance: 4,
          },
          labelLayout: { moveOverlap: 'shiftY' },
          data: points.map(({ size, time }) => [size, time]),
        })),
      ),
    },
  };
}
