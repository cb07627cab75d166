"""Details: what a node or an edge tells when it is clicked, in Python and in the browser."""

import numpy as np
import pytest
from explorers import explorer_gallery
from explorers.opened import opened

from dlcourse.explorers import Diagram, Edge, Node, network_diagram
from dlcourse.explorers.formulas import product_text, score_text, unit_text
from dlcourse.gates import XOR_NETWORK
from dlcourse.network import forward, network_from_weights

CHOSEN = ".dlx-part[aria-expanded=true]"


def test_a_formula_has_the_numbers_in_it():
    assert product_text(0.5, -1, 2) == "0.5·(−1)·2"
    assert score_text([0, -1, 2], [3, -4]) == "−1·3 + 2·(−4)"
    assert score_text([1.23456, 1], [0.98765]) == "1.23 + 1·0.988"
    assert unit_text("y", "f", [1, -2], [0.25], "0.50") == "y = f(1 − 2·0.25) = f(0.5) = 0.50"


def test_of_a_long_sum_one_sees_the_ends():
    assert score_text(range(9), range(1, 9)) == "1·1 + 2·2 + 3·3 + 4·4 + … + 8·8"


def test_a_network_tells_what_its_own_forward_pass_does():
    network = network_from_weights(XOR_NETWORK, "sigmoid")
    buffers = forward(network, [[0, 1]])
    hidden = buffers.X[1][0, 1:]
    output = 1 / (1 + np.exp(-buffers.scores[0]))
    drawn = network_diagram(
        network.W, [[0, 1], hidden, output], hidden=[["NAND", ""]], functions=["σ", "out"]
    )
    assert [node.detail for node in drawn.nodes] == [
        "",
        "x₁ = 0.00",
        "x₂ = 1.00",
        "",
        "NAND = σ(30 − 20·0 − 20·1) = σ(10) = 1.00",
        "h₂ = σ(−10 + 20·0 + 20·1) = σ(10) = 1.00",
        "y = out(−30 + 20·1 + 20·1) = out(10) = 1.00",
    ]
    assert [edge.detail for edge in drawn.edges[:3]] == [
        "Bias of NAND: 30",
        "From x₁ to NAND: −20·0 = 0",
        "From x₂ to NAND: −20·1 = −20",
    ]
    assert [node.label for node in drawn.nodes][3:6] == ["1", "NAND", ""]


def test_what_is_not_known_yet_tells_nothing():
    drawn = network_diagram([np.eye(2, 3), np.ones((1, 3))], [[1, 2], [3, np.nan], [np.nan]])
    assert [bool(node.detail) for node in drawn.nodes] == [0, 1, 1, 0, 1, 0, 0]
    assert [bool(edge.detail) for edge in drawn.edges] == [1] * 6 + [1, 1, 0]
    silent = network_diagram([np.eye(2, 3)])
    assert not any(part.detail for part in (*silent.nodes, *silent.edges))
    assert silent.texts() == {}, "the page gets nothing that it does not need"


def test_without_biases_the_edges_keep_their_details():
    drawn = network_diagram([[[5, 1, 2]]], [[3, 4], [16]], bias=False, numbers="d")
    assert [(e.source, e.weight, e.detail) for e in drawn.edges] == [
        (0, 1, "From x₁ to y: 1·3 = 3"),
        (1, 2, "From x₂ to y: 2·4 = 8"),
    ]
    assert drawn.nodes[2].detail == "y = f(5 + 1·3 + 2·4) = f(16) = 16"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"functions": ["σ"]}, "functions must have 2 entries, got 1"),
        ({"hidden": [["a"]]}, r"hidden\[0\] must have 2 entries, got 1"),
        ({"hidden": [["a", "b"]] * 2}, "hidden must have names for 1 layers, got 2"),
    ],
)
def test_a_wrong_argument_is_named(options, message):
    with pytest.raises(ValueError, match=message):
        network_diagram([np.eye(2, 3), np.ones((1, 3))], **options)


def test_details_stand_in_the_order_of_nodes_and_edges():
    drawn = Diagram([Node(0, 0, detail="a"), Node(1, 1)], [Edge(0, 1, detail="b")])
    assert drawn.texts() == {"details": ["a", "", "b"]}


# --- In the browser ---


@pytest.fixture
def clicked(browser, tmp_path):
    with opened(browser, tmp_path, explorer_gallery.diagrams(), reduced_motion="reduce") as page:
        yield page


def part(page, name):
    return page.get_by_role("button", name=name, exact=True)


def click(page, name, offset=(0, 0)):
    """Click where the part is drawn; the pointer finds it though its button lets it through."""
    box = part(page, name).bounding_box()
    page.mouse.click(
        box["x"] + box["width"] / 2 + offset[0], box["y"] + box["height"] / 2 + offset[1]
    )


def told(page):
    """What the open boxes say."""
    shown = page.locator(".dlx-detail").all_inner_texts()
    return [text.replace("\xa0", " ") for text in shown if text]


def test_a_click_on_a_node_or_an_edge_opens_its_formula_and_another_closes_it(clicked):
    before = clicked.locator("figcaption").bounding_box()
    click(clicked, "h₁")
    assert told(clicked) == ["h₁ = σ(−10 + 20·0 + 20·0) = σ(−10) = 4.5 × 10⁻⁵"]
    assert clicked.locator("figcaption").bounding_box() == before, "it lies over the drawing"
    click(clicked, "From x₂ to h₂", offset=(0, 8))
    assert told(clicked) == ["From x₂ to h₂: −20·0 = 0"]
    assert part(clicked, "From x₂ to h₂").get_attribute("aria-expanded") == "true"
    click(clicked, "From x₂ to h₂")
    assert told(clicked) == []
    click(clicked, "h₂")
    box = clicked.locator(".dlx-plot").first.bounding_box()
    clicked.mouse.click(box["x"] + 5, box["y"] + 5)  # where there is nothing
    assert told(clicked) == []
    click(clicked, "loss")
    assert told(clicked) == ["loss: step 4"]


def test_an_open_formula_follows_the_controls(clicked):
    click(clicked, "h₁")
    clicked.get_by_role("radiogroup", name="x₁").get_by_role("radio", name="1").check()
    clicked.locator(".dlx-detail", has_text="20·1 + 20·0) = σ(10) = 1").wait_for()
    clicked.wait_for_function(
        "document.querySelector('[aria-live]').textContent.endsWith('= σ(10) = 1')"
    )


def test_keys_and_a_screen_reader_reach_every_part(clicked):
    clicked.keyboard.press("Tab")
    focused = "document.activeElement.getAttribute('aria-label')"
    assert clicked.evaluate(focused) == "x₁", "the node of the bias has nothing to tell"
    names = ["x₁"]
    while len(names) < 2 or names[-1] != names[-2]:
        clicked.keyboard.press("ArrowRight")
        names.append(clicked.evaluate(focused))
    assert names[2:6] == ["h₁", "Bias of h₁", "From x₁ to h₁", "From x₂ to h₁"]
    assert len(names) == 1 + 5 + 9, "five units, nine edges, and the end twice"
    clicked.keyboard.press("Home")
    for _ in range(2):
        clicked.keyboard.press("ArrowDown")
    outline = "getComputedStyle(document.activeElement).outlineStyle"
    assert clicked.evaluate(outline) == "solid"
    clicked.keyboard.press("Enter")
    assert told(clicked) == ["h₁ = σ(−10 + 20·0 + 20·0) = σ(−10) = 4.5 × 10⁻⁵"]
    assert clicked.locator("[aria-live]").text_content() == told(clicked)[0]
    assert clicked.locator(CHOSEN).get_attribute("aria-label") == "h₁"
    clicked.keyboard.press("Escape")
    assert told(clicked) == []
    assert clicked.evaluate(focused) == "h₁"
    clicked.keyboard.press("Space")
    assert len(told(clicked)) == 1
    clicked.keyboard.press("Tab")
    assert clicked.evaluate(focused) == "x", "one stop a diagram: the next is the other one"


def test_nothing_of_it_is_printed(clicked):
    click(clicked, "h₁")
    clicked.emulate_media(media="print")
    assert not clicked.locator(".dlx-detail").first.is_visible()
    assert not part(clicked, "h₁").is_visible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_beside_an_open_formula(clicked, axe, theme):
    clicked.evaluate(f"document.documentElement.dataset.theme = '{theme}'")
    click(clicked, "h₂")
    clicked.evaluate(axe)
    found = clicked.evaluate("axe.run('.dlx').then((result) => result.violations)")
    assert [(rule["id"], rule["nodes"][0]["html"]) for rule in found] == []
