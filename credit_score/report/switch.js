const page = document.documentElement;
function show(lang) { page.dataset.lang = lang; page.lang = lang; }
if (location.hash === "#en" || !(navigator.language || "zh").startsWith("zh")) show("en");
document.getElementById("switch").addEventListener("click", () => show(page.dataset.lang === "zh" ? "en" : "zh"));
