// Builds a file's declarations of the AST from the CST.
import type {
  DimDeclarationCstNode,
  EvaluateItemCstNode,
  ItemCstNode,
  ModalitiesItemCstNode,
  ModelItemCstNode,
  ModuleItemCstNode,
  ParametersCstNode,
  TrainItemCstNode,
  UseItemCstNode,
} from "../../../../grammar/generated/cst.ts";
import type {
  DimItem,
  EvaluateItem,
  Expression,
  Item,
  ModalitiesItem,
  ModelItem,
  ModuleItem,
  Name,
  Parameter,
  Setting,
  StageDeclaration,
  TrainItem,
  UseItem,
} from "../ast.ts";
import { all, type BuildContext, nameOf, namesOf, nodeSpan, one, stringValue } from "./context.ts";
import { buildData, buildLabels } from "./data.ts";
import { buildExpression, buildSetting, buildValue } from "./expressions.ts";
import { buildOperation } from "./operations.ts";
import { buildPipelineItems } from "./pipelines.ts";
import { buildBlock } from "./statements.ts";
import { buildType } from "./types.ts";

/** The declarations one entry of the file makes: several for `dim D = 1, Z = 2`, none for the header. */
export function buildItems(context: BuildContext, node: ItemCstNode): readonly Item[] {
  const children = node.children;
  const fallback = nodeSpan(context, node, 0).start;
  const constant = one(children.constantItem);
  if (constant !== undefined) {
    const span = nodeSpan(context, constant, fallback);
    const name = nameOf(context, one(constant.children.Name), span.start);
    const value = buildValue(context, one(constant.children.expression), span);
    // `modl Tri(…) { … }` is reported as an unknown declaration; it declares no constant `modl`.
    if (one(constant.children.Equals) === undefined) return [];
    return [{ kind: "constant", span, name, value, doc: context.docAt(span.start) }];
  }
  return [
    ...all(children.useItem).map((item) => buildUse(context, item, fallback)),
    ...all(children.dimItem)
      .flatMap((item) => all(item.children.dimDeclaration))
      .map((item) => buildDim(context, item, fallback)),
    ...all(children.labelsItem).map((item) => buildLabels(context, item, fallback)),
    ...all(children.dataItem).map((item) => buildData(context, item, fallback)),
    ...all(children.modalitiesItem).map((item) => buildModalities(context, item, fallback)),
    ...all(children.moduleItem).map((item) => buildModule(context, item, fallback)),
    ...all(children.modelItem).map((item) => buildModel(context, item, fallback)),
    ...all(children.trainItem).map((item) => buildTrain(context, item, fallback)),
    ...all(children.evaluateItem).map((item) => buildEvaluate(context, item, fallback)),
    ...buildPipelineItems(context, node, fallback),
  ];
}

function buildUse(context: BuildContext, node: UseItemCstNode, fallback: number): UseItem {
  const targets = all(node.children.useTarget).map((target) => {
    const string = one(target.children.StringLiteral);
    const path =
      string === undefined
        ? all(target.children.Name)
            .map((part) => part.image)
            .join(".")
        : stringValue(string.image);
    return { span: nodeSpan(context, target, fallback), path, quoted: string !== undefined };
  });
  return { kind: "use", span: nodeSpan(context, node, fallback), targets: targets.filter((target) => target.path !== "") };
}

function buildDim(context: BuildContext, node: DimDeclarationCstNode, fallback: number): DimItem {
  const span = nodeSpan(context, node, fallback);
  const { name, index, size, bound, Equals, LessEqual, Ragged, forClause } = node.children;
  const clause = one(forClause)?.children;
  const indexToken = one(index) ?? one(clause?.Name);
  return {
    kind: "dim",
    span,
    name: nameOf(context, one(name), span.start),
    index: indexToken === undefined ? undefined : nameOf(context, indexToken, span.start),
    over: clause === undefined ? undefined : buildOperation(context, one(clause.operation), span.end),
    size: one(Equals) === undefined ? undefined : buildValue(context, one(size), span),
    bound: one(LessEqual) === undefined ? undefined : buildValue(context, one(bound), span),
    ragged: one(Ragged) !== undefined,
  };
}

function buildModalities(context: BuildContext, node: ModalitiesItemCstNode, fallback: number): ModalitiesItem {
  const span = nodeSpan(context, node, fallback);
  const { name, member, expression } = node.children;
  const value = one(expression);
  return {
    kind: "modalities",
    span,
    name: nameOf(context, one(name), span.start),
    members: value === undefined ? namesOf(context, member).filter((entry) => entry.text !== "") : undefined,
    value: value === undefined ? undefined : buildValue(context, value, span),
  };
}

function buildModule(context: BuildContext, node: ModuleItemCstNode, fallback: number): ModuleItem {
  const span = nodeSpan(context, node, fallback);
  const { Fn, Name: name, parameters, Arrow, type, block, Equals, expression } = node.children;
  const value = one(Equals) === undefined ? undefined : buildValue(context, one(expression), span);
  return {
    kind: one(Fn) === undefined ? "module" : "fn",
    span,
    name: nameOf(context, one(name), span.start),
    parameters: buildParameters(context, one(parameters), span.end),
    result: one(Arrow) === undefined ? undefined : buildType(context, one(type), span.end),
    body:
      value === undefined
        ? buildBlock(context, one(block), span.end)
        : { span: value.span, statements: [{ kind: "result", span: value.span, value }] },
    doc: context.docAt(span.start),
  };
}

function buildModel(context: BuildContext, node: ModelItemCstNode, fallback: number): ModelItem {
  const span = nodeSpan(context, node, fallback);
  return {
    kind: "model",
    span,
    name: nameOf(context, one(node.children.Name), span.start),
    parameters: buildParameters(context, one(node.children.parameters), span.end),
    body: buildBlock(context, one(node.children.block), span.end),
    doc: context.docAt(span.start),
  };
}

function buildParameters(context: BuildContext, node: ParametersCstNode | undefined, fallback: number): readonly Parameter[] {
  return all(node?.children.parameter).map((parameter) => {
    const span = nodeSpan(context, parameter, fallback);
    const { Name: name, Colon, type, Equals, expression } = parameter.children;
    return {
      span,
      name: nameOf(context, one(name), span.start),
      type: one(Colon) === undefined ? undefined : buildType(context, one(type), span.end),
      defaultValue: one(Equals) === undefined ? undefined : buildExpression(context, one(expression), span.end),
    };
  });
}

function buildTrain(context: BuildContext, node: TrainItemCstNode, fallback: number): TrainItem {
  const span = nodeSpan(context, node, fallback);
  const { Name: name, expression, setting, stage } = node.children;
  return {
    kind: "train",
    span,
    model: nameOf(context, one(name), span.start),
    on: buildOn(buildExpression(context, one(expression), span.end)),
    settings: all(setting).map((entry) => buildSetting(context, entry, span.end)),
    stages: all(stage).map((entry): StageDeclaration => {
      const place = nodeSpan(context, entry, span.end);
      return {
        span: place,
        name: nameOf(context, one(entry.children.Name), place.end),
        settings: buildSettings(context, entry.children.settings, place.end),
        doc: context.docAt(place.start),
      };
    }),
  };
}

function buildEvaluate(context: BuildContext, node: EvaluateItemCstNode, fallback: number): EvaluateItem {
  const span = nodeSpan(context, node, fallback);
  const { Name: name, expression, settings } = node.children;
  return {
    kind: "evaluate",
    span,
    model: nameOf(context, one(name), span.start),
    on: buildOn(buildExpression(context, one(expression), span.end)),
    settings: buildSettings(context, settings, span.end),
  };
}

function buildSettings(
  context: BuildContext,
  nodes: EvaluateItemCstNode["children"]["settings"],
  fallback: number,
): readonly Setting[] {
  return all(one(nodes)?.children.setting).map((entry) => buildSetting(context, entry, fallback));
}

/** `on mosi` gives one entry without a key, `on { source: a, target: b }` one a key. */
function buildOn(value: Expression): readonly { readonly parameter: Name | undefined; readonly value: Expression }[] {
  if (value.kind !== "record") return [{ parameter: undefined, value }];
  return value.fields.map((field) => ({ parameter: field.key, value: field.value }));
}
