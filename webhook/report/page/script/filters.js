// The filters above the tables. Those of images stand in the address, so that they can be shared.

const stateOf = (form) =>
  Object.fromEntries([...new FormData(form)].filter(([, value]) => value !== ""));

const queryOf = (form) => new URLSearchParams(stateOf(form)).toString();

const write = (form, wanted) => {
  for (const field of form.elements) {
    if (field.name) field.value = wanted.get(field.name) ?? "";
  }
};

// Every value that occurs gets an option with how often; options that do not occur go.
const fill = (select, table) => {
  const counts = new Map();
  for (const { words } of table.rows) {
    for (const word of words[select.name] ?? []) {
      if (word) counts.set(word, (counts.get(word) ?? 0) + 1);
    }
  }
  const known = [...select.options].slice(1);
  const names = known.length
    ? known.map(({ value, text }) => [value, text])
    : [...counts.keys()].sort(collator.compare).map((word) => [word, word]);
  for (const option of known) option.remove();
  for (const [value, name] of names) {
    if (counts.has(value)) select.add(new Option(`${name} (${counts.get(value)})`, value));
  }
  // A choice of one is none.
  select.parentElement.hidden = select.options.length < 2;
};

const forms = new Map();
for (const form of document.querySelectorAll("form.filters")) {
  const table = tables.get(form.dataset.for);
  for (const select of form.querySelectorAll("select")) fill(select, table);
  const apply = () => {
    table.filter(stateOf(form));
    if (form.dataset.for !== "images-table") return;
    const query = queryOf(form);
    history.replaceState(null, "", query ? `#images?${query}` : "#images");
  };
  form.addEventListener("input", apply);
  form.addEventListener("reset", (event) => {
    event.preventDefault();
    write(form, new URLSearchParams());
    apply();
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  forms.set(form.dataset.for, form);
  table.show();
}

// Filter images by the words of an address: `verdict=deny&q=shop`.
const applyQuery = (query) => {
  const form = forms.get("images-table");
  if (!form) return;
  write(form, new URLSearchParams(query));
  tables.get("images-table").filter(stateOf(form));
};
