// The page's own heartbeat: it asks whether its kernel lives, and says so plainly where it does not.

const PAUSE = 2000, PATIENCE = 60_000;
const opened = Date.now();
const words = JSON.parse(document.getElementById("session-words").textContent);
const lost = document.getElementById("lost");

/** What is lost: nothing, the kernel, or the whole server. */
async function fault() {
  const config = document.getElementById("jupyter-config-data");
  if (!config) return Date.now() - opened > PATIENCE ? "kernel_lost" : "";
  const { baseUrl, kernelId } = JSON.parse(config.textContent);
  try {
    const answer = await fetch(`${baseUrl}api/kernels/${kernelId}`, { cache: "no-store" });
    return answer.ok ? "" : "kernel_lost";
  } catch {
    return "server_lost";
  }
}

async function beat() {
  const what = await fault();
  const own = words[document.documentElement.lang] ?? words.zh;
  lost.hidden = !what;
  lost.querySelector("p").textContent = what && own[what];
  lost.querySelector("button").textContent = own.reload;
  setTimeout(beat, PAUSE);
}

lost.querySelector("button").addEventListener("click", () => location.reload());
beat();
