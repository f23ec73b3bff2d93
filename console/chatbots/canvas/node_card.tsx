import { Handle, type NodeProps, Position } from "@xyflow/react";
import { memo } from "react";
import { Icon } from "../../ui/icon.tsx";
import { useLanguage, useWords } from "../../words/language.ts";
import { typeOf } from "../graph/draft.ts";
import { excerptOf } from "../graph/excerpt.ts";
import type { Exit } from "../graph/exits.ts";
import { builderWords } from "../words/builder_words.ts";
import { useNames } from "../words/use_names.ts";
import type { CardNode, Figures } from "./flow_nodes.ts";
import { lookOf } from "./kind_look.ts";

/** A node on the canvas: what it is, what it says, and its exits, each with the point where its edge begins. */
export const NodeCard = memo(function NodeCard({ data, selected }: NodeProps<CardNode>) {
  const { node, kind, exits, problem, figures, mark, light } = data;
  const names = useNames();
  const texts = useWords(builderWords);
  const type = typeOf(node);
  const { icon, group } = lookOf(type);
  const excerpt = excerptOf(node, kind);
  const [only] = exits;
  const isPlain = exits.length === 1 && only?.role === "default";
  const isJump = kind?.fields.some((field) => field.type === "node") ?? false;
  return (
    <div
      className={`node-card ${group} ${selected ? "selected" : ""} ${light ?? ""} ${mark ?? ""}`}
      dir="auto"
    >
      <div className="head">
        {!kind?.isStart && <Handle type="target" id="in" position={Position.Left} />}
        <span className="kind">
          <Icon name={icon} />
        </span>
        <span className="title">{names.node(node)}</span>
        {mark && <span className={`badge difference ${mark}`}>{texts.marks[mark]}</span>}
        {problem && (
          <span className={`node-problem ${problem}`} title={texts.severity[problem]}>
            <Icon name="warning" />
          </span>
        )}
        {isPlain && <Handle type="source" id="default" position={Position.Right} />}
        {isJump && <Handle type="source" id="field" position={Position.Right} isConnectable={false} />}
      </div>
      {excerpt !== "" && <p className="excerpt">{excerpt}</p>}
      {!isPlain && exits.length > 0 && (
        <ul className="exits">
          {exits.map((exit) => (
            <ExitRow
              key={exit.handle}
              exit={exit}
              name={names.exit(exit, exits.length > 1)}
              leftBy={figures?.leftBy[exit.handle]}
            />
          ))}
        </ul>
      )}
      {figures && <NodeFigures figures={figures} />}
    </div>
  );
});

function ExitRow({ exit, name, leftBy }: { exit: Exit; name: string; leftBy: number | undefined }) {
  const language = useLanguage();
  return (
    <li className={exit.role}>
      <span>{name}</span>
      {leftBy !== undefined && <span className="left-by">{leftBy.toLocaleString(language)}</span>}
      <Handle type="source" id={exit.handle || "default"} position={Position.Right} />
    </li>
  );
}

function NodeFigures({ figures: { entered, dropped, medianSeconds } }: { figures: Figures }) {
  const texts = useWords(builderWords);
  const language = useLanguage();
  const share = entered === 0 ? 0 : dropped / entered;
  const percent = new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 0 });
  return (
    <p className="figures">
      <span title={texts.entered}>
        <Icon name="user" />
        {entered.toLocaleString(language)}
      </span>
      <span title={texts.dropped} className={share >= 0.25 ? "loss high" : "loss"}>
        <Icon name="down" />
        {percent.format(share)}
      </span>
      {medianSeconds !== null && (
        <span title={texts.median}>
          <Icon name="clock" />
          {formatSeconds(medianSeconds, language)}
        </span>
      )}
    </p>
  );
}

const UNITS = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
] as const;

/** A duration in its largest unit: "2 min". */
export function formatSeconds(seconds: number, language: string): string {
  const [unit, length] = UNITS.find(([, each]) => seconds >= each) ?? UNITS[3];
  const options = { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: seconds < 10 ? 1 : 0 };
  return new Intl.NumberFormat(language, options as Intl.NumberFormatOptions).format(seconds / length);
}
