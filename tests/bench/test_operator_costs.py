import json
from pathlib import Path

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter
from card import with_figures
from cuts import steps, write_cuts
from frame import COMMITTED as FRAME
from operator_costs import COMMITTED, CPU, operators_table
from saved import PAGE

from edge.settings.schema import ModelSettings
from edge.vision.interpreter import open_interpreter
from edge.vision.model_file import read_model_file

NETWORKS = [Path(path) for path in (ModelSettings().locator, ModelSettings().classifier)]


@pytest.fixture(scope="module")
def committed():
    return json.loads(COMMITTED.read_text())


def outputs(tflite):
    interpreter = open_interpreter(Interpreter, tflite, 1)
    details = interpreter.get_input_details()[0]
    picture = np.random.default_rng(1).integers(-128, 128, details["shape"], np.int8)
    interpreter.set_tensor(details["index"], picture)
    interpreter.invoke()
    return {detail["index"]: interpreter.get_tensor(detail["index"]) for detail in interpreter.get_output_details()}


def test_the_page_shows_the_committed_operators(committed):
    page = PAGE.read_text(encoding="utf-8")
    assert page == with_figures(page, [operators_table(committed).markdown()], by="operator_costs.py")


@pytest.mark.parametrize("model", NETWORKS, ids=lambda path: path.stem)
def test_the_committed_operators_are_those_of_the_shipped_network(committed, model):
    assert [(step.kind, step.output, step.multiply_adds) for step in steps(model)] == [
        (one["kind"], one["output"], one["multiply_adds"]) for one in committed[model.stem]
    ]


@pytest.mark.parametrize("model", NETWORKS, ids=lambda path: path.stem)
def test_the_operators_of_a_network_make_up_what_it_takes(committed, model):
    whole = json.loads(FRAME.read_text())["cpus"][CPU.name]["networks"][model.stem]
    assert sum(one["instructions"] for one in committed[model.stem]) == pytest.approx(whole, rel=0.01)


@pytest.mark.parametrize("model", NETWORKS, ids=lambda path: path.stem)
def test_the_longest_cut_is_the_network_itself(model, tmp_path):
    whole = outputs(read_model_file(model).tflite)
    cut = outputs((tmp_path / write_cuts(model, tmp_path)[-1]).read_bytes())
    assert cut.keys() == whole.keys()
    for index, values in whole.items():
        np.testing.assert_array_equal(cut[index], values)
