"""The pages of the site: site_pages.py prepare FOLDER | check SITE.

`prepare` copies docs to FOLDER/pages with README.md as its first page. What pages link to outside docs (scripts, manifests, folders) becomes
a page of its own, so that the site is whole without the repository. `check` follows every link of the finished site.
"""
import html
import html.parser
import os
import re
import shutil
import sys
import urllib.parse

ROOT = os.path.normpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
LINK = re.compile(r"(\]\(|(?:src|srcset)=\")([^)\s#\"]+)(#[^)\s\"]*)?([)\"])")
LANGUAGES = {"acr": "acr", "yaml": "yaml", "yml": "yaml", "json": "json", "sh": "sh", "py": "python", "swift": "swift", "lua": "lua", "el": "lisp",
             "toml": "toml", "csv": "text", "service": "ini", "timer": "ini", "js": "js", "scm": "scheme", "rs": "rust", "vim": "vim"}


class Pages:
    def __init__(self, folder):
        self.folder = folder
        self.todo = []
        self.done = set()

    def page_of(self, path):
        """Where a path of the repository stands in the site; a page will be made for it if there is none. Null if there is no such path."""
        if not os.path.exists(os.path.join(ROOT, path)):
            return None
        name = self.name_of(path)
        if name.startswith("files/"):
            self.todo.append(path)
        return name

    @staticmethod
    def name_of(path):
        if path == "README.md":
            return "index.md"
        if path in ("CHANGELOG.md", "CONTRIBUTING.md"):
            return path
        full = os.path.join(ROOT, path)
        if path.startswith("docs/") and os.path.isfile(full) and path.endswith((".md", ".svg", ".png")):
            return path[len("docs/"):]
        if os.path.isdir(full):
            return "files/%s/index.md" % path
        if os.path.basename(path) == "README.md":
            return "files/%s/index.md" % os.path.dirname(path)
        return "files/%s" % path if path.endswith(".md") else "files/%s.md" % path

    def write(self, name, text):
        target = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        with open(target, "w", encoding="utf-8") as file:
            file.write(text)

    def markdown(self, path):
        """The text of a page of the repository, with its links as they are in the site."""
        here = self.name_of(path)
        fenced = False
        lines = []
        for line in open(os.path.join(ROOT, path), encoding="utf-8"):
            if line.lstrip().startswith("```"):
                fenced = not fenced
            if not fenced and re.fullmatch(r"<!-- (sandbox|screen): .* -->\n", line):
                continue
            if line.startswith("|") and not fenced:
                # Markdown's tables of Python keep the backslash in code.
                line = re.sub(r"`([^`]*\\\|[^`]*)`", lambda code: "<code>%s</code>" % html.escape(code[1], False).replace("\\|", "&#124;"), line)
            lines.append(line if fenced else LINK.sub(lambda link: self.moved(link, path, here), line))
        return "".join(lines)

    def moved(self, link, path, here):
        start, target, anchor, end = link[1], link[2], link[3] or "", link[4]
        if re.match(r"[a-z]+:", target) or target.startswith("/"):
            return link[0]
        there = os.path.normpath(os.path.join(os.path.dirname(path), urllib.parse.unquote(target)))
        page = self.page_of(there)
        if page is None:
            sys.exit("%s: there is no `%s`" % (path, target))
        if start != "](" and here == "index.md":
            return start + page + anchor + end
        return start + os.path.relpath(page, os.path.dirname(here) or ".") + anchor + end

    def file(self, path):
        """A page that shows a file, or what is in a folder."""
        if os.path.basename(path) == "README.md":
            path = os.path.dirname(path)
        if path in self.done:
            return
        self.done.add(path)
        full = os.path.join(ROOT, path)
        name = self.name_of(path)
        if os.path.isdir(full):
            head, rows = "# %s\n" % path, []
            if os.path.isfile(os.path.join(full, "README.md")):
                head = self.markdown(path + "/README.md")
            for entry in sorted(os.listdir(full)):
                inner = "%s/%s" % (path, entry)
                if entry.startswith(".") or entry in ("src", "blobs", "README.md"):
                    continue
                if os.path.isfile(os.path.join(full, entry)) and not self.is_text(inner):
                    continue
                rows.append("- [%s](%s)" % (entry, os.path.relpath(self.page_of(inner), os.path.dirname(name))))
            self.write(name, "%s\n%s\n" % (head, "\n".join(rows)))
        elif path.endswith(".md"):
            self.write(name, self.markdown(path))
        else:
            text = open(full, encoding="utf-8").read()
            # A fence longer than any in the file.
            fence = "`" * max(3, 1 + max([len(f) for f in re.findall(r"`+", text)] or [0]))
            # Search finds the pages before the files.
            self.write(name, "---\nsearch:\n  boost: 0.2\n---\n# %s\n\n%s%s\n%s\n%s\n" % (path, fence, LANGUAGES.get(path.rsplit(".", 1)[-1], "text"), text.rstrip("\n"), fence))

    @staticmethod
    def is_text(path):
        data = open(os.path.join(ROOT, path), "rb").read(4096)
        return b"\0" not in data and os.path.getsize(os.path.join(ROOT, path)) < 200_000


def prepare(folder):
    target = os.path.join(folder, "pages")
    pages = Pages(target)
    os.makedirs(target)
    for base, _, names in os.walk(os.path.join(ROOT, "docs")):
        for name in names:
            path = os.path.relpath(os.path.join(base, name), ROOT)
            if name.endswith(".md"):
                pages.write(pages.name_of(path), pages.markdown(path))
            elif name.endswith((".svg", ".png")):
                os.makedirs(os.path.join(target, os.path.dirname(path)[len("docs/"):]), exist_ok=True)
                shutil.copy(os.path.join(ROOT, path), os.path.join(target, path[len("docs/"):]))
    for name in ("README.md", "CHANGELOG.md", "CONTRIBUTING.md"):
        pages.write(pages.name_of(name), pages.markdown(name))
    while pages.todo:
        pages.file(pages.todo.pop())
    with open(os.path.join(target, "site.css"), "w", encoding="utf-8") as file:
        # Wide tables and long lines scroll in their own box, and the picture fits a telephone.
        file.write(".md-typeset img { max-width: 100%; height: auto }\n.md-typeset table:not([class]) code { word-break: normal }\n"
                   ".md-typeset pre > code { white-space: pre }\n")
    configuration = open(os.path.join(ROOT, "scripts/mkdocs.yml"), encoding="utf-8").read()
    # Pages of files are reached from the pages that name them, not from the menu.
    configuration += "not_in_nav: |\n  /files/**\n"
    with open(os.path.join(folder, "mkdocs.yml"), "w", encoding="utf-8") as file:
        file.write(configuration)


class Links(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.links, self.ids = [], set()

    def handle_starttag(self, tag, attributes):
        for name, value in attributes:
            if name == "id" or tag == "a" and name == "name":
                self.ids.add(value)
            elif name in ("href", "src") and value or name == "srcset" and value:
                self.links.append(value.split(" ")[0])


def check(site):
    """Every link of every page: the file is there, and so is the heading."""
    pages = {}
    for base, _, names in os.walk(site):
        for name in names:
            if name.endswith(".html"):
                page = os.path.join(base, name)
                pages[page] = Links()
                pages[page].feed(open(page, encoding="utf-8").read())
    problems, count, outside = [], 0, set()
    for page, found in pages.items():
        for link in found.links:
            parts = urllib.parse.urlsplit(link)
            if parts.scheme or link.startswith("//"):
                outside.add(parts.netloc)
                continue
            count += 1
            path = urllib.parse.unquote(parts.path)
            there = page if not path else os.path.normpath(os.path.join(site if path.startswith("/") else os.path.dirname(page), path.lstrip("/")))
            if os.path.isdir(there):
                there = os.path.join(there, "index.html")
            if os.path.basename(page) == "404.html":
                continue
            if not os.path.isfile(there):
                problems.append("%s: %s leads nowhere" % (os.path.relpath(page, site), link))
            elif parts.fragment and there in pages and urllib.parse.unquote(parts.fragment) not in pages[there].ids:
                problems.append("%s: %s: no such heading" % (os.path.relpath(page, site), link))
    for problem in problems:
        print("error: " + problem, file=sys.stderr)
    print("%d pages, %d links, %d broken; other hosts that are named: %s" % (len(pages), count, len(problems), ", ".join(sorted(outside)) or "none"))
    sys.exit(1 if problems else 0)


{"prepare": prepare, "check": check}[sys.argv[1]](sys.argv[2])
