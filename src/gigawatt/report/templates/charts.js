// Draws the page's figures in the reader's theme, and again when the theme or the medium changes.
(function () {
  "use strict";
  const figures = JSON.parse(document.getElementById("figures").textContent);
  const locale = JSON.parse(document.getElementById("locale").textContent);
  const root = document.documentElement;
  const PRINT_WIDTH_PX = 640;
  const config = {
    responsive: true,
    displaylogo: false,
    displayModeBar: "hover",
    modeBarButtons: [["toImage"]],
    scrollZoom: false,
    doubleClick: false,
    locale: locale.name,
  };
  if (locale.name !== "en") Plotly.register(locale); // "en" is plotly's own

  // Replace colour tokens ("@c0") by the values of the theme's CSS variables.
  function themed(node, style) {
    if (typeof node === "string") {
      return node[0] === "@" ? style.getPropertyValue("--" + node.slice(1)).trim() : node;
    }
    if (Array.isArray(node)) {
      return node.map((item) => themed(item, style));
    }
    if (node !== null && typeof node === "object") {
      return Object.fromEntries(Object.entries(node).map(([k, v]) => [k, themed(v, style)]));
    }
    return node;
  }

  function axis(own) {
    return Object.assign(
      {
        automargin: true,
        fixedrange: true,
        gridcolor: "@line",
        linecolor: "@line",
        zerolinecolor: "@line",
        tickfont: { color: "@muted" },
      },
      own,
      { title: Object.assign({ font: { color: "@muted" }, standoff: 8 }, own.title) },
    );
  }

  function layout(own, width) {
    return Object.assign(
      {
        paper_bgcolor: "rgba(0,0,0,0)",
        plot_bgcolor: "rgba(0,0,0,0)",
        font: { family: "system-ui, sans-serif", size: 12, color: "@ink" },
        margin: { l: 8, r: 16, t: 12, b: 8 },
        hoverlabel: { bgcolor: "@panel", bordercolor: "@line", font: { color: "@ink" } },
        modebar: { bgcolor: "rgba(0,0,0,0)", color: "@muted", activecolor: "@ink" },
        dragmode: false,
        showlegend: false,
        autosize: width === undefined,
        width: width,
      },
      own,
      { xaxis: axis(own.xaxis), yaxis: axis(own.yaxis) },
    );
  }

  function draw(width) {
    const style = getComputedStyle(root);
    for (const [id, figure] of Object.entries(figures)) {
      const ready = themed({ data: figure.data, layout: layout(figure.layout, width) }, style);
      Plotly.react(document.getElementById(id), ready.data, ready.layout, config);
    }
  }

  // A link into a derivation opens what it stands in.
  function reveal() {
    let node = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!node) return;
    const target = node;
    for (; node; node = node.parentElement) {
      if (node.tagName === "DETAILS") node.open = true;
    }
    target.scrollIntoView();
  }

  draw();
  window.addEventListener("hashchange", reveal);
  if (location.hash) reveal();
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => draw());

  // On paper: light, of the paper's width, with the sources unfolded.
  const sources = document.querySelector("#sources details");
  window.addEventListener("beforeprint", () => {
    root.dataset.theme = "light";
    if (sources) sources.open = true;
    draw(PRINT_WIDTH_PX);
  });
  window.addEventListener("afterprint", () => {
    delete root.dataset.theme;
    if (sources) sources.open = false;
    draw();
  });
})();
