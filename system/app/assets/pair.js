// Takes the secret out of the address, where it would stay in the history, and puts it into the form. The person
// decides to send it.

const secret = location.hash.slice(1);
const field = document.querySelector('[data-redeem] input[name="secret"]');
if (secret && field) {
  field.value = secret;
  history.replaceState(null, '', location.pathname);
}
