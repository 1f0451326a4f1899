// How charts look: colours, type and lines, shared by the curves of a run and those that compare runs.

/** Distinguishable for colour-blind readers on light and dark ground (Okabe and Ito 2008). */
export const palette = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#7a7a7a"];

export const ink = "currentColor";
export const chartConfig = {
  background: "transparent",
  font: "system-ui, sans-serif",
  view: { stroke: null },
  axis: {
    labelColor: ink,
    titleColor: ink,
    domainColor: ink,
    tickColor: ink,
    gridColor: ink,
    gridOpacity: 0.12,
    domainOpacity: 0.35,
    tickOpacity: 0.35,
    labelFontSize: 11,
    titleFontSize: 11,
    titleFontWeight: "normal",
    tickCount: 5,
  },
  legend: {
    labelColor: ink,
    titleColor: ink,
    labelFontSize: 11,
    orient: "top",
    title: null,
    symbolType: "stroke",
    symbolStrokeWidth: 2,
  },
} as const;
