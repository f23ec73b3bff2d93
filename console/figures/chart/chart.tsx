import { useRef } from "react";
import { band, labelStep, linePath, ticks, wholeTicks } from "./scale.ts";
import { useWidth } from "./use_width.ts";

export type Series = {
  name: string;
  /** A class of chart.css: accent, info, warning, danger, soft. */
  look: string;
  values: readonly (number | null)[];
};

type Props = {
  /** Says what it shows, to those who do not see it. The table beside it has the numbers. */
  label: string;
  kind: "bars" | "lines";
  /** What stands below each place. */
  places: readonly string[];
  series: readonly Series[];
  /** The largest value of the axis, where it is known. */
  largest?: number;
  format: (value: number) => string;
};

const HEIGHT = 220;
const BELOW = 24;
const ABOVE = 8;

/** Bars on top of each other, or lines; with an axis and what belongs to each place under the pointer. */
export function Chart({ label, kind, places, series, largest, format }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  const sums = places.map((_, n) => series.reduce((sum, { values }) => sum + (values[n] ?? 0), 0));
  const highest = Math.max(
    0,
    ...(kind === "bars" ? sums : series.flatMap(({ values }) => values.map((value) => value ?? 0))),
  );
  const axis =
    largest !== undefined ? ticks(largest) : kind === "bars" ? wholeTicks(highest) : ticks(highest);
  const top = axis.at(-1)!;
  const before = Math.max(...axis.map((each) => format(each).length)) * 7 + 10;
  const inner = Math.max(1, width - before);
  const y = (value: number) => ABOVE + (HEIGHT - ABOVE - BELOW) * (1 - value / top);
  const middle = (n: number) => before + (n + 0.5) * (inner / Math.max(1, places.length));
  const every = labelStep(places.length, inner, 56);
  return (
    <div ref={box} className="chart">
      {width > 0 && (
        <svg width={width} height={HEIGHT} role="img" aria-label={label}>
          {axis.map((each) => (
            <g key={each} className="axis">
              <line x1={before} x2={width} y1={y(each)} y2={y(each)} />
              <text x={before - 6} y={y(each)} dy="0.32em" textAnchor="end">
                {format(each)}
              </text>
            </g>
          ))}
          {places.map((place, n) =>
            n % every === 0 ? (
              <text key={place} className="place" x={middle(n)} y={HEIGHT - 6} textAnchor="middle">
                {place}
              </text>
            ) : null,
          )}
          {kind === "bars" ? (
            <Bars places={places} series={series} before={before} inner={inner} y={y} format={format} />
          ) : (
            <Lines places={places} series={series} x={middle} y={y} inner={inner} format={format} />
          )}
        </svg>
      )}
      {series.length > 1 && (
        <ul className="legend">
          {series.map(({ name, look }) => (
            <li key={name}>
              <span className={`dot ${look}`} />
              {name}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

/** What the pointer shows of a place. */
function titleOf(
  place: string,
  n: number,
  series: readonly Series[],
  format: (value: number) => string,
): string {
  const values = series.map(({ name, values }) => `${name}: ${values[n] == null ? "–" : format(values[n])}`);
  return [place, ...values].join("\n");
}

function Bars({
  places,
  series,
  before,
  inner,
  y,
  format,
}: Pick<Props, "places" | "series" | "format"> & {
  before: number;
  inner: number;
  y: (value: number) => number;
}) {
  return places.map((place, n) => {
    const { x, width } = band(n, places.length, inner);
    let base = 0;
    return (
      <g key={place} className="bars">
        <title>{titleOf(place, n, series, format)}</title>
        <rect className="hit" x={before + x} width={width} y={0} height={y(0)} />
        {series.map(({ name, look, values }) => {
          const value = values[n] ?? 0;
          base += value;
          return (
            <rect
              key={name}
              className={look}
              x={before + x}
              width={width}
              y={y(base)}
              height={Math.max(0, y(base - value) - y(base))}
            />
          );
        })}
      </g>
    );
  });
}

function Lines({
  places,
  series,
  x,
  y,
  inner,
  format,
}: Pick<Props, "places" | "series" | "format"> & {
  x: (n: number) => number;
  y: (value: number) => number;
  inner: number;
}) {
  const step = inner / Math.max(1, places.length);
  return (
    <>
      {series.map(({ name, look, values }) => (
        <g key={name} className="line">
          <path className={look} d={linePath(values, x, y)} />
          {values.map((value, n) =>
            // A point between two days without a value has no line.
            value === null || (values[n - 1] != null && values.length > 40) ? null : (
              <circle key={places[n]} className={look} cx={x(n)} cy={y(value)} r={2.5} />
            ),
          )}
        </g>
      ))}
      {places.map((place, n) => (
        <rect key={place} className="hit" x={x(n) - step / 2} width={step} y={0} height={y(0)}>
          <title>{titleOf(place, n, series, format)}</title>
        </rect>
      ))}
    </>
  );
}
