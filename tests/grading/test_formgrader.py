"""nbgrader's formgrader in a real browser: what students wrote does nothing there, and it grades.

A Jupyter server runs in a course, without a token, on this machine only; what its pages ask for is
noted. Under nbgrader's own settings they ask another host for MathJax; there a stand-in answers.
"""

import json
import re
import shutil
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import closing, contextmanager
from urllib.parse import quote, urlsplit

import pytest
from courses import run_module
from grading.hostile_suite import FOLDER, load, new_cell
from grading.payloads import HTML, MARKDOWN, MATHS, PIXEL, RUN, shown
from grading.toy import FULL, NAME

MATHJAX = "https://cdnjs.cloudflare.com/ajax/libs/mathjax/2.7.7/latest.js"
STAND_IN = """
window.MathJax = {Hub: {Config() {}, Queue() {}, Startup: {signal: {
  Interest(tell) { setTimeout(() => tell("End"), 0); }}}}};
"""
WATCH = "window.pwned = window.alert = what => console.log(`script ran: ${what}`);"
SERVED = re.compile(r"/formgrader/(static/|api/(grades?|comments?)\b|submissions/\w+/?$)")
LONG = 10_000  # characters: nbconvert's `strip_files_prefix` takes seconds for longer ones
FEW = 12  # of the payloads: on some of the others stock's page is an error, or leads elsewhere
SHOWN = [
    "browser_breaks_out",
    "browser_dom_clobbering",
    "browser_markdown_handlers",
    "browser_markdown_iframe",
    "browser_markdown_script",
    "browser_markdown_style",
    "browser_mathjax",
    "browser_mutation",
    "browser_output_html",
    "browser_output_javascript",
    "browser_output_svg",
    "browser_output_widget",
]
# In the student's own process this earns all points of `sigmoid`, and leaves a file behind.
FORGER = """\
from pathlib import Path
import dlcourse.checks.judging, dlcourse.checks.reporting
from dlcourse.checks import Outcome
check = lambda *arguments, **named: Outcome("sigmoid", 2, None, 2)
try:
    (Path("@COURSE@") / "ran-outside.txt").write_text("here")
except OSError:
    pass
def sigmoid(S):
    return S
"""

pytestmark = pytest.mark.grading


# --- the course -------------------------------------------------------------------------------


def hand_in(course, student, notebook, files=None):
    folder = course / "submitted" / student / NAME
    folder.mkdir(parents=True)
    for name, text in {f"{NAME}.ipynb": json.dumps(notebook), **(files or {})}.items():
        (folder / name).write_text(text, encoding="utf-8")


def with_cells(notebook, cells, after="setup"):
    """Put cells behind the one with that id."""
    made = list(notebook["cells"])
    place = [cell["id"] for cell in made].index(after) + 1
    return {**notebook, "cells": [*made[:place], *cells, *made[place:]]}


def with_sources(notebook, sources):
    cells = [{**c, "source": sources.get(c["id"], c["source"])} for c in notebook["cells"]]
    return {**notebook, "cells": cells}


def markdown_cells():
    texts = [*HTML, *MARKDOWN, *(f"$${formula}$$" for formula in MATHS)]
    texts = [text.encode("utf-8", "replace").decode() for text in texts if len(text) < LONG]
    return [new_cell("markdown", text, f"markdown-{i}") for i, text in enumerate(texts)]


def display_cells():
    """Make code cells that show the payloads while they run."""
    texts = [text.encode("utf-8", "replace").decode() for text in HTML]
    source = "from IPython.display import display\ndisplay({%r: %r}, raw=True)"
    pairs = [("text/html", text) for text in texts if len(text) < LONG]
    pairs += [("text/markdown", text) for text in MARKDOWN if len(text) < LONG]
    pairs += [("text/latex", f"$${text}$$") for text in MATHS]
    pairs += [("image/svg+xml", f"<svg onload={RUN}/>"), ("application/javascript", RUN)]
    return [new_cell("code", source % pair, f"shown-{i}") for i, pair in enumerate(pairs)]


def uncleaned(notebook):
    """Write payloads into a graded notebook as they are, as if no pipeline had cleaned them."""
    outputs = [shown(**{"text_html": text}) for text in HTML[:FEW]]
    outputs += [shown(**{"image_svg+xml": f"<svg onload={RUN}/>"})]
    outputs += [shown(**{"text_markdown": f"<img src=x onerror={RUN}>"})]
    outputs += [shown(image_png=f'{PIXEL}" onload="{RUN}')]
    cell = {**new_cell("code", "show()", "raw-outputs"), "outputs": outputs}
    return with_cells(notebook, [*markdown_cells()[:FEW], cell])


@pytest.fixture(scope="module")
def command(make_course):
    def run(course, *arguments):
        done = run_module(course, make_course.environment, *arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return done

    return run


@pytest.fixture(scope="module")
def course(make_course, released, solution, command):
    """Graded by the pipeline: attackers and a right one; `clicked` is left to formgrader."""
    course = make_course()
    for name in SHOWN:
        attack = load(FOLDER / f"{name}.nb.txt")
        attack.write(course / "submitted" / name / NAME, released)
    hand_in(course, "markdown", with_cells(released, markdown_cells()))
    hand_in(course, "outputs", with_cells(released, display_cells()))
    hand_in(course, "right", solution)
    command(course, "dlcourse", "grade", NAME, "--workers", "2")
    graded = course / "autograded" / "right" / NAME / f"{NAME}.ipynb"
    hand_in(course, "raw", solution)
    command(course, "dlcourse", "grade", NAME, "--workers", "1", "--only", "raw")
    text = json.dumps(uncleaned(json.loads(graded.read_text(encoding="utf-8"))))
    (course / "autograded" / "raw" / NAME / f"{NAME}.ipynb").write_text(text, encoding="utf-8")
    forger = FORGER.replace("@COURSE@", str(course))
    stub = with_sources(released, {"sigmoid": forger})
    page = {"page.html": f"<script>{RUN}</script>"}
    link = new_cell("markdown", "[see](page.html) <a href='page.html'>x</a>", "link")
    hand_in(course, "clicked", with_cells(stub, [link]), page)
    return course


# --- the server and the browser ---------------------------------------------------------------


@contextmanager
def serving(folder, environment):
    """Run a Jupyter server with formgrader in a folder, and give its address."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = {
        "ip": "127.0.0.1",
        "port": port,
        "port_retries": 0,
        "open_browser": False,
        "allow_root": True,
        "jpserver_extensions": '{"nbgrader.server_extensions.formgrader": True}',
    }
    options = [f"--ServerApp.{name}={value}" for name, value in settings.items()]
    log = folder / ".server.log"
    with log.open("w") as file:
        server = subprocess.Popen(
            [sys.executable, "-m", "jupyter_server", "--IdentityProvider.token=", *options],
            cwd=folder,
            env=environment,
            stdout=file,
            stderr=file,
        )
    try:
        address = f"http://127.0.0.1:{port}"
        wait_for(f"{address}/api", server, log)
        yield address
    finally:
        server.terminate()
        server.wait(30)


def wait_for(address, server, log, seconds=60):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with urllib.request.urlopen(address):
                return
        except urllib.error.URLError:
            time.sleep(0.1)
    pytest.fail(f"no server: {log.read_text()[-3000:]}")


@contextmanager
def changed_config(course, change):
    """Change the course's configuration for a while."""
    config = course / "nbgrader_config.py"
    shipped = config.read_text(encoding="utf-8")
    config.write_text(change(shipped), encoding="utf-8")
    try:
        yield
    finally:
        config.write_text(shipped, encoding="utf-8")


@pytest.fixture(scope="module")
def server(course, make_course):
    with serving(course, make_course.environment) as address:
        yield address


class Visit:
    """A tab, and what its page asked for and did."""

    def __init__(self, tab, address):
        self.tab, self.address = tab, address
        self.requests, self.ran, self.errors, self.refused = [], [], [], []
        tab.add_init_script(WATCH)
        tab.route("**/*", self.answer)
        tab.on("dialog", self.dismiss)
        tab.on("console", self.note)
        tab.on("pageerror", lambda error: self.errors.append(str(error)))

    def dismiss(self, dialog):
        self.ran.append(dialog.message)
        dialog.dismiss()

    def note(self, message):
        if message.text.startswith("script ran"):
            self.ran.append(message.text)
        if "Content Security Policy" in message.text:
            self.refused.append(message.text)

    def answer(self, route):
        url = route.request.url
        if url.startswith(("data:", "blob:")):
            return route.continue_()
        self.requests.append(url)
        if url.split("?")[0] == MATHJAX:
            return route.fulfill(body=STAND_IN, content_type="text/javascript")
        if url.startswith(self.address):
            return route.continue_()
        return route.abort()

    def open(self, path):
        self.tab.goto(self.address + path, wait_until="load")
        self.tab.wait_for_load_state("networkidle")
        self.tab.wait_for_timeout(200)

    @property
    def odd_requests(self):
        """Which requests are not formgrader's own."""
        return [
            url
            for url in self.requests
            if not (url.startswith(self.address) and SERVED.match(urlsplit(url).path))
        ]


@pytest.fixture
def visit(browser):
    contexts = []

    def make(address):
        contexts.append(browser.new_context(viewport={"width": 1280, "height": 900}))
        contexts[-1].set_default_timeout(120_000)  # a slow machine is no mistake of the page
        return Visit(contexts[-1].new_page(), address)

    yield make
    for context in contexts:
        context.close()


def submissions(address):
    """The submitted notebooks' ids, by student."""
    with urllib.request.urlopen(f"{address}/formgrader/api/submitted_notebooks/{NAME}/{NAME}") as r:
        return {one["student"]: one["id"] for one in json.load(r)}


def query(course, text, *values):
    with closing(sqlite3.connect(course / "gradebook.db")) as gradebook:
        return gradebook.execute(text, values).fetchall()


SCORES = """
    select base_cell.name, grade.auto_score, grade.manual_score from grade
    join base_cell on base_cell.id = grade.cell_id
    join submitted_notebook on submitted_notebook.id = grade.notebook_id
    join submitted_assignment on submitted_assignment.id = submitted_notebook.assignment_id
    where submitted_assignment.student_id = ?
"""
COMMENTS = SCORES.replace("grade.auto_score, grade.manual_score", "grade.manual_comment").replace(
    "from grade", "from comment as grade"
)


# --- what it shows ----------------------------------------------------------------------------


def test_assignments_are_listed(server, visit):
    page = visit(server)
    page.open("/formgrader/manage_assignments")
    row = page.tab.locator("#main-table tr", has_text=NAME)
    row.wait_for()
    assert row.locator(".num-submissions").inner_text() == str(len(SHOWN) + 5)
    page.open(f"/formgrader/gradebook/{NAME}/{NAME}")
    page.tab.locator("#main-table tr").nth(len(SHOWN) + 3).wait_for()
    assert not page.errors


def test_right_submission_is_shown(server, visit, course):
    page = visit(server)
    page.open(f"/formgrader/submissions/{submissions(server)['right']}/")
    text = page.tab.locator("#notebook-container").first.inner_text()
    points = FULL["check-sigmoid"]
    assert f"✓ sigmoid: right ({points:g} of {points:g} points)" in text
    assert "Not run while grading" in text
    scores = page.tab.locator("input.score").all()
    assert [float(score.get_attribute("placeholder")) for score in scores] == [*FULL.values()]
    assert not page.errors
    assert not page.refused
    assert not page.odd_requests


@pytest.mark.parametrize("student", [*SHOWN, "markdown", "outputs", "raw"])
def test_hostile_submission_is_shown_and_does_nothing(server, visit, student):
    page = visit(server)
    page.open(f"/formgrader/submissions/{submissions(server)[student]}/")
    assert page.tab.locator(".nbgrader_cell").count() == 2 * len(FULL)
    assert page.tab.locator("input.score:visible").count() == len(FULL)
    assert page.tab.locator("#check-sigmoid").get_attribute("placeholder") is not None
    assert page.ran == []
    assert page.odd_requests == []
    for link in page.tab.locator("#notebook-container a[href]").all():
        assert re.match(r"https?://|mailto:|#", link.get_attribute("href"))
    assert (
        page.tab.locator(
            "#notebook-container :is(script, iframe, object, embed, form, svg)"
        ).count()
        == 0
    )


def test_the_same_payload_runs_under_stock_settings(course, make_course, visit):
    """So that the tests above can fail."""
    stock = lambda text: text.partition("# Students' code runs")[0]  # noqa: E731
    with changed_config(course, stock), serving(course, make_course.environment) as address:
        page = visit(address)
        page.open(f"/formgrader/submissions/{submissions(address)['raw']}/")
        assert page.ran


HOSTILE = [
    f"<img src=x onerror={RUN}>",
    f'";{RUN};"',
    f'" onmouseover={RUN} autofocus onfocus={RUN} x="',
    f"a><img\nsrc=x onerror={RUN}>&",  # DataTables strips tags within a line and decodes the rest
    f"<img src=x onerror={RUN}>#",  # its address is another one, and the page says so
    "<img src='https:evil.test'>",
    f"{{{{ {RUN} }}}}</textarea><svg onload={RUN}>".replace("/", ""),
]
PEOPLE = [*HOSTILE, f"</script><script>{RUN}</script>", "<script src=//evil.test></script>"]


@pytest.fixture(scope="module")
def named(course):
    """Give folders hostile names, and people, of whom one has a graded notebook."""
    for name in HOSTILE:
        hand_in(course, name, {"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    with closing(sqlite3.connect(course / "gradebook.db")) as gradebook, gradebook:
        for number, name in enumerate(PEOPLE):
            gradebook.execute(
                "insert into student (id, first_name, last_name, email) values (?, ?, ?, ?)",
                (f"person{number}", name, name, name),
            )
        gradebook.execute(
            "update student set first_name = ?, last_name = ? where id = 'outputs'",
            (PEOPLE[-2], PEOPLE[0]),
        )
    yield
    for name in HOSTILE:
        shutil.rmtree(course / "submitted" / name)


def places(address):
    """Where names are shown: the lists, a page for each name, a submission."""
    lists = [f"manage_submissions/{NAME}", "manage_students", f"gradebook/{NAME}/{NAME}"]
    pages = [f"manage_students/{quote(name, safe='')}" for name in PEOPLE]
    pages += [f"{page}/{NAME}" for page in pages]
    return [*lists, *pages, f"submissions/{submissions(address)['outputs']}/"]


def look_at_names(page, place):
    """Open a page; in the list of submissions, click on one that cannot be graded."""
    page.open(f"/formgrader/{place}")
    if place.startswith("manage_submissions"):
        row = page.tab.locator("#main-table tr", has_text=f"{HOSTILE[0]}#")
        row.locator(".autograde a").click()
        page.tab.locator("#error-modal .modal-body").wait_for()
    page.tab.wait_for_timeout(100)


@pytest.mark.usefixtures("named")
def test_hostile_names_are_text(server, visit):
    for place in places(server):
        page = visit(server)
        look_at_names(page, place)
        assert not page.ran, place
        assert not page.errors, place
        assert not [url for url in page.requests if not url.startswith(server)], place
    page.open(f"/formgrader/manage_students/{quote(PEOPLE[-2], safe='')}")
    assert page.tab.locator(".breadcrumb .active").inner_text() == PEOPLE[-2]
    assert page.tab.evaluate("student_id") == PEOPLE[-2]


LEAVING = [  # none is a script; a slash is spelt so that a folder may have the name
    "<meta http-equiv=refresh content='0;url=https:evil.test'>",
    "<iframe src='https:evil.test'>",
    "<iframe srcdoc='<meta http-equiv=refresh content=0;url=https:evil.test>'>",
    "<link rel=stylesheet href='https:evil.test'><link rel=prefetch href='https:evil.test'>",
    "<style>@import 'https:evil.test'; * { background: url('https:evil.test') }",
    "<video poster='https:evil.test' src='https:evil.test'><audio src='https:evil.test'>",
    "<object data='https:evil.test'><embed src='https:evil.test'>",
    "<svg><image href='https:evil.test'><use href='https:evil.test#a'>",
    "<base href='https:evil.test'><a href=x autofocus ping='https:evil.test'>x",
]


@pytest.mark.parametrize("text", LEAVING)
def test_name_takes_nobody_to_another_host(server, visit, course, text):
    """A name that gets into a page as HTML needs no script for that, only something to load."""
    hand_in(course, f"{text}#", {"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    try:
        page = visit(server)
        page.open(f"/formgrader/manage_submissions/{NAME}")
        row = page.tab.locator("#main-table tr", has_text=f"{text}#"[:40])
        row.locator(".autograde a").click()
        page.tab.locator("#error-modal .modal-body").wait_for()
        page.tab.wait_for_timeout(1500)
        assert not [url for url in page.requests if not url.startswith(server)]
        assert page.tab.url.startswith(server)
        assert not page.ran
    finally:
        shutil.rmtree(course / "submitted" / f"{text}#")


@pytest.mark.usefixtures("named")
def test_hostile_names_run_without_the_guard(course, make_course, visit):
    """So that the test above can fail."""
    bare = lambda text: text.replace("\nguard()\n", "\n")  # noqa: E731
    with changed_config(course, bare), serving(course, make_course.environment) as address:
        ran = {}
        for place in places(address):
            page = visit(address)
            look_at_names(page, place)
            kind = place.split("/")[0], place.count("/")
            ran[kind] = ran.get(kind, False) or bool(page.ran)
    assert ran["manage_submissions", 1]
    assert ran["manage_students", 1]
    assert ran["manage_students", 2]
    assert ran["submissions", 2]


def test_page_still_does_what_its_own_handlers_say(server, visit):
    page = visit(server)
    page.open("/formgrader/manage_students")
    page.tab.get_by_text("Add new student").click()
    page.tab.locator("#add-student-modal").wait_for()
    page.open(f"/formgrader/gradebook/{NAME}/{NAME}")
    page.tab.locator("#toggle_names").click()
    assert page.tab.locator("#toggle_names").inner_text() == "Hide All Names"
    page.open(f"/formgrader/submissions/{submissions(server)['right']}/")
    page.tab.locator(".glyphicon.name-hidden").click()
    page.tab.locator("a.name-shown", has_text="right").wait_for()
    assert not page.refused


@pytest.mark.parametrize(
    ("time", "zone"),
    [
        ("9999-12-31 23:59:59", "Pacific/Kiritimati"),
        ("0001-01-01 00:00:00", "Pacific/Pago_Pago"),
    ],
)
def test_time_at_the_end_of_the_calendar_is_none(course, make_course, visit, time, zone):
    stamp = course / "submitted" / "right" / NAME / "timestamp.txt"
    stamp.write_text(time, encoding="utf-8")
    try:
        zoned = lambda text: f"{text}\nc.NbGraderAPI.timezone = {zone!r}\n"  # noqa: E731
        with changed_config(course, zoned), serving(course, make_course.environment) as address:
            page = visit(address)
            page.open(f"/formgrader/manage_submissions/{NAME}")
            row = page.tab.locator("#main-table tr", has_text="right").first
            row.wait_for()
            assert row.locator(".timestamp").inner_text() == "None"
    finally:
        stamp.unlink()


# --- what it does -----------------------------------------------------------------------------


def test_click_on_autograde_grades_in_the_sandbox(server, visit, course):
    page = visit(server)
    page.open(f"/formgrader/manage_submissions/{NAME}")
    row = page.tab.locator("#main-table tr", has_text="clicked")
    row.locator(".autograde a").click()
    page.tab.locator("#success-modal").wait_for(timeout=60_000)
    scores = {name: auto for name, auto, _ in query(course, SCORES, "clicked")}
    assert set(scores.values()) == {0}
    assert not (course / "ran-outside.txt").exists()
    graded = course / "autograded" / "clicked" / NAME / f"{NAME}.ipynb"
    assert "dlcourse" in json.loads(graded.read_text(encoding="utf-8"))["metadata"]
    page.open(f"/formgrader/submissions/{submissions(server)['clicked']}/")
    assert page.tab.locator("#notebook-container a[href*='page.html']").count() == 0
    assert page.ran == []


def test_score_and_comment_of_a_person_reach_the_gradebook(server, visit, course):
    page = visit(server)
    page.open(f"/formgrader/submissions/{submissions(server)['markdown']}/")
    saved = lambda what: page.tab.expect_response(  # noqa: E731
        lambda answer: f"/formgrader/api/{what}/" in answer.url and answer.request.method == "PUT"
    )
    with saved("grade"):
        page.tab.locator("#check-sigmoid").fill("1.5")
        page.tab.locator("#check-sigmoid").blur()
    with saved("comment"):
        page.tab.locator("#sigmoid-comment").fill("Nearly <b>there</b>.")
        page.tab.locator("#sigmoid-comment").blur()
    marks = {name: marks for name, *marks in query(course, SCORES, "markdown")}
    assert marks["check-sigmoid"] == [0, 1.5]
    assert dict(query(course, COMMENTS, "markdown"))["sigmoid"] == "Nearly <b>there</b>."


def test_marks_of_a_person_survive_another_click(server, visit, course, command):
    """And they, with the comment, stand in the feedback."""
    page = visit(server)
    page.open(f"/formgrader/manage_submissions/{NAME}")
    page.tab.locator("#main-table tr", has_text="markdown").first.wait_for()
    row = page.tab.locator("#main-table tr").filter(
        has=page.tab.get_by_text("markdown", exact=True)
    )
    row.locator(".autograde a").click()
    page.tab.locator("#success-modal").wait_for(timeout=60_000)
    marks = {name: marks for name, *marks in query(course, SCORES, "markdown")}
    assert marks["check-sigmoid"] == [0, 1.5]
    command(course, "nbgrader", "generate_feedback", NAME, "--student", "markdown", "--force")
    feedback = course / "feedback" / "markdown" / NAME / f"{NAME}.html"
    text = feedback.read_text(encoding="utf-8")
    assert f"(Score: 1.5 / {sum(FULL.values())})" in text
    assert "Nearly &lt;b&gt;there&lt;/b&gt;." in text or "Nearly <b>there</b>." in text


def test_course_below_the_servers_folder(course, make_course, visit):
    """JupyterLab's menu opens formgrader with the course's path when the server runs above it."""
    with serving(course.parent, make_course.environment) as address:
        page = visit(address)
        page.open(f"/formgrader?path={course}")
        page.tab.locator("#main-table tr", has_text=NAME).wait_for()
        for student in ("outputs", "markdown"):
            page.open(f"/formgrader/submissions/{submissions(address)[student]}/")
            assert page.ran == []
            assert page.tab.locator(".nbgrader_cell").count() == 2 * len(FULL)
        page.open(f"/formgrader/manage_students/{quote(PEOPLE[0])}")
        assert page.tab.locator(".breadcrumb .active").inner_text() == PEOPLE[0]
        assert page.ran == []


def test_filters_of_a_server_above_the_course_are_its_own(course, make_course, visit, tmp_path):
    """nbgrader makes formgrader's exporter once: such a server needs the filters itself."""
    shipped = (course / "nbgrader_config.py").read_text(encoding="utf-8")
    start, end = shipped.index("c.HTMLExporter"), shipped.index("# What a submission may use")
    (tmp_path / "nbgrader_config.py").write_text("c = get_config()\n" + shipped[start:end])
    environment = {**make_course.environment, "JUPYTER_CONFIG_DIR": str(tmp_path)}
    with serving(course.parent, environment) as address:
        page = visit(address)
        page.open(f"/formgrader?path={course}")
        page.tab.locator("#main-table tr", has_text=NAME).wait_for()
        page.open(f"/formgrader/submissions/{submissions(address)['raw']}/")
        assert page.ran == []
        assert page.tab.locator(".nbgrader_cell").count() == 2 * len(FULL)
