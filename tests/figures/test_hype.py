"""What the chapter "Hype and judgement" says of its figures is what they show."""

import re
from collections import Counter

import numpy as np
import pytest
from figures.asked import BOOK, at_start, numbers, questions

from dlcourse.figures import hype as figures

CHAPTER = "hype"
PAGE = (BOOK / "hype.md").read_text(encoding="utf-8")
BY_NAME = {forecast.name: forecast for forecast in figures.FORECASTS}


def test_the_figures_wait_where_their_questions_say():
    said = at_start(CHAPTER, "which-way-wrong").caption_at()
    assert said.startswith("Simon and Newell, 1958")
    assert said.endswith("within ten years. That is for 1968.")
    waiting = questions(CHAPTER)["data-after-imagenet"][1]["waiting"].strip('"')
    assert at_start(CHAPTER, "data-after-imagenet").caption_at().startswith(waiting)
    bill = at_start(CHAPTER, "the-bill-in-ten-years").caption_at()
    assert bill.startswith("After 2 years: computing for one training grows by the factor 16,")
    winners = at_start(CHAPTER, "winner-of-2012")
    waiting = questions(CHAPTER)["winner-of-2012"][1]["waiting"]
    shown, _ = winners.frame_at()[0].marks
    told = re.findall(r"In (\d+).*? of ([\d.]+) %, in (\d+) of ([\d.]+) %", waiting)[0]
    assert [*map(int, told[::2])] == shown.x[: shown.upto + 1].tolist() == [2010, 2011]
    assert [*map(float, told[1::2])] == [*(100 * shown.y[: shown.upto + 1]).round(1)]
    neuron = at_start(CHAPTER, "twice-the-input")
    assert neuron.caption_at().startswith("Input 1.5: 15 pulses")
    path, (first, *_) = figures.voltage(1.5)
    assert (np.diff(path[: round(first / figures.STEP)]) > 0).all()


# --- Forecasts ---


def test_nine_forecasts_and_how_they_came_out():
    due = [forecast for forecast in figures.FORECASTS if forecast.due <= figures.CHECKED]
    assert (len(figures.FORECASTS), len(due)) == (9, 7)
    verdicts = Counter(forecast.verdict for forecast in due)
    assert verdicts["too early"] + verdicts["not come"] == 5
    assert verdicts["in time"] == 2
    assert BY_NAME["chess by 1998"].due - BY_NAME["chess by 1998"].came == 1
    assert BY_NAME["Go in ten years"].due - BY_NAME["Go in ten years"].came == 8
    assert BY_NAME["Turing test"].verdict == "open"


def test_a_forecasts_year_is_said_and_the_term_that_its_words_give():
    terms = {forecast.name: forecast.due - forecast.said for forecast in figures.FORECASTS}
    assert terms["chess in ten years"] == terms["Go in ten years"] == 10
    assert terms["all human work"] == 20
    assert terms["AI solved"] == 30
    assert terms["Go in a century"] == 100
    assert terms["radiologists"] == 5
    assert terms["a million robotaxis"] == 1
    assert [f.said for f in figures.FORECASTS] == sorted(f.said for f in figures.FORECASTS)


def test_the_turing_test_is_for_2029():
    assert BY_NAME["Turing test"].due == 2029


def test_three_forecasts_are_left_for_the_section_on_what_is_hard_to_judge():
    told = {
        "chess in ten years", "all human work", "AI solved", "chess by 1998", "Go in a century",
        "Go in ten years",
    }  # fmt: skip
    left = sorted(BY_NAME.keys() - told)
    named = re.findall(r"^- \*(?:The |A million )?(.*?)\.\*", PAGE, re.MULTILINE)
    assert len(named) == len(left) == 3
    for name in named:
        (forecast,) = [each for each in left if each.lower().endswith(name.lower())]
        assert BY_NAME[forecast].came is None


def test_chess_took_39_years():
    chess = BY_NAME["chess in ten years"]
    assert chess.came - chess.said == 39


def test_the_caption_says_what_came_only_when_asked():
    explorer = figures.forecasts()
    assert "1997" not in explorer.caption_at(row=0, shown="said")
    assert "It came in 1997, 29 years after the date." in explorer.caption_at(row=0, shown="came")
    assert "8 years before the date" in explorer.caption_at(row=6, shown="came")
    assert "open" in explorer.caption_at(row=5, shown="came")
    assert "had not come" in explorer.caption_at(row=8, shown="came")


# --- The boom ---


def test_data_grew_faster_after_imagenet():
    size = {name: count for name, _, count in figures.DATA_SETS}
    assert size["ImageNet"] / size["postcode digits"] == pytest.approx(340, abs=5)
    assert size["LAION-5B"] / size["ImageNet"] == pytest.approx(1800, abs=30)
    year = {name: year for name, year, _ in figures.DATA_SETS}
    assert year["ImageNet"] - year["postcode digits"] == 20
    assert year["LAION-5B"] - year["ImageNet"] == 13
    assert (year["postcode digits"], size["postcode digits"]) == (1989, 9298)


def test_the_bill_of_ten_years():
    computing, dollar = (
        float(figures.growth(10, d)) for d in (figures.SINCE_2010, figures.PER_DOLLAR)
    )
    assert computing == 2**20
    assert round(dollar) == 17
    assert computing / dollar == pytest.approx(60_000, rel=0.05)
    computing, dollar = (
        float(figures.growth(2, d)) for d in (figures.SINCE_2010, figures.PER_DOLLAR)
    )
    assert computing == 16
    assert 1.7 < dollar < 2


def test_the_winners_leapt_in_2012():
    errors = {year: error for year, error, _ in figures.WINNERS}
    _, options, keys = questions(CHAPTER)["winner-of-2012"]
    assert keys == ["x", "> 20", "< 10", ""]
    assert float(options["number"]) == pytest.approx(100 * errors[2012])
    assert (errors[2010], errors[2011]) == (0.282, 0.258)
    steady = errors[2011] - (errors[2010] - errors[2011])
    assert 100 * steady > 20 > 100 * errors[2012]
    assert errors[2010] - errors[2011] == pytest.approx(0.02, abs=0.005)
    assert errors[2011] - errors[2012] == pytest.approx(0.09, abs=0.005)
    assert errors[2014] < 0.1 < errors[2013]
    assert round(100 * errors[2017], 1) == 2.3
    assert errors[2015] < figures.HUMAN < errors[2014]
    assert all("network" in what for year, _, what in figures.WINNERS if year >= 2012)
    assert not any("network" in what for year, _, what in figures.WINNERS if year < 2012)
    layers = {year: re.findall(r"\d+", what) for year, _, what in figures.WINNERS}
    assert [layers[year] for year in (2012, 2014, 2015)] == [["8"], ["22"], ["152"]]


# --- A neuron ---


@pytest.mark.parametrize("strength", figures.INPUTS)
def test_the_neuron_fires_at_the_rate_of_the_formula(strength):
    path, pulses = figures.voltage(strength)
    rate = figures.rate(np.array([strength]))[0]
    assert len(pulses) == pytest.approx(rate * figures.DURATION / 1000, abs=1.5)
    assert path.max() < 1  # reset before it is written down
    if strength < 1:
        assert rate == len(pulses) == 0
    elif len(pulses) > 1:
        np.testing.assert_allclose(np.diff(pulses), 1000 / rate, atol=0.25)


@pytest.mark.parametrize("strength", [s for s in figures.INPUTS if s > 1])
def test_the_neuron_rests_for_two_milliseconds_after_a_pulse(strength):
    path, pulses = figures.voltage(strength)
    assert figures.REST == 2
    resting = round(2 / figures.STEP)
    for pulse in np.round(pulses / figures.STEP).astype(int)[:-1]:
        assert not path[pulse : pulse + resting].any()
        assert path[pulse + resting + 1] > 0


def test_all_pulses_are_equally_high():
    heights = set()
    for strength in (s for s in figures.INPUTS if s > 1):
        _, _, pulses = figures.a_neuron_fires().frame_at(strength=strength)[0].marks
        assert len(pulses.end) == len(figures.voltage(strength)[1])
        heights |= {*(pulses.end - pulses.start)[:, 1]}
    assert len(heights) == 1


def test_twice_the_input_more_than_twice_the_pulses():
    before, after = figures.rate(np.array([1.5, 3.0]))
    assert (round(before), round(after)) == (77, 165)
    assert after > 2 * before


def test_the_rate_bends_and_stays_below_what_the_rest_allows():
    x = np.linspace(1.2, 50, 500)
    rates = figures.rate(x)
    assert (np.diff(rates) > 0).all()
    assert (np.diff(rates, 2) < 0).all()
    assert rates.max() < 1000 / figures.REST


def test_it_is_the_rest_that_bends_the_curve():
    x = np.linspace(2, 4, 50)  # a stretch where the leak alone hardly bends it
    with_rest = figures.rate(x)
    without = 1000 / (1000 / with_rest - figures.REST)
    slopes = [np.diff(rates) for rates in (with_rest, without)]
    left = [slope[-1] / slope[0] for slope in slopes]
    assert left[0] < 0.6 < 0.95 < left[1]


# --- Questions ---


def test_the_self_test_about_doublings():
    right, doublings, yearly = numbers(CHAPTER, "doublings-in-five-years")
    assert right == figures.growth(5, figures.SINCE_2010)
    assert (doublings, yearly) == (5 / figures.SINCE_2010, 2**5)


def test_every_number_of_a_figure_has_its_source_beside_it():
    named = re.findall(r"\{cite:[pt]\}`([^`]*)`", PAGE)
    cited = {key.partition("{")[0].strip() for keys in named for key in keys.split(",")}
    assert cited >= {
        "SimonNewell1958", "Campbell2002", "Simon1960", "Minsky1967", "Kurzweil1990",
        "Johnson1997", "Levinovitz2014", "Silver2017", "LongBet2002", "Mukherjee2017", "CNBC2019",
        "Fisher1936", "LeCun1989", "LeCunMNIST1998", "Deng2009", "Sun2017", "Schuhmann2022",
        "Sevilla2022", "Hobbhahn2022", "Russakovsky2015", "Hu2018", "HeResNet2015",
    }  # fmt: skip
