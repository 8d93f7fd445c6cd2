// A controller on the npm package `node-echonet-lite`, as its README has it. Wishes come in as JSON lines.
//   {"do":"discover"} {"do":"maps","host":…,"object":[2,99,1]}
//   {"do":"get","host":…,"object":[2,99,1],"code":234} {"do":"set",…,"code":224,"value":{"status":"Open"}}
//   {"do":"raw","host":…,"object":…,"service":"SetC","properties":[{"epc":224,"edt":[65]}]}

const { createRequire } = require("module");
const EchonetLite = createRequire(`${process.env.TOMORI_JS}/`)("node-echonet-lite");

const echonet = new EchonetLite({ type: "lan", lang: "en", netif: process.argv[2] });

function say(line) {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

function answer(kind) {
  return (error, result) => {
    if (error) return say({ [kind]: null, error: String(error) });
    const { esv, prop, data } = result.message;
    say({ [kind]: data ?? null, service: esv, properties: prop.map(({ epc, edt, buffer }) => ({ epc, edt, bytes: buffer && buffer.toString("hex") })) });
  };
}

const wishes = {
  discover() {
    const found = {};
    echonet.startDiscovery((error, result) => {
      if (!error && result) found[result.device.address] = result.device.eoj;
    });
    setTimeout(() => {
      echonet.stopDiscovery();
      say({ found });
    }, 4000);
  },
  maps: ({ host, object }) =>
    echonet.getPropertyMaps(host, object, (error, result) =>
      say({ maps: error ? null : result.message.data, error: error && String(error) }),
    ),
  get: ({ host, object, code }) => echonet.getPropertyValue(host, object, code, answer("got")),
  set: ({ host, object, code, value }) => echonet.setPropertyValue(host, object, code, value, answer("set")),
  raw: ({ host, object, service, properties }) =>
    echonet.send(
      host,
      object,
      service,
      properties.map(({ epc, edt }) => ({ epc, edt: edt && Buffer.from(edt) })),
      answer("raw"),
    ),
};

echonet.init((error) => {
  if (error) throw error;
  echonet.on("notify", ({ device, message }) => {
    const told = message.prop.map(({ epc, edt }) => ({ epc, edt }));
    say({ announced: told, host: device.address });
  });
  say({ started: true });
});

require("readline")
  .createInterface({ input: process.stdin })
  .on("line", (line) => {
    const wish = JSON.parse(line);
    wishes[wish.do](wish);
  });
