// The parts of the page that more than one module speaks through.

export const part = (id) => document.getElementById(id);

export function say(id, text) {
  part(id).textContent = text;
  if (id === "problem") part(id).hidden = !text;
}
