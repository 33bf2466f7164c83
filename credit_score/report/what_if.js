/*
 * What a draft of cut-offs and ratios costs, finds and misses: the county cube evaluated and drawn in the browser.
 *
 * One module without a build step, a dependency or a request. The first part is pure: arithmetic of a cube, a draft
 * and a state as JSON tells them, held to Python's by a test. The second draws. Where there is a host, Python keeps the
 * state: a move is drawn here at once and told to Python when the hand lets go. Tiers are codes, 0 the best; a
 * department is its place, or null for all. Numbers that no visit tells are null.
 */

// ---------------------------------------------------------------------------------------------- the cube and a draft

/** The cube that CountyCube.to_dict told, with sums of the bins before: all that an evaluation needs. */
export function load(told) {
  const [B, P, Z] = told.shape;
  const D = told.departments.length, M = told.maps.length;
  const counts = unpacked(told.counts, B * P * Z);
  const firms = new Float64Array(B * D * M), bad = new Float64Array(told.curve ? B * D * M : 0), dutyDays = zeros(D);
  let n = 0;
  for (let b = 0; b < B; b++) {
    for (let p = 0; p < P; p++) {
      let there = 0;
      for (let z = 0; z < Z; z++) there += counts[(b * P + p) * Z + z];
      n += there;
      for (let d = 0; d < D && there; d++) {
        dutyDays[d] += there * told.duty[p][d] * told.days[d];
        const m = told.place[p][d];
        if (m < 0 || told.duty[p][d]) continue;
        firms[(b * D + d) * M + m] += there;
        if (told.curve) bad[(b * D + d) * M + m] += there * chance(told.curve, told.score[b], d);
      }
    }
  }
  const width = Math.min(...told.bounds[1].map((upper, b) => upper - told.bounds[0][b]));
  return {
    ...told, B, P, Z, D, M, K: told.tiers.length, S: told.sectors.length, n, dutyDays, step: decimals(width, 3),
    counts, before: before(counts, P * Z), firms: before(firms, D * M), bad: told.curve && before(bad, D * M),
  };
}

/** Expected figures of a year under a draft, as credit_score.inspection.county.Answer has them; [K][D] tier first. */
export function evaluate(cube, draft) {
  const { K, D, days } = cube, edges = places(cube, draft.cutoffs);
  const [firms, bad] = strata(cube, edges);
  const each = (value) => table(K, D, value);
  const drawn = each((k, d) => expectedDraw(firms[k][d], draft.ratios[k][d], draft.floors[k][d]));
  const chances = each((k, d) => (firms[k][d] > 0 ? drawn[k][d] / firms[k][d] : 0));
  const visits = each((k, d) => drawn[k][d] * draft.frequency[k][d]);
  const spent = each((k, d) => visits[k][d] * days[d]);
  const known = (value) => each((k, d) => (bad ? value(bad[k][d], chances[k][d]) : null));
  const rate = (k) => (bad && sum(firms[k]) ? sum(bad[k]) / sum(firms[k]) : null);
  return {
    firms, drawn, visits, days: spent, ...borne(cube, edges, chances, draft.frequency),
    violations: known((v) => v), detections: known((v, c) => c * v), undetected: known((v, c) => v - c * v),
    rates: bad ? firms.map((_, k) => rate(k)) : null, duty_days: [...cube.dutyDays],
    load: days.map((_, d) => sum(column(spent, d)) + cube.dutyDays[d] + cube.out_of_plan[d]),
  };
}

/** Firms registered by tier, share of firms that somebody visits, and visits a year per firm by sector and size. */
function borne(cube, edges, chances, frequency) {
  const { K, P, Z, S, before: sums } = cube, registered = zeros(K);
  const sector = [zeros(S), zeros(S)], size = [zeros(Z), zeros(Z)];
  let visited = 0;
  for (let k = 0; k < K; k++) {
    for (let p = 0; p < P; p++) {
      const [seen, often] = ofKind(cube, k, p, chances, frequency);
      for (let z = 0; z < Z; z++) {
        const at = p * Z + z, n = sums[edges[k + 1] * P * Z + at] - sums[edges[k] * P * Z + at];
        registered[cube.maps[cube.home[p]][k]] += n;
        visited += n * seen;
        for (const [by, i] of [[sector, cube.sector[p]], [size, z]]) by[0][i] += n * often, by[1][i] += n;
      }
    }
  }
  const perFirm = ([all, n]) => all.map((visits, i) => (n[i] ? visits / n[i] : null));
  return {
    registered, county_share: visited / Math.max(cube.n, 1), burden_sector: perFirm(sector), burden_size: perFirm(size),
  };
}

/** Of a firm by the tier of its score and kind: the chance that somebody visits it, and visits a year. */
function ofKind(cube, k, p, chances, frequency) {
  let missed = 1, visits = 0;
  for (let d = 0; d < cube.D; d++) {
    const duty = cube.duty[p][d], m = cube.place[p][d];
    visits += duty;
    if (duty) missed = 0;
    else if (m >= 0) {
      const tier = cube.maps[m][k];
      missed *= 1 - chances[tier][d];
      visits += chances[tier][d] * frequency[tier][d];
    }
  }
  return [1 - missed, visits];
}

/** Firms that a draw may choose and their expected violations, [K][D] each; the second null without a curve. */
function strata(cube, edges) {
  const { K, D, M, maps } = cube;
  return [cube.firms, cube.bad].map((sums) => {
    if (!sums) return null;
    const found = table(K, D, () => 0);
    for (let k = 0; k < K; k++) {
      for (let d = 0; d < D; d++) {
        for (let m = 0; m < M; m++) {
          const at = d * M + m;
          found[maps[m][k]][d] += sums[edges[k + 1] * D * M + at] - sums[edges[k] * D * M + at];
        }
      }
    }
    return found;
  });
}

/** Where tiers begin among bins, the best first, (K + 1). */
function places(cube, cutoffs) {
  const lower = cube.bounds[0];
  return [0, ...cutoffs.map((c) => {
    let low = 0, high = cube.B;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (lower[middle] >= c) low = middle + 1;
      else high = middle;
    }
    return low;
  }), cube.B];
}

/** E[min(N, max(floor, floor(ratio N + U)))], U uniform(0, 1). */
function expectedDraw(n, ratio, floor) {
  const wanted = ratio * n, whole = Math.floor(wanted), part = wanted - whole;
  const [low, high] = [whole, whole + 1].map((w) => Math.min(n, Math.max(floor, w)));
  return (1 - part) * low + part * high;
}

const chance = (curve, score, d) =>
  1 / (1 + Math.exp(-(curve.levels[d] + (curve.slope * (score - curve.centre)) / curve.spread)));

/** Whole numbers; n > 0 is one, −n a run of n zeros, the rest are zeros. */
function unpacked(packed, length) {
  const flat = new Float64Array(length);
  let at = 0;
  for (const n of packed) {
    if (n > 0) flat[at] = n;
    at += n > 0 ? 1 : -n;
  }
  return flat;
}

/** Sums of the rows before, one row more than there are; rows of a width, one after the other. */
function before(values, width) {
  const sums = new Float64Array(values.length + width);
  for (let i = 0; i < values.length; i++) sums[i + width] = sums[i] + values[i];
  return sums;
}

const zeros = (n) => new Array(n).fill(0);
const table = (rows, columns, value) =>
  Array.from({ length: rows }, (_, k) => Array.from({ length: columns }, (_, d) => value(k, d)));
const sum = (numbers) => numbers.reduce((all, n) => all + n, 0);
const total = (rows) => (rows.flat().includes(null) ? null : sum(rows.flat()));
const column = (rows, d) => rows.map((row) => row[d]);
const clip = (x, low, high) => Math.min(Math.max(x, low), high);

// ----------------------------------------------------------------------------------------------------------- moves

const NAMES = { ratio: "ratios", floor: "floors", frequency: "frequency" }; // of a draft's tables

/** The state with one number moved, as credit_score.session.state.moved does it; the same state where it is locked. */
export function moved(cube, state, { what, tier = 0, department = null, to }) {
  const draft = state.draft;
  if (!Number.isFinite(to) || state.locks.includes(`${what}:${tier}`)) return state;
  if (what === "cap") return { ...state, draft: { ...draft, cap: clip(even(to), 1, 365) } };
  if (what === "cutoff") {
    const cutoffs = draft.cutoffs.map((c, k) => (k === tier ? cutoff(cube, draft.cutoffs, tier, to) : c));
    return { ...state, draft: { ...draft, cutoffs } };
  }
  const name = NAMES[what];
  const fitting = what === "ratio" ? decimals(clip(to, 0, 1), 4)
    : what === "frequency" ? clip(even(to), 1, draft.cap) : clip(even(to), 0, 1e6);
  const row = (numbers, k) =>
    k === tier ? numbers.map((n, d) => (department === null || d === department ? fitting : n)) : numbers;
  return { ...state, draft: { ...draft, [name]: draft[name].map(row) } };
}

/** A place for a cut-off: between bins of scores and between its neighbours. */
function cutoff(cube, cutoffs, k, to) {
  const wide = cube.step, [lower, upper] = cube.bounds;
  const above = k ? cutoffs[k - 1] : Math.ceil((upper[0] + 1) / wide) * wide + wide;
  const last = Math.floor((lower[cube.B - 1] - 1) / wide) * wide - wide;
  const below = k + 1 < cutoffs.length ? cutoffs[k + 1] : last;
  return decimals(clip(even(to / wide) * wide, below + wide, above - wide), 3);
}

/** The nearest whole number, the even one of two: as Python rounds. */
function even(x) {
  const down = Math.floor(x), part = x - down;
  return part < 0.5 || (part === 0.5 && down % 2 === 0) ? down : down + 1;
}

const decimals = (x, n) => even(x * 10 ** n) / 10 ** n;

// --------------------------------------------------------------------------------------------- what could be found

/**
 * Days of draws and violations left undetected at best, where each department has a factor of the days of the draft.
 *
 * Of a department that is a linear program: strata with most violations a day first, from their lower to their upper
 * bound. Where the lower bounds alone take more days, the point is at them. Locked ratios stay.
 */
export function front(cube, draft, factors, { least = 0, most = 1, locks = [] } = {}) {
  if (!cube.bad) return [];
  const [firms, bad] = strata(cube, places(cube, draft.cutoffs));
  const departments = cube.days.map((days, d) => cells(d, days));
  return factors.map((factor) => {
    const found = departments.map((own) => filled(own, factor * sum(own.map((cell) => cell.now))));
    return { factor, days: sum(found.map((f) => f[0])), undetected: sum(found.map((f) => f[1])) };
  });

  function cells(d, days) {
    const made = draft.ratios.map((row, k) => {
      const n = firms[k][d], cost = n * draft.frequency[k][d] * days, floor = Math.min(draft.floors[k][d], n) / n;
      const locked = locks.includes(`ratio:${k}`), [low, high] = locked ? [row[d], row[d]] : [least, most];
      const now = (expectedDraw(n, row[d], draft.floors[k][d]) / n) * cost;
      return { n, cost, bad: bad[k][d], low: Math.max(low, floor), high: Math.max(high, floor), now };
    });
    return made.filter((cell) => cell.n > 0).sort((a, b) => b.bad * a.cost - a.bad * b.cost);
  }
}

/** Days used and violations left where the days of a budget go to the cells, most violations a day first. */
function filled(cells, budget) {
  let left = budget - sum(cells.map((cell) => cell.cost * cell.low)), days = 0, missed = 0;
  for (const { cost, bad, low, high } of cells) {
    const more = left <= 0 ? 0 : cost > 0 ? Math.min(high - low, left / cost) : high - low;
    left -= more * cost;
    days += (low + more) * cost;
    missed += bad * (1 - low - more);
  }
  return [days, missed];
}

// ---------------------------------------------------------------------------------------------------------- checks

const SLACK = 1e-9; // a sum that meets its limit in real numbers may pass it by a last digit

/** What a draft does not keep, red before warnings: what Python's ``checks`` finds, in the same words. */
export function checks(cube, payload, draft, figures) {
  const { limits, labels } = payload;
  const check = (kind, level, rule, place, found, limit, values) => ({
    kind, level, rule, department: null, tier: null, ...place, found, limit, reference: limits[kind].reference,
    text: both(payload, (say, lang) => say(`check.${kind}`, Object.fromEntries(
      Object.entries(values).map(([name, value]) => [name, value?.[lang] ?? value])))),
  });
  const over = (found, limit, tell) => ({ found: tell(found), limit: tell(limit), over: tell(Math.abs(found - limit)) });
  const days = (x) => number(x, 1), share = (x) => percent(x, 2);
  const limited = figures.load.map((load, d) => [load, cube.capacity[d], d]).filter(([load, most]) => load > most + SLACK * most)
    .map(([load, most, d]) => check("capacity", "red", `inspection:departments:${cube.departments[d]}`, { department: d },
      load, most, { department: labels.departments[d], ...over(load, most, days) }));
  const least = limits.county_minimum?.value;
  if (figures.county_share < least - SLACK * least) {
    limited.push(check("county_minimum", "red", "inspection", {}, figures.county_share, least, over(figures.county_share, least, share)));
  }
  limited.sort((a, b) => Math.abs(b.found - b.limit) - Math.abs(a.found - a.limit));
  const most = Math.max(...draft.frequency.flat(), ...cube.duty.flat());
  const capped = most > draft.cap ? [check("cap", "red", "inspection", {}, most, draft.cap, { found: most, limit: draft.cap })] : [];
  return [...limited, ...capped, ...nobodyDrawn(cube, labels, figures, check), ...outOfOrder(cube, labels, draft, figures, check)];
}

/** Tiers of which some department draws nobody. */
function nobodyDrawn(cube, labels, figures, check) {
  return cube.tiers.flatMap((tier, k) => {
    const n = figures.firms[k].filter((firms, d) => firms > 0 && figures.drawn[k][d] === 0).length;
    return n ? [check("no_rate", "warn", `inspection:schedule:${tier}`, { tier: k }, 0, 0, { tier: labels.tiers[k], n })] : [];
  });
}

/** Pairs of neighbouring tiers of which the worse is visited less often, told with the department of most. */
function outOfOrder(cube, labels, draft, figures, check) {
  const often = (k, d) => figures.drawn[k][d] / figures.firms[k][d] * draft.frequency[k][d];
  return cube.tiers.slice(1).flatMap((tier, k) => {
    const less = cube.departments.map((_, d) => d).filter((d) =>
      figures.firms[k][d] > 0 && figures.firms[k + 1][d] > 0 && often(k + 1, d) < often(k, d) * (1 - SLACK));
    if (!less.length) return [];
    const apart = (d) => often(k, d) - often(k + 1, d), most = Math.max(...less.map(apart));
    const d = less.find((one) => apart(one) >= most * (1 - SLACK)); // of several, the first
    const [found, limit] = [often(k + 1, d), often(k, d)], n = less.length;
    return [check("order", "warn", `inspection:schedule:${tier}`, { tier: k + 1, department: d }, found, limit, {
      worse: labels.tiers[k + 1], better: labels.tiers[k], department: labels.departments[d],
      found: number(found, 3), limit: number(limit, 3), n,
    })];
  });
}

// --------------------------------------------------------------------------------------------- words and numbers

const LANGUAGES = ["zh", "en"];
const DASH = "–";

/** A text in a language with values in the place of {names}; a value is taken as it is. */
const speaker = (payload, lang) => (key, values = {}) =>
  (payload.words[lang][key] ?? key).replace(/\{(\w+)\}/g, (all, name) => (name in values ? String(values[name]) : all));
const both = (payload, tell) => Object.fromEntries(LANGUAGES.map((lang) => [lang, tell(speaker(payload, lang), lang)]));

const formats = new Map();
function number(x, most = 0, least = most) {
  if (!Number.isFinite(x)) return DASH;
  const key = `${least}:${most}`;
  if (!formats.has(key)) {
    formats.set(key, new Intl.NumberFormat("en", { minimumFractionDigits: least, maximumFractionDigits: most }));
  }
  return formats.get(key).format(Math.abs(x) < 0.5 * 10 ** -most ? 0 : x);
}
const percent = (x, most = 1, least = most) => (Number.isFinite(x) ? `${number(x * 100, most, least)}%` : DASH);
/** A share of replications: nothing that is drawn is certain. */
const likely = (p) => (p > 0.99 ? ">99%" : p < 0.01 ? "<1%" : percent(p, 0));
const exactly = (x) => percent(x, 2, 0);
const points = (x) => number(x, 3, 0);
const amount = (x) => number(x, Math.abs(x) < 100 ? 1 : 0);
const signed = (x, tell) => {
  const told = tell(Math.abs(x));
  return `${told === tell(0) || Number(told) === 0 ? "±" : x > 0 ? "+" : "−"}${told}`;
};
const span = (values, tell) => {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return low === high ? tell(low) : `${tell(low)}${DASH}${tell(high)}`;
};

// ------------------------------------------------------------------------------------------------ elements, made once

const FOCUSED = ["button", "input", "select", "summary"];
let living = []; // what a frame has to look at, of the page that is being built

const h = (tag, attributes = {}, ...children) => made(document.createElement(tag), attributes, children);
const s = (tag, attributes = {}, ...children) =>
  made(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);

/** An element with attributes and children; what is a function is asked again at every frame. Text is only text. */
function made(node, attributes, children) {
  // Where the page stands in a notebook, its keys are not the notebook's.
  if ("tabindex" in attributes || FOCUSED.includes(node.localName)) node.dataset.lmSuppressShortcuts = "true";
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (typeof value === "function") alive(value, (found) => put(node, name, found));
    else put(node, name, value);
  }
  for (const child of children.flat(9)) {
    if (child === null || child === undefined || child === false) continue;
    if (typeof child !== "function") node.append(child);
    else {
      const text = node.appendChild(new Text(""));
      alive(child, (found) => (text.data = found || found === 0 ? found : ""));
    }
  }
  return node;
}

function alive(value, tell) {
  let last;
  living.push(() => {
    const found = value();
    if (found !== last) tell((last = found));
  });
}

/** A place whose children are made again only when what they are made of has changed. */
function listed(node, of, make) {
  alive(() => JSON.stringify(of()), () => node.replaceChildren(...make(of()).flat(9).filter(Boolean)));
  return node;
}

function put(node, name, value) {
  if (["disabled", "hidden", "checked", "required", "selected"].includes(name)) node[name] = Boolean(value);
  else if (name === "style") node.style.cssText = value; // which a policy that forbids style attributes lets be
  else if (value === null || value === undefined) node.removeAttribute(name);
  else node.setAttribute(name, value);
}

/** A value that is worked out once for a state, however often a frame asks. */
function once(view, value) {
  let state, kept;
  return () => {
    if (state !== view.seen) [state, kept] = [view.seen, value()];
    return kept;
  };
}

/** A number typed by hand, taken when the hand leaves it; while it is typed no frame writes over it. */
function field(label, value, take, more = {}) {
  const input = h("input", { type: "number", "aria-label": label, ...more });
  const show = () => (input.value = value() ?? "");
  let typing = false;
  input.addEventListener("input", () => (typing = true));
  const taken = () => {
    typing = false;
    if (input.value !== "") take(Number(input.value));
    show();
  };
  input.addEventListener("change", taken);
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    if (typing) taken();
  });
  living.push(() => typing || input.value === String(value() ?? "") || show());
  return input;
}

const choice = (label, options, value, take) => {
  const select = h("select", { onchange: () => take(select.value) },
    options.map(([key, text]) => h("option", { value: key }, text)));
  living.push(() => select.value !== value() && (select.value = value()));
  return h("label", {}, label, select);
};

const button = (text, press, more = {}) => h("button", { type: "button", onclick: press, ...more }, text);
const panel = (name, title, ...parts) => h("section", { class: name, "aria-label": title }, h("h3", {}, title), parts);
const note = (...parts) => h("p", { class: "note" }, parts);
const cell = (value, name = "n") => h("td", { class: name }, value);
const head = (text, name = "n") => h("th", { scope: "col", class: name }, text);
const rowHead = (text) => h("th", { scope: "row" }, text);
const of = (x, all) => `${clip((100 * x) / all, 0, 100).toFixed(3)}%`;

const figure = (label, ...parts) =>
  s("svg", { role: "img", "aria-label": label, width: "100%", height: "100%" }, parts);

/** A drawing whose coordinates go from 0 to 100 both ways, whatever its size. */
const stretched = (...children) => s("svg", {
  viewBox: "0 0 100 100", preserveAspectRatio: "none", width: "100%", height: "100%",
}, children);

// ---------------------------------------------------------------------------------------------------------- the page

/** Draws a payload into an element; ``host``: {send(command), listen(callback)}, or null where there is no Python. */
export function mount(el, payload, host) {
  const view = new View(el, payload, host);
  view.build();
  const stop = host?.listen((told) => view.take(told));
  return () => (stop?.(), view.stop());
}

export default {
  /** The view of a widget with ``payload``, ``settled`` and ``bands``, as JSON or as what it tells. */
  render({ model, el }) {
    const parsed = (value) => (typeof value === "string" ? JSON.parse(value || "null") : value);
    const told = (name) => parsed(model.get(name));
    const host = {
      send: (command) => model.send(command),
      listen(callback) {
        const tell = () => callback({ settled: told("settled"), bands: told("bands") });
        const names = ["change:settled", "change:bands"];
        names.forEach((name) => model.on(name, tell));
        tell();
        if (!told("settled")) model.send({ do: "ask" });
        return () => names.forEach((name) => model.off(name, tell));
      },
    };
    return mount(el, told("payload"), host);
  },
};

const LONG = ["sign", "save", "optimise", "compare"]; // commands
const AFTER_KEYS = 250; // ms after the last key until a move is told

class View {
  constructor(el, payload, host) {
    Object.assign(this, { el, payload, host, cube: load(payload.cube), settled: null, bands: null, hand: null });
    this.state = payload.state;
    this.force = evaluate(this.cube, payload.draft);
    this.department = null;
    this.form = {};
    this.waits = false; // for Python's answer to what was sent
    this.doing = null; // of the commands that take long, the one that Python is at
    this.say = (key, values) => speaker(payload, this.state.lang)(key, values);
    this.sees();
  }

  label(group, i) {
    return this.payload.labels[group][i][this.state.lang];
  }

  get draft() {
    return this.state.draft;
  }

  get atRest() {
    return !this.hand && !this.waits;
  }

  /** Intervals of what is on the page, or null while they are on their way. */
  get known() {
    return this.atRest && this.bands && this.bands.serial === this.settled?.serial ? this.bands : null;
  }

  /** Figures, checks and front of the state: once a frame, if it is another. */
  sees() {
    const { state, cube, payload } = this;
    if (this.seen === state) return;
    this.seen = state;
    this.figures = evaluate(cube, state.draft);
    this.broken = checks(cube, payload, state.draft, this.figures);
    this.curve = front(cube, state.draft, FACTORS, state);
  }

  get checks() {
    return this.atRest && this.settled ? this.settled.checks : this.broken;
  }

  get red() {
    return this.checks.filter((check) => check.level === "red");
  }

  /** A move by a hand: drawn at the next frame; told when the hand lets go (``now``) or the keys rest (``keys``). */
  move(command, when) {
    const same = (a, b) => a.what === b.what && a.tier === b.tier && a.department === b.department;
    const told = { do: "move", tier: 0, department: null, ...command };
    if (this.hand && !same(this.hand, told)) this.rest();
    this.state = moved(this.cube, this.state, told);
    this.hand = told;
    clearTimeout(this.timer);
    if (when === "keys") this.timer = setTimeout(() => this.rest(), AFTER_KEYS);
    if (when === "now") this.rest();
    this.paint();
  }

  rest() {
    clearTimeout(this.timer);
    const command = this.hand;
    this.hand = null;
    if (command) this.send(command);
  }

  /** Tells Python a command; one that takes long is told once until it is answered, however often a hand asks. */
  send(command) {
    if (!this.host || this.doing === command.do) return;
    if (this.hand && command !== this.hand) this.rest();
    this.waits = true;
    if (LONG.includes(command.do)) this.doing = command.do;
    this.host.send(command);
    this.paint();
  }

  /** A command that is drawn at once, and told. */
  change(state, command) {
    this.rest();
    const lang = this.state.lang;
    this.state = { ...this.state, ...state };
    if (this.state.lang !== lang) this.build();
    this.send(command);
    this.paint();
  }

  aim(told) {
    this.change(told, { do: "aim", ...told });
  }

  lock(what, tier) {
    const name = `${what}:${tier}`, { locks } = this.state;
    const found = locks.includes(name) ? locks.filter((l) => l !== name) : [...locks, name].sort();
    this.change({ locks: found }, { do: "lock", what, tier });
  }

  /** What Python tells; a hand that is on something keeps it. */
  take({ settled, bands }) {
    const text = JSON.stringify(settled);
    if (settled && text !== this.text) {
      const lang = this.state.lang;
      this.text = text;
      this.waits = false;
      this.doing = null;
      this.settled = settled;
      this.state = this.hand ? moved(this.cube, settled.state, this.hand) : settled.state;
      if (this.state.lang !== lang) this.build();
    }
    this.bands = bands;
    this.paint();
  }

  paint() {
    this.frame ??= requestAnimationFrame(() => {
      this.frame = null;
      this.draw();
    });
  }

  draw() {
    this.sees();
    for (const look of this.living) {
      try {
        look();
      } catch (error) { // what one part of the page cannot show leaves the others alive
        console.error(error);
      }
    }
  }

  stop() {
    this.rest();
    cancelAnimationFrame(this.frame);
  }

  /** The page made anew: at the start, and in another language. */
  build() {
    const focused = this.el.contains(document.activeElement) && document.activeElement.className;
    living = this.living = [];
    const part = (name, ...parts) => h("div", { class: name }, parts.map((make) => make(this)));
    const busy = () => String(this.waits); // until Python has taken, and kept, what is on the page
    const page = h("div", { class: "what-if", lang: this.state.lang === "zh" ? "zh-CN" : "en", "aria-busy": busy },
      part("top", heading, lawChecks, said), part("notes", offer, noPython), cards(this),
      h("div", { class: "columns" }, part("left", scores, tiers, aims), part("middle", loads, fronts, changed),
        part("right", burden, drafts)), comparison(this));
    this.el.replaceChildren(page);
    if (focused) page.getElementsByClassName(focused)[0]?.focus();
    this.draw();
  }
}

function heading(view) {
  const { say } = view;
  const { about, labels } = view.payload, lang = view.state.lang;
  const press = (name, text, able = () => true) =>
    button(text, () => view.send({ do: name }), { class: name, disabled: () => !able() });
  const decided = () => view.change({ ...view.payload.state, lang: view.state.lang }, {});
  return h("header", {},
    h("h2", {}, labels.policy[lang]),
    h("p", {}, say("session.as_of", { day: about.as_of }),
      h("span", { class: "status" }, about.status_text[lang])),
    h("div", { class: "tools" },
      view.host && press("undo", say("session.undo"), () => view.settled?.undo),
      view.host && press("redo", say("session.redo"), () => view.settled?.redo),
      view.host ? press("reset", say("session.reset")) : button(say("session.as_decided"), decided, { class: "reset" }),
      button(say("switch"), () => view.aim({ lang: lang === "zh" ? "en" : "zh" }),
        { class: "language", lang: lang === "zh" ? "en" : "zh-CN" })));
}

function lawChecks(view) {
  const { say } = view, lang = view.state.lang;
  const sign = { red: `× ${say("session.broken")}`, warn: `▲ ${say("session.careful")}` };
  const told = ({ level, text, rule, reference }) => h("li", { class: level },
    h("b", {}, sign[level]), ` ${text[lang]} `, h("cite", {}, [rule, reference?.[lang]].filter(Boolean).join(" · ")));
  const node = h("div", {
    class: () => `law ${view.red.length ? "red" : view.checks.length ? "warn" : "fine"}`, role: "region",
    "aria-label": say("session.checks"),
  });
  const open = () => node.querySelector("details")?.open ?? false;
  return listed(node, () => [view.checks, open()], ([found, was]) => {
    if (!found.length) return [h("p", {}, h("b", {}, "√ "), say("session.kept"))];
    if (found.length === 1) return [h("ul", {}, told(found[0]))];
    const more = h("details", { open: was ? "" : null },
      h("summary", {}, say("session.more", { n: found.length - 1 })), h("ul", {}, found.slice(1).map(told)));
    return [h("ul", {}, told(found[0])), more];
  });
}

/** What Python says, and to a screen reader how many rules are broken. */
function said(view) {
  const { say } = view, lang = view.state.lang, place = h("div");
  const node = h("div", { class: "said", role: "status", "aria-live": "polite" }, place,
    h("span", { class: "unseen" }, () => view.red.length > 0 && say("session.n_broken", { n: view.red.length })));
  const now = () => (view.doing ? [view.doing] : [null, view.settled?.said, view.settled?.signed]);
  listed(place, now, ([doing, told, signed]) => [
    doing === "sign" && h("p", {}, say("session.signing")),
    told && h("p", { class: told.level }, told.level === "error" ? "× " : "√ ", told[lang]),
    signed && h("p", { class: "info" }, "√ ", say("session.signed_into", { folder: signed.folder }),
      h("span", { class: "files" }, signed.files.join(", "))),
  ]);
  return node;
}

function offer(view) {
  const { say } = view;
  return listed(h("div", { class: "offer" }), () => view.settled?.working, (working) => working ? [h("p", {}, 
    say("session.unsaved", { when: when(working.written) }),
    button(say("session.restore"), () => view.send({ do: "restore" }), { class: "restore" }))] : []);
}

const when = (written) => String(written ?? "").slice(0, 16).replace("T", " ");
const noPython = (view) => !view.host && h("p", { class: "lead" }, view.say("session.no_python"));

// ------------------------------------------------------------------------------------------------------------ totals

function cards(view) {
  const { say, payload, cube } = view, minimum = payload.limits.county_minimum;
  const f = () => view.figures, had = view.force;
  const from = (now, before, tell) => () => {
    return now() === null ? "" : say("session.than_in_force", { n: signed(now() - before, tell) });
  };
  const waiting = () => view.host && cube.curve && !view.known && say("session.computing");
  const between = (name) => () => {
    const band = cube.curve && view.known?.[name];
    return band ? `${amount(band.low)}${DASH}${amount(band.high)}` : waiting();
  };
  const card = (name, value, ...notes) => h("div", { class: "card" }, h("span", {}, name), h("b", {}, value),
    notes.map((text) => h("small", {}, text)));
  const gain = () => {
    const band = view.known?.better?.gain, n = total(f().detections) - total(had.detections);
    return band && n ? say("session.gain", {
      n: signed(n, amount), low: signed(band.low, amount), high: signed(band.high, amount),
    }) : "";
  };
  const least = minimum && say("session.minimum", { share: exactly(minimum.value) });
  const visits = (figures) => total(figures.visits);
  return h("div", { class: "cards" },
    card(say("session.visits"), () => number(visits(f())), "", from(() => visits(f()), visits(had), number)),
    card(say("session.days"), () => number(sum(f().load)), say("session.of_days", { n: number(sum(cube.capacity)) }),
      from(() => sum(f().load), sum(had.load), number)),
    card(say("session.found"), () => tell(total(f().detections)), between("detections"),
      () => gain() || from(() => total(f().detections), total(had.detections), amount)()),
    card(say("session.undetected"), () => tell(total(f().undetected)), between("undetected"),
      from(() => total(f().undetected), total(had.undetected), amount)),
    card(say("session.share_visited"), () => percent(f().county_share, 2),
      minimum ? () => `${f().county_share < minimum.value * (1 - SLACK) ? "×" : "√"} ${least}` : "",
      from(() => f().county_share * 100, had.county_share * 100, (x) => number(x, 2))),
    view.host && card(say("session.better"), () => likely(view.known?.better?.same_days), waiting, () => {
      const found = view.known?.better;
      return found ? say("session.better_as_it_stands", { share: likely(found.as_it_stands) }) : "";
    }));

  function tell(x) {
    return x === null ? DASH : amount(x);
  }
}

// ------------------------------------------------------------------------------------------ scores and their cut-offs

const BARS = 160, TAIL = 0.002; // bars drawn at most; share of firms whose low scores are gathered at the left end

function scores(view) {
  const { say, cube, payload } = view, colours = payload.colours;
  const { low, high, heights, gathered, most } = histogram(cube, payload.draft.cutoffs);
  const at = (score) => clip((100 * (score - low)) / (high - low), 0, 100);
  const wide = 100 / heights.length;
  const top = (n) => 100 * (1 - Math.sqrt(n / most));
  const bar = (n, i) => n > 0 && `M${(i * wide).toFixed(3)} 100V${top(n).toFixed(2)}h${(wide * 0.86).toFixed(3)}V100z`;
  const id = `tiers-${Math.random().toString(36).slice(2)}`;
  const place = (k) => () => of(at(view.draft.cutoffs[k]), 100);
  const stops = colours.flatMap((colour, k) => [
    s("stop", { offset: k === colours.length - 1 ? "0%" : place(k), "stop-color": colour }),
    s("stop", { offset: k === 0 ? "100%" : place(k - 1), "stop-color": colour }),
  ].reverse()).reverse();
  const chart = h("div", { class: "chart" },
    figure(say("session.scores_figure"),
      grid(most, top).map((n) => [
        s("line", { class: "rule", x1: "0", x2: "100%", y1: `${top(n)}%`, y2: `${top(n)}%` }),
        s("text", { x: "0", y: `${top(n)}%`, dy: -3 }, number(n)),
      ]),
      stretched(s("linearGradient", { id, gradientUnits: "userSpaceOnUse", x1: 0, x2: 100, y1: 0, y2: 0 }, stops),
        s("path", { d: heights.map(bar).filter(Boolean).join(""), fill: `url(#${id})` })),
      s("line", { class: "axis", x1: "0", x2: "100%", y1: "100%", y2: "100%" })),
    view.draft.cutoffs.map((_, k) => handle(view, k, at, (x) => low + x * (high - low))));
  const ticks = h("div", { class: "ticks", "aria-hidden": "true" },
    nice(low, high, 8).map((score) => h("span", { style: `left:${at(score)}%` }, points(score))));
  return panel("scores", say("session.scores"), chart, ticks,
    h("p", { class: "note" }, say("session.scores_note"),
      gathered > 0 && ` ${say("session.gathered", { n: number(gathered), score: points(low) })}`));
}

/** Firms by score in bars of equal width, from the score below which only few stand; those stand in the first bar. */
function histogram(cube, cutoffs) {
  const [lower, upper] = cube.bounds, firms = lower.map((_, b) => {
    let n = 0;
    for (let i = b * cube.P * cube.Z; i < (b + 1) * cube.P * cube.Z; i++) n += cube.counts[i];
    return n;
  });
  let b = cube.B - 1, tail = 0;
  while (b > 0 && tail + firms[b] <= TAIL * cube.n) tail += firms[b--];
  const high = upper[0], least = Math.min(lower[b], ...cutoffs), room = (high - least) * 0.03;
  const low = Math.max(lower[cube.B - 1], Math.floor((least - room) / (10 * cube.step)) * 10 * cube.step);
  const wide = cube.step * Math.ceil((high - low) / cube.step / BARS);
  const heights = zeros(Math.max(1, Math.ceil((high - low) / wide - 1e-9)));
  firms.forEach((n, i) => (heights[clip(Math.floor((lower[i] - low) / wide + 1e-9), 0, heights.length - 1)] += n));
  const gathered = sum(firms.filter((_, i) => lower[i] < low - 1e-9));
  return { low, high: low + wide * heights.length, heights, gathered, most: Math.max(...heights) };
}

/** A cut-off to be dragged, or moved by arrows. */
function handle(view, k, at, score) {
  const { say, cube } = view, now = () => view.draft.cutoffs[k];
  const step = Math.max(1, cube.step), locked = () => view.state.locks.includes(`cutoff:${k}`);
  const to = (place, when) => view.move({ what: "cutoff", tier: k, to: place }, when);
  const keys = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -10, PageUp: 10 };
  const level = () => { // of the label: above one that stands close
    let n = 0;
    for (let j = 0; j < k; j++) n = at(view.draft.cutoffs[j]) - at(view.draft.cutoffs[j + 1]) < 11 ? n + 1 : 0;
    return n;
  };
  const node = h("div", {
    class: () => `handle${locked() ? " locked" : ""}`, role: "slider", tabindex: "0",
    "aria-label": say("session.cutoff_of", { tier: view.label("tiers", k) }),
    "aria-valuemin": cube.bounds[0][cube.B - 1], "aria-valuemax": cube.bounds[1][0], "aria-valuenow": now,
    "aria-valuetext": () => say("session.points", { n: points(now()) }),
    "aria-disabled": () => String(locked()), "data-tier": k, style: () => `left:${at(now())}%;--level:${level() % 3}`,
    onkeydown(event) {
      const n = keys[event.key] * (event.shiftKey && Math.abs(keys[event.key]) === 1 ? 10 : 1);
      if (!n) return;
      event.preventDefault();
      to(now() + n * step, "keys");
    },
    onpointerdown(event) {
      if (locked()) return;
      node.setPointerCapture(event.pointerId);
      node.focus();
      event.preventDefault();
    },
    onpointermove(event) {
      if (!node.hasPointerCapture(event.pointerId)) return;
      const box = node.parentElement.getBoundingClientRect();
      to(score((event.clientX - box.left) / box.width));
    },
    onpointerup: () => view.rest(),
    onpointercancel: () => view.rest(),
  }, h("span", { style: `--tier:${view.payload.colours[k]}` }, `${cube.tiers[k]} ≥ `, () => points(now())));
  return node;
}

/** Whole places for lines across a square-root scale, not too close. */
function grid(most, top) {
  const found = [];
  for (let ten = 10 ** Math.floor(Math.log10(most)); ten >= 1; ten /= 10) {
    for (const n of [5 * ten, 2 * ten, ten]) {
      if (n <= most && 100 - top(n) > 12 && (!found.length || top(n) - top(found.at(-1)) > 20)) found.push(n);
    }
  }
  return found;
}

/** Round numbers between two, about so many. */
function nice(low, high, n) {
  const raw = (high - low) / n, ten = 10 ** Math.floor(Math.log10(raw));
  const wide = [1, 2, 5, 10].map((m) => m * ten).find((w) => w >= raw);
  const first = Math.ceil(low / wide), length = Math.floor(high / wide) - first + 1;
  return Array.from({ length }, (_, i) => decimals((first + i) * wide, 6));
}

// -------------------------------------------------------------------------------------------------------- tiers

function tiers(view) {
  const { say, cube, payload } = view;
  const departments = cube.departments.map((_, d) => [String(d), view.label("departments", d)]);
  const pick = choice(say("session.department"), [["all", say("session.all_departments")], ...departments],
    () => String(view.department ?? "all"), (d) => {
      view.department = d === "all" ? null : Number(d);
      view.paint();
    });
  const cap = h("label", {}, say("session.cap"), field(say("session.cap"), () => view.draft.cap,
    (to) => view.move({ what: "cap", to }, "now"), { min: 1, max: 365, step: 1 }));
  const heads = [
    head(say("session.tier"), ""), head(say("session.from_score"), ""), head(say("session.firms")),
    head(say("session.rate")), head(say("session.ratio"), ""), head(say("session.floor"), ""),
    head(say("session.frequency"), "frequency"), head(say("session.visits_short")), head(say("session.days_short")),
    head(say("session.found_short")),
  ];
  const { since, until, visits, found } = payload.about;
  const learned = { since, until, visits: number(visits), found: number(found) };
  const own = () => view.department !== null && cube.own[view.department] ? say("session.own_cutoffs") : "";
  return panel("tiers", say("session.tiers"), h("div", { class: "row" }, pick, cap, h("span", { class: "note" }, own)),
    h("table", {}, h("thead", {}, h("tr", {}, heads)), h("tbody", {}, cube.tiers.map((_, k) => tierRow(view, k)))),
    note(cube.curve ? say("session.learned", learned) : `${DASH} ${say("session.no_curve")}`));
}

/** One tier: of the county, or of the department that is chosen. */
function tierRow(view, k) {
  const { say, cube } = view, d = () => view.department, f = () => view.figures, name = view.label("tiers", k);
  const here = (rows) => (rows[k].includes(null) ? null : d() === null ? sum(rows[k]) : rows[k][d()]);
  const firms = () => (d() === null ? f().registered[k] : f().firms[k][d()]);
  const all = () => (d() === null ? cube.n : sum(column(f().firms, d())));
  const rate = () => (d() === null ? f().rates?.[k] : cube.curve && here(f().violations) / f().firms[k][d()]);
  const interval = () => {
    const band = d() === null && cube.curve && view.host ? view.known?.rates : null;
    return band ? `${number(100 * band.low[k], 1)}${DASH}${percent(band.high[k])}` : "";
  };
  const two = (first, second) => [h("span", {}, first), h("small", {}, second)];
  return h("tr", { style: `--tier:${view.payload.colours[k]}` },
    rowHead(name),
    cell(k < cube.K - 1 ? h("div", { class: "held" },
      field(say("session.cutoff_of", { tier: name }), () => view.draft.cutoffs[k],
        (to) => view.move({ what: "cutoff", tier: k, to }, "now"), { step: cube.step }),
      padlock(view, "cutoff", k, say("session.lock_cutoff", { tier: name }))) : say("session.below"), "from_score"),
    cell(two(() => number(firms()), () => percent(firms() / all()))), cell(two(() => percent(rate()), interval)),
    cell(ratio(view, k, name), "ratio"),
    cell(byTier(view, k, "floor", say("session.floor_of", { tier: name }), { min: 0, step: 1 }), "floor"),
    cell(byTier(view, k, "frequency", say("session.frequency_of", { tier: name }), { min: 1, step: 1 }), "frequency"),
    cell(() => number(here(f().visits))), cell(() => number(here(f().days))),
    cell(() => number(here(f().detections), here(f().detections) < 1000 ? 1 : 0)));
}

/** Slider and number of a ratio, in percent. */
function ratio(view, k, name) {
  const { say } = view;
  const label = say("session.ratio_of", { tier: name }), held = () => view.state.locks.includes(`ratio:${k}`);
  const move = (to, when) => view.move({ what: "ratio", tier: k, department: view.department, to: to / 100 }, when);
  let keys = false;
  const slider = h("input", {
    type: "range", min: 0, max: 100, step: 0.5, "aria-label": label, disabled: held,
    "aria-valuetext": () => span(numbers(view, "ratio", k), exactly),
    onpointerdown: () => (keys = false), onkeydown: () => (keys = true),
    oninput: () => move(Number(slider.value), keys ? "keys" : null), onchange: () => keys || view.rest(),
  });
  const mean = () => {
    const weights = view.department === null ? view.figures.firms[k] : [1], own = numbers(view, "ratio", k);
    return (100 * sum(own.map((r, d) => r * weights[d]))) / Math.max(sum(weights), 1e-9);
  };
  living.push(() => view.hand?.what === "ratio" && document.activeElement === slider || (slider.value = mean()));
  return h("div", { class: "held" }, slider,
    byTier(view, k, "ratio", label, { min: 0, max: 100, step: 0.1, disabled: held }, 100),
    h("span", { "aria-hidden": "true" }, "%"), padlock(view, "ratio", k, say("session.lock_ratio", { tier: name })));
}

/** Numbers of a tier on the page: of all departments, or of the one that is chosen. */
function numbers(view, what, k) {
  const row = view.draft[NAMES[what]][k];
  return view.department === null ? row : [row[view.department]];
}

/** A number of a tier; where departments differ their span is told, and of one department how it differs from most. */
function byTier(view, k, what, label, more, times = 1) {
  const { say } = view;
  const shown = (x) => decimals(x * times, 2), tell = (x) => number(shown(x), 2, 0);
  const own = () => numbers(view, what, k), mixed = () => new Set(own()).size > 1;
  const input = field(label, () => (mixed() ? null : shown(own()[0])),
    (to) => view.move({ what, tier: k, department: view.department, to: to / times }, "now"),
    { ...more, placeholder: () => (mixed() ? "…" : "") });
  const usual = () => {
    const row = view.draft[NAMES[what]][k], often = (x) => row.filter((y) => y === x).length;
    return row.reduce((best, x) => (often(x) > often(best) ? x : best), row[0]);
  };
  const differs = () => {
    if (view.department === null) return mixed() ? say("session.differs", { n: span(own(), tell) }) : "";
    return own()[0] === usual() ? "" : say("session.usual", { n: tell(usual()) });
  };
  const apart = () => mixed() ? own().map((x, d) => x !== usual() && `${view.label("departments", d)} ${tell(x)}`)
    .filter(Boolean).join(", ") : null;
  return h("div", { class: "by" }, input, h("small", { class: "differs", title: apart }, differs));
}

function padlock(view, what, k, label) {
  const held = () => view.state.locks.includes(`${what}:${k}`);
  const bow = () => (held() ? "M5 7V5a3 3 0 0 1 6 0v2" : "M5 7V4a3 3 0 0 1 5.8-1");
  const drawn = s("svg", { viewBox: "0 0 16 16", width: 14, height: 14, "aria-hidden": "true" },
    s("rect", { x: 3, y: 7, width: 10, height: 7, rx: 1.5 }), s("path", { d: bow }));
  const pressed = () => String(held());
  return button(drawn, () => view.lock(what, k),
    { class: "lock", "aria-label": label, title: label, "aria-pressed": pressed });
}

// ---------------------------------------------------------------------------------------------------------- the aim

function aims(view) {
  if (!view.host) return null;
  const { say } = view, state = () => view.state;
  const bound = (name, label) => h("label", {}, label,
    field(label, () => decimals(state()[name] * 100, 2), (to) => view.aim({ [name]: clip(to / 100, 0, 1) }),
      { min: 0, max: 100, step: 0.5 }), "%");
  const { form } = view;
  const too = h("input", { type: "checkbox", checked: form.cutoffs, onchange: () => (form.cutoffs = too.checked) });
  return panel("aims", say("session.aim"), h("div", { class: "row" },
    choice(say("session.objective"), [
      ["detections", say("session.objective_detections")], ["violations", say("session.objective_violations")],
      ["burden", say("session.objective_burden")],
    ], () => state().objective, (objective) => view.aim({ objective })),
    h("label", { hidden: () => state().objective !== "violations" }, say("session.deterrence"),
      field(say("session.deterrence"), () => state().deterrence, (deterrence) => view.aim({ deterrence }),
        { min: 0, max: 100, step: 0.1 })),
    choice(say("session.budget"), [["draft", say("session.budget_draft")], ["capacity", say("session.budget_capacity")]],
      () => state().budget, (budget) => view.aim({ budget })),
    bound("least", say("session.least")), bound("most", say("session.most")),
    h("label", {}, too, say("session.cutoffs_too")),
    button(say("session.optimise"), () => view.send({ do: "optimise", cutoffs: too.checked }),
      { class: "main", disabled: !view.cube.curve })));
}

// ---------------------------------------------------------------------------------------------- load, front, burden

function loads(view) {
  const { say, cube } = view, f = () => view.figures, capacity = cube.capacity;
  const share = (days, d) => (capacity[d] > 0 ? days / capacity[d] : days > 0 ? Infinity : 0);
  const most = once(view, () => clip(Math.max(...f().load.map(share)) * 1.04, 1.25, 2.5));
  const row = (name, d) => {
    const parts = () => [f().load[d] - f().duty_days[d] - cube.out_of_plan[d], f().duty_days[d], cube.out_of_plan[d]];
    const x = (i) => share(sum(parts().slice(0, i)), d), over = () => f().load[d] > capacity[d] * (1 + SLACK);
    const bar = (kind, i) => s("rect", { class: kind, y: 3, height: 12, x: () => of(x(i), most()),
      width: () => of(Math.min(x(i + 1), most()) - Math.min(x(i), most()), most()) });
    const used = () => over() ? say("session.over_by", { n: number(f().load[d] - capacity[d], 1) })
      : percent(share(f().load[d], d), 0);
    return h("tr", { class: () => (over() ? "over" : "") }, rowHead(name),
      h("td", { class: "bar" }, s("svg", { width: "100%", height: 18, "aria-hidden": "true" },
        bar("drawn", 0), bar("duty", 1), bar("beyond", 2),
        s("line", { class: "mark", x1: () => of(1, most()), x2: () => of(1, most()), y1: 0, y2: 18 }))),
      cell(() => number(f().load[d])), cell(number(capacity[d])), cell(used));
  };
  const key = (kind, text) => [h("i", { class: kind }), text];
  return panel("loads", say("session.load"), note(key("drawn", say("session.draws")),
    key("duty", say("session.duties")), key("beyond", say("session.out_of_plan")),
    key("mark", say("session.capacity"))),
  h("table", {}, h("thead", {}, h("tr", {}, head(say("session.department"), ""), h("td", {}),
    head(say("session.load_days")), head(say("session.capacity")), head(say("session.used")))),
    h("tbody", {}, cube.departments.map((_, d) => row(view.label("departments", d), d)))));
}

const FACTORS = Array.from({ length: 21 }, (_, i) => i / 10), SAME_LOAD = 10; // factor 1

function fronts(view) {
  const { say, cube } = view;
  if (!cube.curve) return panel("fronts", say("session.front"), note(say("session.no_curve")));
  const drawn = (figures) => ({ days: total(figures.days), undetected: total(figures.undetected) });
  const here = once(view, () => drawn(view.figures)), best = () => view.curve[SAME_LOAD], force = drawn(view.force);
  const every = () => [...view.curve, here(), force];
  const right = once(view, () => Math.max(...every().map((p) => p.days)) * 1.05 || 1);
  const ends = once(view, () => {
    const missed = every().map((p) => p.undetected), low = Math.min(...missed), high = Math.max(...missed);
    return [low - 0.08 * (high - low || 1), high + 0.12 * (high - low || 1)];
  });
  const x = (p) => (100 * p.days) / right(), y = (p) => (100 * (ends()[1] - p.undetected)) / (ends()[1] - ends()[0]);
  const shape = {
    force: "M5 0A5 5 0 1 1-5 0 5 5 0 1 1 5 0z", best: "M0-7 7 0 0 7-7 0z", here: "M6 0A6 6 0 1 1-6 0 6 6 0 1 1 6 0z",
  };
  const sign = (kind, place) =>
    s("svg", { class: kind, "aria-hidden": "true", ...place }, s("path", { d: shape[kind] }));
  const point = (kind, p) => sign(kind, { x: () => `${x(p())}%`, y: () => `${y(p())}%`, overflow: "visible" });
  const key = (kind, text, p) => h("li", {},
    sign(kind, { width: 16, height: 16, viewBox: "-8 -8 16 16" }), h("b", {}, text),
    () => say("session.point", { days: number(p().days), n: amount(p().undetected) }));
  const across = (n) => `${y({ undetected: n })}%`;
  const curve = () => view.curve.map((p) => `${x(p).toFixed(2)} ${y(p).toFixed(2)}`);
  const ticks = listed(s("g"), () => [right(), ...ends()].map((end) => decimals(end, 2)), ([r, from, to]) => [
    ...nice(from, to, 4).map((n) => [s("line", { class: "rule", x1: 0, x2: "100%", y1: across(n), y2: across(n) }),
      s("text", { x: 0, y: across(n), dy: -3 }, number(n, 1, 0))]),
    ...nice(0, r, 5).slice(1).map((n) =>
      s("text", { x: `${x({ days: n })}%`, y: "100%", dy: 13, "text-anchor": "middle" }, number(n))),
  ]);
  return panel("fronts", say("session.front"),
    h("div", { class: "chart" }, figure(say("session.front_figure"),
      ticks, s("line", { class: "axis", x1: 0, x2: "100%", y1: "100%", y2: "100%" }),
      stretched(s("path", { class: "curve", "vector-effect": "non-scaling-stroke", d: () => `M${curve().join("L")}` })),
      point("force", () => force), point("best", best), point("here", here))),
    h("p", { class: "axis-title" }, say("session.front_axis")),
    h("ul", { class: "keys" }, key("here", say("session.you_are_here"), here),
      key("best", say("session.best_for_load"), best), key("force", say("session.in_force"), () => force)));
}

function burden(view) {
  const { say, cube } = view, f = () => view.figures;
  const duties = sum(cube.dutyDays.map((n, d) => (cube.days[d] ? n / cube.days[d] : 0)));
  const mean = once(view, () => (total(f().visits) + duties) / Math.max(cube.n, 1));
  const most = once(view, () => Math.max(mean(), ...f().burden_sector, ...f().burden_size) * 1.05 || 1);
  const row = (by, group) => (_, i) => h("tr", {}, rowHead(view.label(group, i)),
    h("td", { class: "bar" }, s("svg", { width: "100%", height: 14, "aria-hidden": "true" },
      s("rect", { class: "drawn", y: 2, height: 10, width: () => of(f()[by][i] ?? 0, most()) }),
      s("line", { class: "mark", x1: () => of(mean(), most()), x2: () => of(mean(), most()), y1: 0, y2: 14 }))),
    cell(() => number(f()[by][i], 2)));
  const part = (title, by, group) => h("tbody", {}, h("tr", { class: "title" },
    h("th", { scope: "rowgroup", colspan: 3 }, title)), cube[group].map(row(by, group)));
  return panel("burden", say("session.burden"),
    note(h("i", { class: "mark" }), () => say("session.mean", { n: number(mean(), 2) })),
    h("table", {}, part(say("session.by_sector"), "burden_sector", "sectors"),
      part(say("session.by_size"), "burden_size", "sizes")));
}

// ------------------------------------------------------------------------------------------ what changed, and drafts

function changed(view) {
  const { say } = view, lang = view.state.lang;
  const shown = (x, unit) => (SHARES.includes(unit) ? exactly(x) : points(x));
  const line = ({ label, department, field: what, before: was, after, unit, reference }) => h("li", {},
    h("span", {}, h("b", {}, label[lang]), department && ` · ${department[lang]}`, words[what] && ` · ${words[what]}`),
    h("span", { class: "step" }, `${shown(was, unit)} → `, h("b", {}, shown(after, unit))),
    h("cite", {}, reference?.[lang] ?? ""));
  const words = {
    from_score: say("session.from_score"), ratio: say("session.ratio"), floor: say("session.floor"),
    frequency: say("session.frequency"),
  };
  const found = () => (view.settled && view.atRest ? view.settled.changes : changes(view));
  return panel("changed", say("session.changed"), listed(h("ul"), found, (lines) =>
    lines.length ? lines.map(line) : [h("li", { class: "note" }, say("session.nothing_changed"))]));
}

const SHARES = ["ratio", "share"];

/** What differs from the policy in force, until Python tells it; what all departments have stands once. */
function changes(view) {
  const { say, payload, draft } = view, was = payload.draft, found = [];
  const { tiers: names, departments } = payload.labels;
  const add = (label, department, what, from, to) =>
    from === to || found.push({ label, department, field: what, before: from, after: to, unit: what });
  draft.cutoffs.forEach((c, k) => add(names[k], null, "from_score", was.cutoffs[k], c));
  for (const [what, name] of Object.entries(NAMES)) {
    draft[name].forEach((row, k) => {
      const before = was[name][k], alike = new Set(row).size === 1 && new Set(before).size === 1;
      if (alike) add(names[k], null, what, before[0], row[0]);
      else row.forEach((n, d) => add(names[k], departments[d], what, before[d], n));
    });
  }
  add(both(payload, (say) => say("session.cap")), null, "cap", was.cap, draft.cap);
  return found;
}

function drafts(view) {
  if (!view.host) return null;
  const { say, form } = view;
  const entry = (name, label, most = 200) => h("label", {}, label, h("input", {
    value: form[name] ?? "", required: true, maxlength: most, autocomplete: "off",
    oninput: (event) => (form[name] = event.target.value),
  }));
  const saving = h("form", { class: "save", onsubmit(event) {
    event.preventDefault();
    view.send({ do: "save", name: form.name, author: form.author, office: form.office, reason: form.reason });
  } }, entry("name", say("session.draft_name"), 40), entry("author", say("session.author")),
  entry("office", say("session.office")), entry("reason", say("session.reason")),
  h("button", { class: "main" }, say("session.save")));
  const marked = (form.marked ??= new Set());
  const mark = ({ name }) => h("input", { type: "checkbox", checked: marked.has(name), onchange(event) {
    marked[event.target.checked ? "add" : "delete"](name);
    view.paint();
  } });
  const told = ({ signed: done, author, written, reason }) =>
    [done && `√ ${say("session.signed")}`, `${author.name}, ${author.office}`, when(written), reason].filter(Boolean).join(" · ");
  const row = (draft) => {
    const { name } = draft;
    const press = (text, label, does) => button(text, () => view.send({ do: does, name }), { "aria-label": label });
    return h("li", {}, h("label", {}, mark(draft), h("b", {}, name)), h("small", {}, told(draft)),
      press(say("session.open"), say("session.open_named", { name }), "open"),
      !draft.signed && press(say("session.discard"), say("session.discard_named", { name }), "discard"));
  };
  const there = () => view.settled?.drafts ?? [];
  const chosen = () => there().map((d) => d.name).filter((name) => marked.has(name));
  const list = listed(h("ul"), there, (found) =>
    found.length ? found.map(row) : [h("li", { class: "note" }, say("session.no_drafts"))]);
  return panel("drafts", say("session.drafts"), saving, list,
    button(say("session.compare"), () => {
      view.asked = true;
      view.send({ do: "compare", names: chosen() });
    }, { disabled: () => !chosen().length || chosen().length > 3 }),
    signing(view, entry, there));
}

function signing(view, entry, there) {
  const { say, form } = view;
  const select = h("select", { required: true, onchange() {
    form.to_sign = select.value;
    view.paint();
  } });
  const red = () => there().find((draft) => draft.name === select.value)?.red ?? 0;
  listed(select, () => there().filter((d) => !d.signed).map((d) => d.name), (names) =>
    names.map((name) => h("option", { value: name, selected: name === form.to_sign }, name)));
  return h("form", { class: "sign", onsubmit(event) {
    event.preventDefault();
    view.send({ do: "sign", name: select.value, signer: form.signer, office: form.signer_office });
  } }, h("h4", {}, say("session.sign_title")), note(say("session.sign_plain")),
  h("label", {}, say("session.draft_name"), select), entry("signer", say("session.signer")),
  entry("signer_office", say("session.office")),
  h("button", { class: "main", disabled: () => red() > 0 || view.doing === "sign" }, say("session.sign")),
  h("p", { class: "refused" }, () => red() > 0 && say("session.sign_refused", { n: red() })));
}

/** The policy in force and up to three drafts side by side. */
function comparison(view) {
  const { say } = view;
  return listed(h("div", { class: "compared" }), () => view.settled?.comparison, (told) => {
    if (!told) return [];
    const shown = panel("compare", say("session.compared"), compared(view, told));
    if (view.asked) requestAnimationFrame(() => shown.scrollIntoView({ block: "nearest" }));
    view.asked = false;
    return [shown];
  });
}

function compared(view, { names, drafts: given, better }) {
  const { say, cube, payload } = view, all = [payload.draft, ...given];
  const figures = all.map((draft) => evaluate(cube, draft));
  const rows = [];
  const add = (title, tell) => {
    const texts = all.map((draft, i) => tell(draft, figures[i], i));
    const one = (text) => (text === texts[0] ? cell(text) : cell(`≠ ${text}`, "n differs"));
    rows.push(h("tr", {}, rowHead(title), texts.map(one)));
  };
  const tier = (k, title) => `${cube.tiers[k]} · ${title}`;
  payload.draft.cutoffs.forEach((_, k) => add(tier(k, say("session.from_score")), (draft) => points(draft.cutoffs[k])));
  const tables = [
    ["ratios", say("session.ratio"), exactly], ["floors", say("session.floor"), points],
    ["frequency", say("session.frequency"), points],
  ];
  for (const [name, title, tell] of tables) {
    cube.tiers.forEach((_, k) => {
      const differ = new Set(all.map((draft) => String(draft[name][k]))).size > 1;
      if (differ) add(tier(k, title), (draft) => span(draft[name][k], tell));
    });
  }
  add(say("session.visits"), (_, f) => number(total(f.visits)));
  add(say("session.days"), (_, f) => number(sum(f.load)));
  for (const [name, title] of [["detections", say("session.found")], ["undetected", say("session.undetected")]]) {
    add(title, (_, f) => number(total(f[name]), 1));
  }
  add(say("session.share_visited"), (_, f) => percent(f.county_share, 2));
  add(say("session.checks"), (draft, f) => {
    const red = checks(cube, payload, draft, f).filter((check) => check.level === "red").length;
    return red ? `× ${red}` : "√";
  });
  const chance = (_, i) => cell(likely(better?.[i]?.same_days));
  rows.push(h("tr", {}, rowHead(say("session.better")), cell(DASH), given.map(chance)));
  const heads = h("tr", {}, h("td"), head(say("session.in_force")), names.map((name) => head(name)));
  return h("table", {}, h("thead", {}, heads), h("tbody", {}, rows));
}
