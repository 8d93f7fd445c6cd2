// Passkeys: asks the authenticator what the server wants to know, and sends the answer as a form of its own. Nothing is
// decided here; the server, and after it the gateway, look at every byte.
//
// [data-passkey="make"]   a form that makes a passkey; [data-passkey="sign"] one that signs. data-begin: where the question is
//                         asked for, data-origin: the one origin on which it is answered. Texts: data-cancelled, -known,
//                         -unable, -unsent.
// [data-passkey-say]      in the form: what came to nothing. [data-passkey-elsewhere]: shown on any other origin.
// [data-file-into="ID"]   a file whose bytes go into that field as Base64.
// [data-grouped]          eight digits that are shown in two groups of four.
// [data-until]            when something ends, in milliseconds; with data-now, the server's clock when the page was made, and
//                         data-whole, the whole time in seconds. [data-left] inside shows the rest.

const toText = (buffer) => {
  let letters = '';
  for (const byte of new Uint8Array(buffer)) letters += String.fromCharCode(byte);
  return btoa(letters).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
};
const toBytes = (text) =>
  Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (letter) => letter.charCodeAt(0));

const descriptors = (ids) => ids.map((id) => ({ type: 'public-key', id: toBytes(id) }));

async function ask(form) {
  const answer = await fetch(form.dataset.begin, {
    method: 'POST',
    body: new URLSearchParams(new FormData(form)),
    headers: { accept: 'application/json' },
    redirect: 'manual',
  });
  const said = await answer.json();
  if (answer.ok) return said;
  throw Object.assign(new Error(`${said.title}. ${said.detail}`), { name: 'Refused' });
}

async function make(form) {
  const asked = await ask(form);
  const made = await navigator.credentials.create({
    publicKey: {
      challenge: toBytes(asked.challenge),
      rp: asked.rp,
      user: { id: toBytes(asked.user.id), name: asked.user.name, displayName: asked.user.name },
      pubKeyCredParams: [{ type: 'public-key', alg: -7 }],
      authenticatorSelection: { residentKey: 'preferred', userVerification: 'required' },
      attestation: 'none',
      excludeCredentials: descriptors(asked.known),
      timeout: 120_000,
    },
  });
  form.elements.attestation.value = toText(made.response.attestationObject);
  form.elements.client.value = toText(made.response.clientDataJSON);
}

async function sign(form) {
  const asked = await ask(form);
  const made = await navigator.credentials.get({
    publicKey: {
      challenge: toBytes(asked.challenge),
      rpId: asked.rpId,
      allowCredentials: descriptors(asked.passkeys),
      userVerification: 'required',
      timeout: 120_000,
    },
  });
  form.elements.challenge.value = asked.challenge;
  form.elements.credential.value = toText(made.rawId);
  form.elements.authenticator.value = toText(made.response.authenticatorData);
  form.elements.client.value = toText(made.response.clientDataJSON);
  form.elements.signature.value = toText(made.response.signature);
}

function why(form, error) {
  if (error.name === 'Refused') return error.message;
  if (error.name === 'InvalidStateError') return form.dataset.known ?? form.dataset.unable;
  if (error.name === 'NotAllowedError' || error.name === 'AbortError') return form.dataset.cancelled;
  if (error instanceof TypeError) return form.dataset.unsent;
  return form.dataset.unable;
}

async function run(form, button) {
  const place = form.querySelector('[data-passkey-say]');
  place.hidden = true;
  button?.setAttribute('aria-disabled', 'true');
  try {
    await (form.dataset.passkey === 'make' ? make(form) : sign(form));
    // The form itself, without this script's ear: what comes of it is a page.
    form.submit();
  } catch (error) {
    place.textContent = why(form, error);
    place.hidden = false;
    button?.removeAttribute('aria-disabled');
  }
}

addEventListener('submit', (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement) || !form.matches('[data-passkey]')) return;
  event.preventDefault();
  if (event.submitter?.getAttribute('aria-disabled') === 'true') return;
  run(form, event.submitter);
});

for (const form of document.querySelectorAll('[data-passkey]')) {
  if (location.origin !== form.dataset.origin) {
    // A passkey that is made or used on another name would not be taken.
    form.hidden = true;
    for (const place of document.querySelectorAll('[data-passkey-elsewhere]')) place.hidden = false;
  } else if (!globalThis.isSecureContext || !globalThis.PublicKeyCredential) {
    const place = form.querySelector('[data-passkey-say]');
    place.textContent = form.dataset.unable;
    place.hidden = false;
    form.querySelector('button').setAttribute('aria-disabled', 'true');
  }
}

// A page that is shown again from memory has an answer in it that was sent already.
addEventListener('pageshow', (event) => event.persisted && document.querySelector('[data-passkey]') && location.reload());

addEventListener('change', async (event) => {
  const field = event.target;
  if (!(field instanceof HTMLInputElement) || !field.dataset.fileInto || !field.files[0]) return;
  const into = document.getElementById(field.dataset.fileInto);
  into.value = toText(await field.files[0].arrayBuffer());
});

addEventListener('input', (event) => {
  const field = event.target;
  if (!(field instanceof HTMLInputElement) || !('grouped' in field.dataset) || event.inputType?.startsWith('delete')) return;
  const digits = field.value.normalize('NFKC').replace(/[^0-9]/g, '').slice(0, 8);
  field.value = digits.length > 4 ? `${digits.slice(0, 4)} ${digits.slice(4)}` : digits;
});

// The time that is left, by the server's clock.

const seen = new WeakMap();

function count() {
  for (const place of document.querySelectorAll('[data-until]')) {
    if (!seen.has(place)) seen.set(place, performance.now());
    const now = Number(place.dataset.now) + performance.now() - seen.get(place);
    const left = Math.max(0, Math.floor((Number(place.dataset.until) - now) / 1000));
    place.querySelector('[data-left]').textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')}`;
    const share = Math.min(100, (left * 100) / Number(place.dataset.whole));
    place.querySelector('.left').setAttribute('stroke-dasharray', `${share} 100`);
  }
}

setInterval(count, 1000);
addEventListener('tomori:live', count);
