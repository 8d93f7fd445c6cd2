// A shutter (0x026301) on the npm package `echonet-lite`, as its README has devices written. It takes three seconds for
// its way and announces what changes. On standard input it takes what a hand or a house can do to it.

const { createRequire } = require("module");
const EL = createRequire(`${process.env.TOMORI_JS}/`)("echonet-lite");

const SHUTTER = "026301";
const WAY = 3000;
const NAMES = { 0x41: "open", 0x42: "close", 0x43: "stop" };
// 0x41 fully open, 0x42 fully closed, 0x43 opening, 0x44 closing, 0x45 stopped halfway.
const details = {
  [SHUTTER]: {
    80: [0x30],
    81: [0x0f],
    82: [0x00, 0x00, 0x52, 0x00],
    83: [0xfe, 0x00, 0x00, 0x77, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x02],
    88: [0x42],
    89: [0x00, 0x00],
    "8a": [0x00, 0x00, 0x77],
    93: [0x41],
    "9d": [5, 0x80, 0x81, 0x88, 0xe0, 0xea],
    "9e": [3, 0x81, 0x93, 0xe0],
    e0: [0x43],
    e8: [0x41],
    ea: [0x42],
  },
};
const mine = details[SHUTTER];
const codes = [...Object.keys(mine), "9f"].map((code) => parseInt(code, 16));
mine["9f"] = [codes.length, ...codes];

let travel = null;

function announce(code, value) {
  mine[code] = [value];
  EL.sendOPC1(EL.EL_Multi, EL.toHexArray(SHUTTER), EL.NODE_PROFILE_OBJECT, EL.INF, parseInt(code, 16), [value]);
}

function move(operation) {
  clearTimeout(travel);
  mine.e0 = [operation];
  const at = mine.ea[0];
  if (operation === 0x43) {
    if (at === 0x43 || at === 0x44) announce("ea", 0x45);
    return;
  }
  const [end, way] = operation === 0x41 ? [0x41, 0x43] : [0x42, 0x44];
  if (at === end) return;
  announce("ea", way);
  travel = setTimeout(() => announce("ea", end), WAY);
}

function received(rinfo, els, error) {
  if (error || els.DEOJ !== SHUTTER) return;
  if (els.ESV === EL.GET) {
    EL.replyGetDetail(rinfo, els, details);
  } else if (els.ESV === EL.SETC || els.ESV === EL.SETI) {
    EL.replySetDetail(rinfo, els, details);
    if (els.DETAILs["93"]) mine["93"] = [parseInt(els.DETAILs["93"], 16)];
    if (els.DETAILs.e0) move(parseInt(els.DETAILs.e0, 16));
  }
}

function say(line) {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

EL.initialize([SHUTTER], received, 4, { ignoreMe: true, autoGetProperties: false }).then(() => {
  say({ node: EL.Node_details["83"].map((byte) => byte.toString(16).padStart(2, "0")).join("") });
});

require("readline")
  .createInterface({ input: process.stdin })
  .on("line", (line) => {
    const wish = JSON.parse(line);
    if (wish.do === "hand") move(wish.operation);
    if (wish.do === "prohibit") announce("e8", wish.prohibited ? 0x42 : 0x41);
    if (wish.do === "state") say({ state: NAMES[mine.e0[0]], remote: mine["93"][0] });
  });
