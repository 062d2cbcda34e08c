// Addresses: `#image-...` shows the page of one image, `#images?verdict=deny` filters, any other
// leads to its place in the report.

const root = document.documentElement;
const placed = { from: "", top: 0 };

const leave = (section) => {
  section.classList.remove("current");
  delete root.dataset.view;
};

// Links to the images before and after this one, in the order of the table.
const neighbours = (section) => {
  const order = imagesShown();
  const at = order.indexOf(section.id);
  for (const [name, to] of [["before", at - 1], ["after", at + 1]]) {
    const link = section.querySelector(`.back .${name}`);
    link.hidden = at < 0 || !order[to];
    link.hash = order[to] ?? "images";
  }
};

const showImage = (section) => {
  const before = document.querySelector(".image.current");
  if (before) leave(before);
  else Object.assign(placed, { from: queryOf(forms.get("images-table")), top: scrollY });
  opened(section).classList.add("current");
  root.dataset.view = "image";
  section.querySelector(".back a").hash = placed.from ? `images?${placed.from}` : "images";
  neighbours(section);
  scrollTo(0, 0);
  section.focus({ preventScroll: true });
};

const showReport = (place, query, left) => {
  if (query !== undefined) applyQuery(query);
  const target = document.getElementById(place);
  if (left && (place || "images") === "images" && (query ?? "") === placed.from) {
    // Back to where the list was left, and to the very link.
    scrollTo(0, placed.top);
    document.querySelector(`#images a[href="#${left.id}"]`)?.focus({ preventScroll: true });
  } else if (target) {
    const details = target.querySelector(":scope > th > details");
    if (details) details.open = true;
    target.scrollIntoView();
    target.focus({ preventScroll: true });
  }
};

const follow = () => {
  const [place, query] = location.hash.slice(1).split("?");
  const section = document.getElementById(place);
  if (section?.classList.contains("image")) {
    showImage(section);
    return;
  }
  const left = document.querySelector(".image.current");
  if (left) leave(left);
  showReport(place, query, left);
};

addEventListener("hashchange", follow);
follow();
