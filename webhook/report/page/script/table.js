// Tables. Rows that are not looked at are kept outside the document, which then stays quick
// however many there are; what a row is sought by is read once.

const collator = new Intl.Collator("en", { numeric: true });
const plural = (number, noun) => `${number.toLocaleString("en")} ${noun}${number === 1 ? "" : "s"}`;

class Table {
  constructor(element) {
    this.body = element.tBodies[0];
    this.heads = [...element.tHead.rows[0].cells];
    this.page = Number(element.dataset.page);
    this.limit = this.page;
    this.noun = element.id.replace("s-table", "");
    this.status = document.querySelector(`.status[data-for="${element.id}"]`);
    this.more = document.querySelector(`.more[data-for="${element.id}"]`);
    this.rows = [...this.body.rows].map((row) => ({
      row,
      text: `${row.textContent} ${Object.values(row.dataset).join(" ")}`.toLowerCase(),
      words: Object.fromEntries(
        Object.entries(row.dataset).map(([key, value]) => [key, value.split(" ")]),
      ),
    }));
    this.found = this.rows;
    this.heads.forEach((head, at) => this.sortable(head, at));
    this.more.addEventListener("click", () => this.show(this.limit + this.page));
  }

  // What `state` leaves: every word of its `q`, and of each other key the value.
  filter(state) {
    const sought = (state.q ?? "").toLowerCase().split(/\s+/).filter(Boolean);
    const facets = Object.entries(state).filter(([key, value]) => key !== "q" && value);
    this.found = this.rows.filter(
      ({ text, words }) =>
        sought.every((word) => text.includes(word)) &&
        facets.every(([key, value]) => words[key]?.includes(value)),
    );
    this.show(this.page);
  }

  // The first `limit` of what was found.
  show(limit = this.limit) {
    if (limit !== Infinity) this.limit = limit;
    const shown = this.found.slice(0, limit);
    this.body.replaceChildren(...shown.map(({ row }) => row));
    const left = this.found.length - shown.length;
    const all = this.rows.length.toLocaleString("en");
    const some = this.found.length === this.rows.length ? "" : ` of ${all}`;
    const first = left ? `, the first ${shown.length} shown` : "";
    this.status.textContent = this.found.length
      ? `${plural(this.found.length, this.noun)}${some}${first}`
      : `No ${this.noun} matches; all ${all} are left out.`;
    this.more.hidden = !left;
    this.more.textContent = `Show ${Math.min(left, this.page)} more`;
  }

  sortable(head, at) {
    if (!head.dataset.sort) return;
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const first = head.dataset.sort === "number" && head.classList.contains("n") ? -1 : 1;
      const was = { ascending: 1, descending: -1 }[head.getAttribute("aria-sort")];
      this.sort(head, at, was ? -was : first);
    });
  }

  sort(head, at, direction) {
    for (const other of this.heads) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", direction > 0 ? "ascending" : "descending");
    const isNumber = head.dataset.sort === "number";
    const value = ({ cells: { [at]: cell } }) => {
      const text = cell.dataset.v ?? cell.textContent;
      return isNumber ? Number(text.replaceAll(",", "")) : text;
    };
    for (const item of this.rows) item.key = value(item.row);
    const compare = isNumber ? (a, b) => a - b : collator.compare;
    this.rows.sort((a, b) => direction * compare(a.key, b.key));
    const found = new Set(this.found);
    this.found = this.rows.filter((item) => found.has(item));
    this.show();
  }
}

const tables = new Map(
  [...document.querySelectorAll("table.main")].map((table) => [table.id, new Table(table)]),
);

// Anchors of the images that the filters leave, in the order of the table.
const imagesShown = () =>
  (tables.get("images-table")?.found ?? []).map(({ row }) =>
    row.querySelector("th a").hash.slice(1),
  );
