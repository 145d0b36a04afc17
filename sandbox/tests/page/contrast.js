// What on the page is hard to read: texts below 4.5:1 (3:1 where large) and shapes below 3:1, by the rules of WCAG 2.2
// (1.4.3, 1.4.11). Run as a script of the browser's driver; gives one sentence for each offence.

const parse = (colour) => {
  const [r, g, b, a = 1] = colour.match(/[\d.]+/g)?.map(Number) ?? [0, 0, 0, 0];
  return { rgb: [r, g, b], a };
};
const over = (top, ground) => top.rgb.map((part, i) => part * top.a + ground[i] * (1 - top.a));
const light = (rgb) => {
  const [r, g, b] = rgb.map((part) => part / 255).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const ratio = (one, other) => {
  const [high, low] = [light(one), light(other)].sort((a, b) => b - a);
  return (high + 0.05) / (low + 0.05);
};

/** What is painted behind an element: the grounds of its ancestors, one over the other. */
function ground(element) {
  const all = [];
  for (let at = element; at; at = at.parentElement) all.push(parse(getComputedStyle(at).backgroundColor));
  return all.reduceRight((below, top) => over(top, below), parse(getComputedStyle(document.body).backgroundColor).rgb);
}

/** Behind a text of a picture also lie the rectangles that were drawn before it. */
function groundOf(element) {
  const svg = element.closest("svg");
  if (!svg) return ground(element);
  const { x, y, width, height } = element.getBoundingClientRect();
  const [midX, midY] = [x + width / 2, y + height / 2];
  const before = [...svg.querySelectorAll("rect")].filter((rect) => {
    const box = rect.getBoundingClientRect();
    const precedes = rect.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_FOLLOWING;
    return precedes && box.left <= midX && midX <= box.right && box.top <= midY && midY <= box.bottom;
  });
  return before.reduce((below, rect) => {
    const { fill, fillOpacity } = getComputedStyle(rect);
    const colour = parse(fill);
    return over({ ...colour, a: colour.a * Number(fillOpacity) }, below);
  }, ground(svg.parentElement));
}

const opacity = (element) => {
  let all = 1;
  for (let at = element; at; at = at.parentElement) all *= Number(getComputedStyle(at).opacity);
  return all;
};
const shown = (element) => {
  const { width, height } = element.getBoundingClientRect();
  return width > 1 && height > 1 && element.checkVisibility({ visibilityProperty: true }) && !element.closest(".visually-hidden");
};
// What cannot be used now is exempt.
const usable = (element) => !element.closest(":disabled");

const offences = new Set();
const judge = (element, colour, behind, least, what) => {
  const seen = over({ ...colour, a: colour.a * opacity(element) }, behind);
  const found = ratio(seen, behind);
  if (found < least) offences.add(`${element.tagName.toLowerCase()}.${element.getAttribute("class") ?? ""} ${what}: ${found.toFixed(2)} of ${least}`);
};

const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
let judged = 0;
while (texts.nextNode()) {
  const element = texts.currentNode.parentElement;
  const words = texts.currentNode.data.trim();
  if (!words || !shown(element) || !usable(element)) continue;
  const style = getComputedStyle(element);
  const size = parseFloat(style.fontSize);
  const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
  judge(element, parse(element.closest("svg") ? style.fill : style.color), groundOf(element), large ? 3 : 4.5, `“${words.slice(0, 30)}”`);
  judged += 1;
}
const SHAPES = [["svg .segment rect", "stroke"], ["svg .curve path", "stroke"], ["svg .limit line", "stroke"], [".key i", "backgroundColor"], ["input, select", "borderTopColor"]];
for (const [css, property] of SHAPES) {
  for (const element of document.querySelectorAll(css)) {
    if (!shown(element) && !element.closest("svg") || !usable(element)) continue;
    const behind = ground((element.closest("svg") ?? element).parentElement);
    judge(element, parse(getComputedStyle(element)[property]), behind, 3, property);
    judged += 1;
  }
}
return { judged, offences: [...offences] };
