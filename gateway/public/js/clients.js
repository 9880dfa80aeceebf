/** Fills in how other clients come into a room, and lets the texts be copied. */
export function showClients(room) {
  const panel = document.querySelector('#clients');
  const base = new URL(`api/rooms/${encodeURIComponent(room)}/`, document.baseURI);
  const texts = {
    whip: new URL('whip', base).href,
    whep: new URL('whep', base).href,
    ffplay: `ffplay -protocol_whitelist http,https,tcp,tls,udp,rtp -f sdp -i "${new URL('track.sdp?port=5004', base).href}"`,
  };
  for (const [name, text] of Object.entries(texts)) panel.querySelector(`[data-url="${name}"]`).textContent = text;
  panel.hidden = false;
}

export function hideClients() {
  document.querySelector('#clients').hidden = true;
}

for (const button of document.querySelectorAll('#clients .copy')) {
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(button.previousElementSibling.textContent);
    button.textContent = 'Copied';
    setTimeout(() => (button.textContent = 'Copy'), 1500);
  });
}
