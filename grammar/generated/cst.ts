import type { CstNode, ICstVisitor, IToken } from "chevrotain";

export interface ExpressionCstNode extends CstNode {
  name: "expression";
  children: ExpressionCstChildren;
}

export type ExpressionCstChildren = {
  conditional?: ConditionalCstNode[];
  operation?: OperationCstNode[];
  Else?: IToken[];
  expression?: ExpressionCstNode[];
};

export interface ConditionalCstNode extends CstNode {
  name: "conditional";
  children: ConditionalCstChildren;
}

export type ConditionalCstChildren = {
  If: IToken[];
  condition: OperationCstNode[];
  Then: IToken[];
  then: OperationCstNode[];
  Else: IToken[];
  otherwise: ExpressionCstNode[];
};

export interface OperationCstNode extends CstNode {
  name: "operation";
  children: OperationCstChildren;
}

export type OperationCstChildren = {
  operand: (OperandCstNode)[];
  BinaryOperator?: IToken[];
};

export interface OperandCstNode extends CstNode {
  name: "operand";
  children: OperandCstChildren;
}

export type OperandCstChildren = {
  prefix?: (IToken)[];
  postfix: (PostfixCstNode)[];
  PipeArrow?: IToken[];
};

export interface PostfixCstNode extends CstNode {
  name: "postfix";
  children: PostfixCstChildren;
}

export type PostfixCstChildren = {
  primary: PrimaryCstNode[];
  member?: MemberCstNode[];
  index?: IndexCstNode[];
  call?: CallCstNode[];
};

export interface MemberCstNode extends CstNode {
  name: "member";
  children: MemberCstChildren;
}

export type MemberCstChildren = {
  Dot: IToken[];
  Name: IToken[];
};

export interface IndexCstNode extends CstNode {
  name: "index";
  children: IndexCstChildren;
}

export type IndexCstChildren = {
  LeftSquare: IToken[];
  indexItem: IndexItemCstNode[];
  Comma?: IToken[];
  RightSquare: IToken[];
};

export interface IndexItemCstNode extends CstNode {
  name: "indexItem";
  children: IndexItemCstChildren;
}

export type IndexItemCstChildren = {
  Star?: IToken[];
  expression?: ExpressionCstNode[];
};

export interface CallCstNode extends CstNode {
  name: "call";
  children: CallCstChildren;
}

export type CallCstChildren = {
  LeftParen: IToken[];
  argument?: ArgumentCstNode[];
  Comma?: IToken[];
  RightParen: IToken[];
};

export interface ArgumentCstNode extends CstNode {
  name: "argument";
  children: ArgumentCstChildren;
}

export type ArgumentCstChildren = {
  Name?: IToken[];
  Colon?: IToken[];
  expression: ExpressionCstNode[];
  forClause?: ForClauseCstNode[];
};

export interface ForClauseCstNode extends CstNode {
  name: "forClause";
  children: ForClauseCstChildren;
}

export type ForClauseCstChildren = {
  For: IToken[];
  Name: IToken[];
  Comma?: IToken[];
  In: IToken[];
  operation: OperationCstNode[];
};

export interface PrimaryCstNode extends CstNode {
  name: "primary";
  children: PrimaryCstChildren;
}

export type PrimaryCstChildren = {
  NumberLiteral?: IToken[];
  StringLiteral?: IToken[];
  TripleString?: IToken[];
  True?: IToken[];
  False?: IToken[];
  Name?: IToken[];
  group?: GroupCstNode[];
  list?: ListCstNode[];
  braces?: BracesCstNode[];
  scan?: ScanCstNode[];
};

export interface GroupCstNode extends CstNode {
  name: "group";
  children: GroupCstChildren;
}

export type GroupCstChildren = {
  LeftParen: IToken[];
  expression: ExpressionCstNode[];
  RightParen: IToken[];
};

export interface ListCstNode extends CstNode {
  name: "list";
  children: ListCstChildren;
}

export type ListCstChildren = {
  LeftSquare: IToken[];
  expression?: ExpressionCstNode[];
  Comma?: IToken[];
  RightSquare: IToken[];
};

export interface BracesCstNode extends CstNode {
  name: "braces";
  children: BracesCstChildren;
}

export type BracesCstChildren = {
  LeftCurly: IToken[];
  setting?: SettingCstNode[];
  expression?: ExpressionCstNode[];
  entryEnd?: EntryEndCstNode[];
  RightCurly: IToken[];
};

export interface SettingCstNode extends CstNode {
  name: "setting";
  children: SettingCstChildren;
}

export type SettingCstChildren = {
  Name: IToken[];
  Colon: IToken[];
  expression: ExpressionCstNode[];
};

export interface EntryEndCstNode extends CstNode {
  name: "entryEnd";
  children: EntryEndCstChildren;
}

export type EntryEndCstChildren = {
  Separator: IToken[];
};

export interface ScanCstNode extends CstNode {
  name: "scan";
  children: ScanCstChildren;
}

export type ScanCstChildren = {
  Scan: IToken[];
  sequence: IToken[];
  Comma?: (IToken)[];
  Over: IToken[];
  dimension: IToken[];
  Backward?: IToken[];
  Carry: IToken[];
  carry: CarryCstNode[];
  block: BlockCstNode[];
};

export interface CarryCstNode extends CstNode {
  name: "carry";
  children: CarryCstChildren;
}

export type CarryCstChildren = {
  Name: IToken[];
  Equals: IToken[];
  expression: ExpressionCstNode[];
};

export interface TypeCstNode extends CstNode {
  name: "type";
  children: TypeCstChildren;
}

export type TypeCstChildren = {
  recordType?: RecordTypeCstNode[];
  simpleType?: SimpleTypeCstNode[];
};

export interface RecordTypeCstNode extends CstNode {
  name: "recordType";
  children: RecordTypeCstChildren;
}

export type RecordTypeCstChildren = {
  LeftCurly: IToken[];
  recordTypeField?: RecordTypeFieldCstNode[];
  entryEnd?: EntryEndCstNode[];
  RightCurly: IToken[];
};

export interface RecordTypeFieldCstNode extends CstNode {
  name: "recordTypeField";
  children: RecordTypeFieldCstChildren;
}

export type RecordTypeFieldCstChildren = {
  Name: IToken[];
  Colon: IToken[];
  type: TypeCstNode[];
};

export interface SimpleTypeCstNode extends CstNode {
  name: "simpleType";
  children: SimpleTypeCstChildren;
}

export type SimpleTypeCstChildren = {
  name?: (IToken)[];
  axes?: AxesCstNode[];
  Without?: IToken[];
  without?: (IToken)[];
  Comma?: IToken[];
};

export interface AxesCstNode extends CstNode {
  name: "axes";
  children: AxesCstChildren;
}

export type AxesCstChildren = {
  LeftSquare: IToken[];
  axis?: AxisCstNode[];
  Comma?: IToken[];
  RightSquare: IToken[];
  Question?: IToken[];
};

export interface AxisCstNode extends CstNode {
  name: "axis";
  children: AxisCstChildren;
}

export type AxisCstChildren = {
  Ellipsis?: IToken[];
  operation?: OperationCstNode[];
};

export interface BlockCstNode extends CstNode {
  name: "block";
  children: BlockCstChildren;
}

export type BlockCstChildren = {
  LeftCurly: IToken[];
  statement?: StatementCstNode[];
  entryEnd?: EntryEndCstNode[];
  RightCurly: IToken[];
};

export interface StatementCstNode extends CstNode {
  name: "statement";
  children: StatementCstChildren;
}

export type StatementCstChildren = {
  loss?: LossCstNode[];
  predict?: PredictCstNode[];
  param?: ParamCstNode[];
  bank?: BankCstNode[];
  update?: UpdateCstNode[];
  next?: NextCstNode[];
  binding?: BindingCstNode[];
  expression?: ExpressionCstNode[];
};

export interface BindingCstNode extends CstNode {
  name: "binding";
  children: BindingCstChildren;
}

export type BindingCstChildren = {
  Name: IToken[];
  pattern?: PatternCstNode[];
  Equals: IToken[];
  expression: ExpressionCstNode[];
  forClause?: ForClauseCstNode[];
};

export interface PatternCstNode extends CstNode {
  name: "pattern";
  children: PatternCstChildren;
}

export type PatternCstChildren = {
  LeftSquare: IToken[];
  patternItem: PatternItemCstNode[];
  Comma?: IToken[];
  RightSquare: IToken[];
};

export interface PatternItemCstNode extends CstNode {
  name: "patternItem";
  children: PatternItemCstChildren;
}

export type PatternItemCstChildren = {
  Name?: (IToken)[];
  LeftCurly?: IToken[];
  entryEnd?: EntryEndCstNode[];
  RightCurly?: IToken[];
};

export interface LossCstNode extends CstNode {
  name: "loss";
  children: LossCstChildren;
}

export type LossCstChildren = {
  Loss: IToken[];
  Name: IToken[];
  Equals: IToken[];
  expression: ExpressionCstNode[];
};

export interface PredictCstNode extends CstNode {
  name: "predict";
  children: PredictCstChildren;
}

export type PredictCstChildren = {
  Predict: IToken[];
  Name: IToken[];
  Equals: IToken[];
  expression: ExpressionCstNode[];
};

export interface ParamCstNode extends CstNode {
  name: "param";
  children: ParamCstChildren;
}

export type ParamCstChildren = {
  Param: IToken[];
  Name: IToken[];
  Colon: IToken[];
  type: TypeCstNode[];
  Equals: IToken[];
  expression: ExpressionCstNode[];
};

export interface BankCstNode extends CstNode {
  name: "bank";
  children: BankCstChildren;
}

export type BankCstChildren = {
  Bank: IToken[];
  Name: IToken[];
  pattern?: PatternCstNode[];
  Colon: IToken[];
  type: TypeCstNode[];
  Equals?: IToken[];
  expression?: ExpressionCstNode[];
  forClause?: ForClauseCstNode[];
};

export interface UpdateCstNode extends CstNode {
  name: "update";
  children: UpdateCstChildren;
}

export type UpdateCstChildren = {
  Update: IToken[];
  Name: IToken[];
  pattern?: PatternCstNode[];
  Equals: IToken[];
  value: ExpressionCstNode[];
  forClause?: ForClauseCstNode[];
  From?: IToken[];
  Epoch?: IToken[];
  fromEpoch?: ExpressionCstNode[];
};

export interface NextCstNode extends CstNode {
  name: "next";
  children: NextCstChildren;
}

export type NextCstChildren = {
  Next: IToken[];
  Name: IToken[];
  Equals: IToken[];
  expression: ExpressionCstNode[];
};

export interface SpecFileCstNode extends CstNode {
  name: "specFile";
  children: SpecFileCstChildren;
}

export type SpecFileCstChildren = {
  item?: ItemCstNode[];
  itemEnd?: ItemEndCstNode[];
};

export interface ItemEndCstNode extends CstNode {
  name: "itemEnd";
  children: ItemEndCstChildren;
}

export type ItemEndCstChildren = {
  LineEnd: IToken[];
};

export interface ItemCstNode extends CstNode {
  name: "item";
  children: ItemCstChildren;
}

export type ItemCstChildren = {
  header?: HeaderCstNode[];
  useItem?: UseItemCstNode[];
  dimItem?: DimItemCstNode[];
  labelsItem?: LabelsItemCstNode[];
  dataItem?: DataItemCstNode[];
  modalitiesItem?: ModalitiesItemCstNode[];
  moduleItem?: ModuleItemCstNode[];
  modelItem?: ModelItemCstNode[];
  trainItem?: TrainItemCstNode[];
  evaluateItem?: EvaluateItemCstNode[];
  constantItem?: ConstantItemCstNode[];
};

export interface HeaderCstNode extends CstNode {
  name: "header";
  children: HeaderCstChildren;
}

export type HeaderCstChildren = {
  Mmx: IToken[];
  NumberLiteral: IToken[];
};

export interface UseItemCstNode extends CstNode {
  name: "useItem";
  children: UseItemCstChildren;
}

export type UseItemCstChildren = {
  Use: IToken[];
  useTarget: UseTargetCstNode[];
  Comma?: IToken[];
};

export interface UseTargetCstNode extends CstNode {
  name: "useTarget";
  children: UseTargetCstChildren;
}

export type UseTargetCstChildren = {
  StringLiteral?: IToken[];
  Name?: IToken[];
  Dot?: IToken[];
};

export interface ConstantItemCstNode extends CstNode {
  name: "constantItem";
  children: ConstantItemCstChildren;
}

export type ConstantItemCstChildren = {
  Name: IToken[];
  Equals: IToken[];
  expression: ExpressionCstNode[];
};

export interface DimItemCstNode extends CstNode {
  name: "dimItem";
  children: DimItemCstChildren;
}

export type DimItemCstChildren = {
  Dim: IToken[];
  dimDeclaration: DimDeclarationCstNode[];
  Comma?: IToken[];
};

export interface DimDeclarationCstNode extends CstNode {
  name: "dimDeclaration";
  children: DimDeclarationCstChildren;
}

export type DimDeclarationCstChildren = {
  name: IToken[];
  LeftSquare?: IToken[];
  index?: IToken[];
  RightSquare?: IToken[];
  Equals?: IToken[];
  size?: ExpressionCstNode[];
  LessEqual?: IToken[];
  bound?: ExpressionCstNode[];
  Ragged?: IToken[];
  forClause?: ForClauseCstNode[];
};

export interface LabelsItemCstNode extends CstNode {
  name: "labelsItem";
  children: LabelsItemCstChildren;
}

export type LabelsItemCstChildren = {
  Labels: IToken[];
  Name: IToken[];
  Equals: IToken[];
  low?: IToken[];
  DotDot?: IToken[];
  high?: IToken[];
  label?: LabelCstNode[];
  Bar?: IToken[];
};

export interface LabelCstNode extends CstNode {
  name: "label";
  children: LabelCstChildren;
}

export type LabelCstChildren = {
  Name?: IToken[];
  StringLiteral?: IToken[];
  True?: IToken[];
  False?: IToken[];
};

export interface ModalitiesItemCstNode extends CstNode {
  name: "modalitiesItem";
  children: ModalitiesItemCstChildren;
}

export type ModalitiesItemCstChildren = {
  Modalities: IToken[];
  name: IToken[];
  Equals: IToken[];
  member?: IToken[];
  Bar?: IToken[];
  expression?: ExpressionCstNode[];
};

export interface DataItemCstNode extends CstNode {
  name: "dataItem";
  children: DataItemCstChildren;
}

export type DataItemCstChildren = {
  Data: IToken[];
  Name: IToken[];
  LeftCurly: IToken[];
  dataEntry?: DataEntryCstNode[];
  entryEnd?: EntryEndCstNode[];
  RightCurly: IToken[];
};

export interface DataEntryCstNode extends CstNode {
  name: "dataEntry";
  children: DataEntryCstChildren;
}

export type DataEntryCstChildren = {
  fileEntry?: FileEntryCstNode[];
  splitEntry?: SplitEntryCstNode[];
  standardiseEntry?: StandardiseEntryCstNode[];
  field?: FieldCstNode[];
};

export interface FileEntryCstNode extends CstNode {
  name: "fileEntry";
  children: FileEntryCstChildren;
}

export type FileEntryCstChildren = {
  File: IToken[];
  StringLiteral: IToken[];
};

export interface StandardiseEntryCstNode extends CstNode {
  name: "standardiseEntry";
  children: StandardiseEntryCstChildren;
}

export type StandardiseEntryCstChildren = {
  Standardise: IToken[];
  Name: (IToken)[];
  Comma?: IToken[];
};

export interface SplitEntryCstNode extends CstNode {
  name: "splitEntry";
  children: SplitEntryCstChildren;
}

export type SplitEntryCstChildren = {
  Split: IToken[];
  By?: IToken[];
  column?: IToken[];
  Random?: IToken[];
  settings: SettingsCstNode[];
  Seed?: IToken[];
  seed?: ExpressionCstNode[];
  Stratify?: IToken[];
  stratify?: IToken[];
  Group?: IToken[];
  group?: IToken[];
};

export interface FieldCstNode extends CstNode {
  name: "field";
  children: FieldCstChildren;
}

export type FieldCstChildren = {
  name: IToken[];
  Colon: IToken[];
  Target?: IToken[];
  Id?: IToken[];
  type: TypeCstNode[];
  Optional?: IToken[];
  fieldRange?: FieldRangeCstNode[];
  fieldColumn?: FieldColumnCstNode[];
};

export interface FieldRangeCstNode extends CstNode {
  name: "fieldRange";
  children: FieldRangeCstChildren;
}

export type FieldRangeCstChildren = {
  In: IToken[];
  operation: OperationCstNode[];
};

export interface FieldColumnCstNode extends CstNode {
  name: "fieldColumn";
  children: FieldColumnCstChildren;
}

export type FieldColumnCstChildren = {
  From: IToken[];
  StringLiteral?: IToken[];
  Name?: IToken[];
};

export interface ModuleItemCstNode extends CstNode {
  name: "moduleItem";
  children: ModuleItemCstChildren;
}

export type ModuleItemCstChildren = {
  Module?: IToken[];
  Fn?: IToken[];
  Name: IToken[];
  parameters: ParametersCstNode[];
  Arrow?: IToken[];
  type?: TypeCstNode[];
  block?: BlockCstNode[];
  Equals?: IToken[];
  expression?: ExpressionCstNode[];
};

export interface ModelItemCstNode extends CstNode {
  name: "modelItem";
  children: ModelItemCstChildren;
}

export type ModelItemCstChildren = {
  Model: IToken[];
  Name: IToken[];
  parameters: ParametersCstNode[];
  block: BlockCstNode[];
};

export interface ParametersCstNode extends CstNode {
  name: "parameters";
  children: ParametersCstChildren;
}

export type ParametersCstChildren = {
  LeftParen: IToken[];
  parameter?: ParameterCstNode[];
  Comma?: IToken[];
  RightParen: IToken[];
};

export interface ParameterCstNode extends CstNode {
  name: "parameter";
  children: ParameterCstChildren;
}

export type ParameterCstChildren = {
  Name: IToken[];
  Colon?: IToken[];
  type?: TypeCstNode[];
  Equals?: IToken[];
  expression?: ExpressionCstNode[];
};

export interface TrainItemCstNode extends CstNode {
  name: "trainItem";
  children: TrainItemCstChildren;
}

export type TrainItemCstChildren = {
  Train: IToken[];
  Name: IToken[];
  On: IToken[];
  expression: ExpressionCstNode[];
  LeftCurly: IToken[];
  stage?: StageCstNode[];
  setting?: SettingCstNode[];
  entryEnd?: EntryEndCstNode[];
  RightCurly: IToken[];
};

export interface StageCstNode extends CstNode {
  name: "stage";
  children: StageCstChildren;
}

export type StageCstChildren = {
  Stage: IToken[];
  Name: IToken[];
  settings: SettingsCstNode[];
};

export interface EvaluateItemCstNode extends CstNode {
  name: "evaluateItem";
  children: EvaluateItemCstChildren;
}

export type EvaluateItemCstChildren = {
  Evaluate: IToken[];
  Name: IToken[];
  On: IToken[];
  expression: ExpressionCstNode[];
  settings?: SettingsCstNode[];
};

export interface SettingsCstNode extends CstNode {
  name: "settings";
  children: SettingsCstChildren;
}

export type SettingsCstChildren = {
  LeftCurly: IToken[];
  setting?: SettingCstNode[];
  entryEnd?: EntryEndCstNode[];
  RightCurly: IToken[];
};
