"""The HTML report: what is in the file, and, where Chromium is installed, what the page does with it."""
import base64
import json
import os
import re
import shutil
import sys

from harness import Skip, check, classifier, detector, equal, jpeg_size, main, png, run, shared, test, works, write

NASTY_CLASSES = ("</script><script>document.title='owned'</script>", "<img src=x onerror=document.title='owned'>\u2028", "<!--")
WIDE, NARROW = (1280, 900), (500, 800)


def page_parts(path):
    """The texts of the page's data, as a reader of HTML finds them: up to the first end of each script."""
    text = open(path, encoding="utf-8").read()
    parts = re.findall(r'<script type="application/json" (id="run"|class="picture")>(.*?)</script', text, re.S)
    return json.loads(parts[0][1]), [json.loads(part) for kind, part in parts[1:]]


def make_report(path="report.html", names=("cat", "dog", "bird"), arguments=(), failing=True):
    net = detector(names=names)
    png("in/a.png", 40, 30)
    png("in/b.png", 60, 90)
    png("in/sub/c10.png", 400, 100)
    write("in/broken.png", b"\x89PNG\r\n\x1a\nrubbish")
    files = ["in/a.png", "in/b.png", "in/sub/c10.png"] + (["in/broken.png"] if failing else [])
    done = run(*net, "-q", "--no-image", "--report", path, *arguments, *files)
    equal(done.code, 1 if failing else 0, done)
    return path


@test
def holds_everything():
    make_report("out.html", arguments=["--color", "cat=#123456", "--hide", "bird"])
    head, pictures = page_parts("out.html")
    equal((head["task"], [c["name"] for c in head["classes"]]), ("detect", ["cat", "dog", "bird"]))
    equal((head["classes"][0]["color"], head["classes"][2].get("hidden"), head["classes"][0].get("hidden")), ("#123456", True, None))
    equal([p["file"] for p in pictures], ["in/a.png", "in/b.png", "in/sub/c10.png", "in/broken.png"])
    check("broken.png" in pictures[3]["error"] and "boxes" not in pictures[3], pictures[3])
    first = pictures[0]
    equal((first["width"], first["height"], first["href"], len(first["boxes"])), (40, 30, "in/a.png", 2))
    equal([len(box) for box in first["boxes"]], [6, 6])
    equal(first["boxes"][0][2:], [10, 7.5, 20, 15])
    equal(base64.b64decode(first["thumbnail"], validate=True)[:3], b"\xff\xd8\xff")


@test
def fetches_nothing():
    text = open(make_report(), encoding="utf-8").read()
    check("default-src 'none'" in text)
    equal(re.findall(r"(?:src|href)\s*=\s*[\"'](?!data:,)[^\"']*", text), [], "no file but this one is needed")
    equal(re.findall(r"\b(?:fetch|XMLHttpRequest|WebSocket|import|eval|innerHTML)\b\s*\(", text), [])
    equal(set(re.findall(r"https?://[^\s\"'<]+", text)), {"http://www.w3.org/2000/svg"}, "a name, not an address")


@test
def nothing_in_it_can_end_its_script():
    net = detector(names=NASTY_CLASSES)
    names = [b"</script>.png", b"<!--<script>.png", b"bad\xff.png", "\u2028\U0001f436.png".encode(), b"javascript:x?y#z%41.png"]
    paths = [os.path.join(b"in", name.replace(b"/", b"_")) for name in names]
    for path in paths:
        png(os.fsdecode(path))
    done = run(*net, "-q", "--no-image", "--report", "report.html", *paths, b"missing</script>.png")
    equal(done.code, 1)
    head, pictures = page_parts("report.html")
    equal([c["name"] for c in head["classes"]], list(NASTY_CLASSES))
    equal([p["file"] for p in pictures[:-1]], [path.decode("utf-8", "replace") for path in paths])
    equal(pictures[-1]["file"], "missing</script>.png")
    equal(pictures[2]["href"], "in/bad%FF.png")
    equal(pictures[4]["href"], "in/javascript%3Ax%3Fy%23z%2541.png")
    text = open("report.html", encoding="utf-8").read()
    equal(len(re.findall("<script", text)), len(re.findall("</script>", text)))
    check("\u2028" not in text)


@test
def links_are_relative_to_the_page():
    png("photos/x/a.png")
    os.mkdir("pages")
    works(*detector(), "-q", "--no-image", "--report", "pages/r.html", "photos/x/a.png")
    equal(page_parts("pages/r.html")[1][0]["href"], "../photos/x/a.png")


@test
def thumbnails_have_the_size_asked_for():
    net = detector()
    png("a.png", 800, 600)
    lengths = []
    for arguments in ([], ["--report-size", "64"], ["--report-size", "640"]):
        works(*net, "-q", "--no-image", "--report", "r.html", *arguments, "a.png")
        lengths.append(jpeg_size(base64.b64decode(page_parts("r.html")[1][0]["thumbnail"])))
    equal(lengths, [(320, 240), (64, 48), (640, 480)])


@test
def is_drawn_on_by_nobody():
    net = detector()
    png("a.png", 200, 150)
    works(*net, "-q", "--no-image", "--report", "plain.html", "a.png")
    works(*net, "-q", "-o", "out", "--report", "drawn.html", "a.png")
    equal(open("plain.html").read(), open("drawn.html").read(), "boxes are the page's, not the picture's")


@test
def classifiers_have_a_report_without_boxes():
    png("a.png")
    works("classify", *classifier(), "-q", "--top", "2", "--report", "r.html", "a.png")
    head, pictures = page_parts("r.html")
    equal((head["task"], [box[0] for box in pictures[0]["boxes"]], [len(box) for box in pictures[0]["boxes"]]),
          ("classify", [6, 5], [2, 2]))


# ---- In a browser ----------------------------------------------------------------------------------------------------

class Browser:
    """Chromium with one page open; what a person does, and what is seen."""

    def __init__(self, path, size=WIDE, theme="light"):
        sys.path.append("/usr/lib/python3/dist-packages")  # where Debian's packages are, whatever python3 runs
        try:
            from selenium import webdriver
            from selenium.webdriver.chrome.service import Service
        except ImportError:
            raise Skip("python3-selenium is not installed")
        chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
        if not chromium or not driver:
            raise Skip("chromium and chromium-driver are not installed")
        options = webdriver.ChromeOptions()
        options.binary_location = chromium
        for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--lang=en"):
            options.add_argument(argument)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        self.driver = webdriver.Chrome(service=Service(driver), options=options)
        self.driver.set_script_timeout(60)
        self.command("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": theme}])
        self.command("Emulation.setDeviceMetricsOverride", width=size[0], height=size[1], deviceScaleFactor=1, mobile=False)
        self.driver.get("file://" + os.path.abspath(path))

    def __enter__(self):
        return self

    def __exit__(self, kind, *about):
        log = [entry for entry in self.driver.get_log("browser") if entry["level"] in ("SEVERE", "WARNING")]
        traffic = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        asked = {event["params"]["request"]["url"].split(":")[0] for event in traffic
                 if event["method"] == "Network.requestWillBeSent"}
        self.driver.quit()
        if not kind:
            equal(log, [], "the page complains")
            check(asked <= {"file", "data"}, "the page asks for more than itself:", asked)

    def command(self, name, **parameters):
        return self.driver.execute_cdp_cmd(name, parameters)

    def run(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def text(self, selector):
        return self.run("return document.querySelector(arguments[0]).textContent.trim()", selector)

    def texts(self, selector):
        return self.run("return [...document.querySelectorAll(arguments[0])].map((e) => e.textContent.trim())", selector)

    def count(self, selector):
        return self.run("return document.querySelectorAll(arguments[0]).length", selector)

    def click(self, selector, index=0):
        self.driver.find_elements("css selector", selector)[index].click()

    def key(self, name):
        from selenium.webdriver.common.keys import Keys
        self.driver.switch_to.active_element.send_keys(getattr(Keys, name))

    def slide(self, value):
        self.run("const s = document.getElementById('score'); s.value = arguments[0]; s.dispatchEvent(new Event('input'))", value)

    def is_seen(self, selector):
        return self.driver.find_element("css selector", selector).is_displayed()


@test
def totals_chart_and_failures():
    with Browser(make_report()) as page:
        equal(page.text("#totals"), "3 photos \u00b7 6 objects \u00b7 2 classes \u00b7 1 failed")
        equal(page.texts("#classes .name"), ["cat", "dog"])
        equal(page.texts("#classes .count"), ["3", "3"])
        equal(page.run("return [...document.querySelectorAll('#classes svg rect:not(.track)')].map((r) => r.getAttribute('width'))"),
              ["100", "100"])
        check(not page.is_seen("#failures ul"))
        page.click("#failures summary")
        check(page.is_seen("#failures ul") and "broken.png" in page.text("#failures li"))
        equal(page.texts(".card .caption > :first-child"), ["a.png", "b.png", "sub/c10.png"])
        equal(page.count(".card .box"), 6)


@test
def filters():
    with Browser(make_report(failing=False)) as page:
        check(not page.is_seen("#failures"))
        page.click("#classes input")
        equal((page.text("#shown"), page.count(".card .box")), ("3 of 3 photos \u00b7 3 objects", 3))
        equal(page.texts(".card .found")[0], "1 dog")
        page.slide(50)
        equal((page.text("#shown"), page.count(".card")), ("0 of 3 photos \u00b7 0 objects", 0))
        check(page.is_seen("#nothing"))
        page.click("#all-classes")
        equal((page.text("#shown"), page.texts("#classes .count"), page.text("#score-shown")),
              ("3 of 3 photos \u00b7 3 objects", ["3", "0"], "50%"))
        page.click("#no-classes")
        equal(page.count(".card"), 0)
        page.run("const m = document.getElementById('matching'); m.value = 'without'; m.dispatchEvent(new Event('change'))")
        equal(page.count(".card"), 3)
        page.click("#reset")
        equal(page.text("#shown"), "3 of 3 photos \u00b7 6 objects")
        page.driver.find_element("id", "search").send_keys("SUB/")
        equal(page.texts(".card .caption > :first-child"), ["sub/c10.png"])


@test
def hidden_classes_begin_switched_off():
    with Browser(make_report(arguments=["--hide", "cat", "--threshold", "dog=0.9"], failing=False)) as page:
        equal((page.count(".card"), page.count(".card .box")), (3, 0))
        page.click("#classes input")
        equal(page.count(".card .box"), 3)


@test
def table_sorts():
    with Browser(make_report()) as page:
        page.click("#view-table")
        check(not page.is_seen("#photos"))

        def files():
            return page.texts("tr.photo td:nth-child(2)")
        equal(files(), ["a.png", "b.png", "sub/c10.png"])
        page.click("th[data-key=pixels] button")
        equal(files(), ["sub/c10.png", "b.png", "a.png"])
        equal(page.run("return document.querySelector('th[data-key=pixels]').getAttribute('aria-sort')"), "descending")
        page.click("th[data-key=pixels] button")
        equal(files(), ["a.png", "b.png", "sub/c10.png"])
        page.click("th[data-key=file] button")
        page.click("th[data-key=file] button")
        equal(files(), ["sub/c10.png", "b.png", "a.png"])
        page.click("tr.photo button", 1)
        equal(page.text("#viewer-title"), "in/b.png")


@test
def rows_are_told():
    _, pictures = page_parts(make_report("rows.html", arguments=["--rows"]))
    equal([box[6:] for box in pictures[0]["boxes"]], [[2], [1]])
    with Browser("rows.html") as page:
        page.click(".card", 1)
        equal(page.texts("#viewer-objects li"), ["catrow 2, 98%", "dogrow 1, 45%"])


@test
def viewer_and_keyboard():
    with Browser(make_report()) as page:
        page.click(".card", 1)
        check(page.is_seen("#viewer"))
        equal((page.text("#viewer-title"), page.text("#viewer-facts")), ("in/b.png", "60 \u00d7 90 pixels, 2 objects"))
        equal(page.texts("#viewer-objects li"), ["cat98%", "dog45%"])
        equal(page.texts("#viewer-picture .label"), ["dog 45%", "cat 98%"])
        check(page.run("return document.getElementById('viewer-original').href").endswith("/in/b.png"))
        page.key("ARROW_RIGHT")
        equal(page.text("#viewer-title"), "in/sub/c10.png")
        check(not page.driver.find_element("id", "next").is_enabled())
        page.key("ARROW_RIGHT")
        page.key("ARROW_LEFT")
        page.click("#previous")
        equal(page.text("#viewer-title"), "in/a.png")
        page.key("ESCAPE")
        check(not page.is_seen("#viewer"))
        equal(page.run("return document.activeElement.className"), "card", "the focus returns")
        page.key("ENTER")
        check(page.is_seen("#viewer"))
        page.click("#close")
        check(not page.is_seen("#viewer"))
        boxes = page.run("""
            const at = (e) => { const r = e.getBoundingClientRect(); return [r.left, r.top, r.width, r.height]; };
            const card = document.querySelector('.card .picture');
            return [at(card), at(card.querySelector('.box'))];""")
        (left, top, width, height), found = boxes  # 40 x 30 fitted into the card; the box of class 1 is drawn first
        scale = min(width / 40, height / 30)
        middle = (found[0] + found[2] / 2, found[1] + found[3] / 2)
        check(abs(middle[0] - left - width / 2) < 2 and abs(middle[1] - top - height / 2) < 2, boxes, scale)


@test
def texts_stay_texts():
    net = detector(names=NASTY_CLASSES)
    png("<img src=x onerror=alert(1)>.png")
    run(*net, "-q", "--no-image", "--report", "r.html", "<img src=x onerror=alert(1)>.png", "<b>missing.png")
    with Browser("r.html") as page:
        equal(page.driver.title, "Detection report")
        equal(page.texts("#classes .name"), [NASTY_CLASSES[0], NASTY_CLASSES[1].strip()])
        page.click(".card")
        check("onerror" in page.text("#viewer-title") and page.count("img") == 2)
        equal(page.count("#failures b b, #viewer img[onerror], .card img[onerror]"), 0)


@test
def thousands_of_photos():
    net = detector()
    for i in range(20):
        png(f"p{i}.png", 40 + i, 30)
    works(*net, "-q", "--no-image", "--report", "r.html", *[f"p{i % 20}.png" for i in range(2000)])
    with Browser("r.html") as page:
        equal(page.text("#totals"), "2,000 photos \u00b7 4,000 objects \u00b7 2 classes")
        for view in ("#view-photos", "#view-table"):
            page.click(view)
            page.run("scrollTo(0, document.body.scrollHeight)")
            page.driver.execute_async_script("requestAnimationFrame(() => requestAnimationFrame(arguments[0]))")
            images = page.count("img")
            check(5 <= images <= 80, f"{images} pictures are in the document")
            check("p19.png" in page.texts(".card .caption > :first-child, tr.photo td:nth-child(2)"), view, "its end is not in sight")
            page.run("scrollTo(0, 0)")
            page.driver.execute_async_script("requestAnimationFrame(() => requestAnimationFrame(arguments[0]))")
            equal(page.texts(".card .caption > :first-child, tr.photo td:nth-child(2)")[0], "p0.png")
        took = page.run("const begin = performance.now(); sortBy('objects'); return performance.now() - begin")
        check(took < 2000, f"sorting takes {took} ms")


@test
def fits_every_screen_and_theme():
    path = make_report()
    backgrounds = set()
    for size in (WIDE, NARROW):
        for theme in ("light", "dark"):
            with Browser(path, size, theme) as page:
                check(page.run("return document.documentElement.scrollWidth <= innerWidth"), size, theme, "wider than the screen")
                backgrounds.add((theme, page.run("return getComputedStyle(document.body).backgroundColor")))
                equal(page.run("return document.getElementById('filters').open"), size == WIDE)
                page.click("#view-table")
                check(page.run("return document.documentElement.scrollWidth <= innerWidth"), size, theme, "wider than the screen")
                folder = os.environ.get("DETECT_SCREENSHOTS")
                if folder:
                    page.driver.save_screenshot(os.path.join(folder, f"report-{size[0]}-{theme}.png"))
    equal(len(backgrounds), 2, backgrounds)


@test
def a_real_run():
    photos = [shared("images", name + ".jpg") for name in ("dog", "person", "horses")]
    works("--model", shared("models", "yolo-fastest-1.1-coco"), "-q", "--no-image", "--report", "r.html", *photos)
    with Browser("r.html") as page:
        check("3 photos" in page.text("#totals"))
        equal(page.run("return Promise.all([...document.images].map((i) => i.decode())).then(() => document.images[0].naturalWidth)"),
              320)


main()
