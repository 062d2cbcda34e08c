// The pages of images. Each lies in a <noscript>: text to a browser that runs scripts, so that
// thousands of them cost nothing until one is looked at. It was escaped when it was written.

const opened = (section) => {
  const asleep = section.querySelector("noscript");
  if (asleep) {
    const template = document.createElement("template");
    template.innerHTML = asleep.textContent;
    const verdict = document.createElement("p");
    verdict.append(...section.querySelector("summary").childNodes);
    section.querySelector("details").replaceWith(verdict, template.content);
  }
  return section;
};

// On paper everything is open that somebody chose to see: the image, or all that the filters leave.
const printing = { rows: [], details: [] };

addEventListener("beforeprint", () => {
  const alone = document.querySelector(".image.current");
  const sections = alone ? [alone] : imagesShown().map((anchor) => document.getElementById(anchor));
  for (const section of sections) opened(section).classList.add("printed");
  if (!alone) for (const table of tables.values()) table.show(Infinity);
  printing.details = [...document.querySelectorAll("#rules details, .printed details")].filter(
    (details) => !details.open,
  );
  for (const details of printing.details) details.open = true;
});

addEventListener("afterprint", () => {
  for (const section of document.querySelectorAll(".printed")) section.classList.remove("printed");
  for (const details of printing.details) details.open = false;
  for (const table of tables.values()) table.show();
});
