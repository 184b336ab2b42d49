#!/usr/bin/env python3
"""The report that compares host and kernel: reads the files of `make compare` and those of results/compare/, whatever machine and
commit they are of, and writes one HTML file. What a file does not say is shown as missing, with the reason.

usage: report.py DIR [--results DIR] [--out FILE] [--save] [--reason 'CLASS=TEXT']
"""

import argparse
import base64
import html
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, HERE)

import report_files  # noqa: E402 (the path must be set first)
import report_sections  # noqa: E402

STYLE = """body { font: 15px/1.5 sans-serif; max-width: 75em; margin: 2em auto; padding: 0 1em; color: #222 }
h1, h2, h3 { line-height: 1.2 } h2 { margin-top: 2em; border-bottom: 1px solid #ccc } img { max-width: 100% }
table { border-collapse: collapse; font-size: 13px; margin: 1em 0 } th, td { padding: 2px 9px; text-align: left;
border-bottom: 1px solid #ddd; vertical-align: top } .warn { background: #fbe3e0; padding: .5em 1em }
td.none { color: #888 }"""
TITLE = "Host and kernel"


def cell(text):
    """A cell of HTML; what is missing is grey."""
    shown = html.escape(str(text))
    return f'<td class="none">{shown}</td>' if shown.startswith(("missing", "no ratio")) else f"<td>{shown}</td>"


def as_html(parts):
    lines = []
    for kind, *content in parts:
        if kind == "table":
            head, rows = content
            lines.append("<table><tr>" + "".join(f"<th>{html.escape(one)}</th>" for one in head) + "</tr>")
            lines += [f"<tr>{''.join(map(cell, row))}</tr>" for row in rows]
            lines.append("</table>")
        elif kind == "plot":
            name, png, caption = content
            lines.append(f'<img alt="{html.escape(name)}" src="data:image/png;base64,{base64.b64encode(png).decode()}">'
                         f"<p>{html.escape(caption)}</p>")
        elif kind == "warn":
            lines.append(f'<p class="warn">{html.escape(content[0])}</p>')
        else:
            lines.append(f"<{kind}>{html.escape(content[0])}</{kind}>")
    return (f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{TITLE}</title><style>{STYLE}</style></head>'
            f"<body><h1>{TITLE}</h1>\n" + "\n".join(lines) + "\n</body></html>\n")


def plain(text):
    """Text in Markdown, also in a cell of a table."""
    return str(text).replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").replace("*", "\\*").replace("_", "\\_") \
        .replace("\n", " ")


def as_markdown(parts, pictures):
    """Markdown; `pictures` gets {file name: PNG}."""
    lines = [f"# {TITLE}", "", "Written by `bench/compare/report.py --save`; the files are in [compare](compare).", ""]
    for kind, *content in parts:
        if kind == "table":
            head, rows = content
            lines += [f"| {' | '.join(map(plain, head))} |", "|" + " --- |" * len(head)]
            lines += [f"| {' | '.join(map(plain, row))} |" for row in rows]
        elif kind == "plot":
            name = f"compare_{content[0]}{f'_{len(pictures)}' if f'compare_{content[0]}.png' in pictures else ''}.png"
            pictures[name] = content[1]
            lines.append(f"![{plain(content[2])}]({name})")
        else:
            lines.append({"h2": "## ", "h3": "### "}.get(kind, "") + plain(content[0]))
        lines.append("")
    return "\n".join(lines)


def write(path, content):
    """Writes text or bytes, in one step for whoever reads it."""
    os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
    with open(path + ".new", "wb") as file:
        file.write(content if isinstance(content, bytes) else content.encode())
    os.replace(path + ".new", path)
    print(f"wrote {os.path.relpath(path)}")


def save(parts, results):
    """The report, its tables in Markdown and its plots, beside the results."""
    pictures = {}
    above = os.path.dirname(os.path.abspath(results))
    text = as_markdown(parts, pictures)
    write(os.path.join(results, "report.html"), as_html(parts))
    write(os.path.join(above, "compare.md"), text)
    for name, png in pictures.items():
        write(os.path.join(above, name), png)


def main():
    parser = argparse.ArgumentParser(description="Compares the files of the host and of the kernel.")
    parser.add_argument("folder", help="folder with the files that were just made")
    parser.add_argument("--results", default=os.path.join(ROOT, "results", "compare"), help="folder with kept files")
    parser.add_argument("--out", help="the report; DIR/report.html")
    parser.add_argument("--save", action="store_true", help="write report, tables and plots to the results as well")
    parser.add_argument("--reason", action="append", default=[], metavar="CLASS=TEXT",
                        help="why there is no file of a class, such as 'kernel, KVM=the probe says that it is emulated'")
    options = parser.parse_args()
    if not os.path.isdir(options.folder):
        sys.exit(f"{options.folder} is no folder")
    reasons = dict(one.split("=", 1) for one in options.reason if "=" in one)
    files, refused = report_files.read_all([options.folder, options.results])
    for path, why in refused:
        print(f"{path}: not used: {why}", file=sys.stderr)
    parts = report_sections.everything(files, refused, reasons)
    write(options.out or os.path.join(options.folder, "report.html"), as_html(parts))
    if options.save:
        save(parts, options.results)
    sys.exit(0 if files else "no file could be used")


if __name__ == "__main__":
    main()
