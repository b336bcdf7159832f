"""The user's model against the design: what suits it, what does not, and the fix that is named."""

from __future__ import annotations

from textwrap import dedent

import pytest

from hornbook.design import SourceFile
from hornbook.errors import DesignError, UserCodeError
from hornbook.features import InputSpec, TargetFormat
from hornbook.metrics import PredictionType
from hornbook.training.model import OutputSpec, build_model
from hornbook.training.user_code import UserCode

MAIN = {"main": InputSpec("main", (4,), "float32", (), ())}

CODE = """
import keras
from keras import layers

def build_model(input_shapes, n_classes=None):
    main = keras.Input(shape=input_shapes["main"], name="main")
    x = layers.Dense(3, activation="relu")(main)
    output = {layer}(x)
    return keras.Model(main, output)

def compile_model(model):
    model.compile("adam", loss={loss})
    return model
"""


def build(tmp_path, code, kind=PredictionType.BINARY, n_classes=2, inputs=None):
    (tmp_path / "architecture.py").write_text(dedent(code))
    return build_model(
        UserCode(tmp_path),
        SourceFile.read(tmp_path / "architecture.py"),
        inputs or MAIN,
        kind if isinstance(kind, dict) else {"": OutputSpec(kind, n_classes)},
    )


def problems(tmp_path, code, kind=PredictionType.BINARY, n_classes=2, inputs=None):
    with pytest.raises(DesignError) as caught:
        build(tmp_path, code, kind, n_classes, inputs)
    return caught.value.problems


REGRESSION, BINARY, MULTICLASS, MULTILABEL = PredictionType


@pytest.mark.parametrize(
    ("kind", "n_classes", "layer", "loss", "expected"),
    [
        (REGRESSION, None, "layers.Dense(1)", '"mse"', TargetFormat.VALUES),
        (REGRESSION, None, "layers.Dense(1)", "keras.losses.Huber()", TargetFormat.VALUES),
        (BINARY, 2, 'layers.Dense(1, "sigmoid")', '"binary_crossentropy"', TargetFormat.VALUES),
        (BINARY, 2, 'layers.Dense(2, "softmax")', '"categorical_crossentropy"', "one_hot"),
        (BINARY, 2, 'layers.Dense(2, "softmax")', '["sparse_categorical_crossentropy"]', "codes"),
        (
            MULTICLASS,
            5,
            "layers.Dense(n_classes, 'softmax')",
            "keras.losses.SparseCategoricalCrossentropy()",
            TargetFormat.CODES,
        ),
        (MULTICLASS, 5, "layers.Dense(n_classes, 'softmax')", "lambda t, p: p", "one_hot"),
    ],
)
def test_targets_follow_the_last_layer_and_the_loss(
    tmp_path, kind, n_classes, layer, loss, expected
):
    model = build(tmp_path, CODE.format(layer=layer, loss=loss), kind, n_classes)
    assert model.layout.formats[""] == expected
    assert not model.warnings


@pytest.mark.parametrize(
    ("kind", "n_classes", "layer", "loss", "message", "fix"),
    [
        (REGRESSION, None, "layers.Dense(2)", '"mse"', "2 units, regression needs 1 unit", "(1)"),
        (REGRESSION, None, "layers.Dense(1, 'softmax')", '"mse"', "always gives 1", "Dense(1)"),
        (
            *(REGRESSION, None, "layers.Dense(1)", '"binary_crossentropy"'),
            *("is for classes", "mean_squared_error"),
        ),
        (BINARY, 2, "layers.Dense(3, 'softmax')", '"mse"', "3 units, binary needs", "sigmoid"),
        (BINARY, 2, "layers.Dense(1)", '"mse"', "gives no probabilities", "sigmoid"),
        (BINARY, 2, "layers.Dense(2, 'sigmoid')", '"mse"', "do not add up to 1", "softmax"),
        (
            *(BINARY, 2, "layers.Dense(1, 'sigmoid')", '"categorical_crossentropy"'),
            *("needs a unit for each class", "binary_crossentropy"),
        ),
        (
            *(BINARY, 2, "layers.Dense(1, 'sigmoid')"),
            *("keras.losses.BinaryCrossentropy(from_logits=True)", "takes logits", "Take"),
        ),
        (MULTICLASS, 5, "layers.Dense(4, 'softmax')", '"mse"', "needs 5 softmax", "n_classes"),
        (BINARY, 2, "layers.Reshape((3, 1))", '"mse"', "one row of numbers", "Flatten"),
        (BINARY, 2, "layers.Dense(1, 'sigmoid')", "None", "no loss", "model.compile"),
        (BINARY, 2, "layers.Dense(1, 'sigmoid')", '"binary"', "no loss 'binary'", "binary_cross"),
    ],
)
def test_what_does_not_suit_is_said_with_line_and_fix(
    tmp_path, kind, n_classes, layer, loss, message, fix
):
    found = problems(tmp_path, CODE.format(layer=layer, loss=loss), kind, n_classes)
    [problem] = [one for one in found if message in one.message]
    assert problem.file == "architecture.py"
    assert problem.line in (7, 8, 11)
    assert fix in problem.fix


def test_inputs_of_one_side_only_are_named_with_their_lines(tmp_path):
    good = CODE.format(layer='layers.Dense(1, "sigmoid")', loss='"mse"')
    [unknown] = problems(tmp_path, good.replace('name="main"', 'name="mian"'))
    assert "an input 'mian' that no feature fills" in unknown.message
    assert unknown.line == 6
    assert 'name="main"' in unknown.fix

    two = {**MAIN, "text": InputSpec("text", (2,), "float32", (), ())}
    [unused] = problems(tmp_path, good, inputs=two)
    assert "an input 'text' of shape (2,) that the model does not have" in unused.message

    [shape] = problems(tmp_path, good.replace('input_shapes["main"]', "(9,)"))
    assert "declared with shape (9,), the features fill it with shape (4,)" in shape.message


def test_an_input_without_a_name_is_told_to_take_one(tmp_path):
    code = CODE.format(layer='layers.Dense(1, "sigmoid")', loss='"mse"').replace(
        ', name="main"', ""
    )
    [problem] = problems(tmp_path, code)
    assert 'name="main"' in problem.fix


def test_two_outputs_are_refused(tmp_path):
    code = CODE.format(layer='layers.Dense(1, "sigmoid")', loss='["mse", "mse"]')
    [problem] = problems(tmp_path, code.replace("main, output", "main, [output, output]"))
    assert "2 outputs" in problem.message


def test_a_sequential_and_a_subclassed_model_are_fine(tmp_path):
    head = "import keras\nfrom keras import layers\n"
    sequential = head + (
        "def build_model(input_shapes):\n"
        "    return keras.Sequential([layers.Input(input_shapes['main'], name='main'),\n"
        "        layers.Dense(1, activation='sigmoid')])\n"
        "def compile_model(model):\n    model.compile('adam', 'mse')\n    return model\n"
    )
    assert build(tmp_path, sequential).layout.formats[""] is TargetFormat.VALUES
    subclassed = head + (
        "class Net(keras.Model):\n"
        "    def __init__(self):\n"
        "        super().__init__()\n"
        "        self.dense = layers.Dense(2, activation='softmax')\n"
        "    def call(self, inputs):\n"
        "        return self.dense(inputs['main'])\n"
        "def build_model(input_shapes, **others):\n"
        "    return Net()\n"
        "def compile_model(model):\n    model.compile('adam', 'mse')\n    return model\n"
    )
    assert build(tmp_path, subclassed).layout.formats[""] is TargetFormat.ONE_HOT


@pytest.mark.parametrize("function", ["build_model", "compile_model"])
def test_a_forgotten_return_is_named(tmp_path, function):
    code = CODE.format(layer='layers.Dense(1, "sigmoid")', loss='"mse"')
    forgotten = {"build_model": "return keras.Model(main, output)", "compile_model": "return model"}
    with pytest.raises(UserCodeError, match=f"{function} returned NoneType") as caught:
        build(tmp_path, code.replace(forgotten[function], "pass"))
    assert caught.value.fix == f"End {function} with: return model"


def test_an_int_as_a_shape_is_taken(tmp_path):
    from hornbook.backends import open_backend

    open_backend("jax")
    code = CODE.format(layer='layers.Dense(1, "sigmoid")', loss='"mse"')
    assert build(tmp_path, code.replace('input_shapes["main"]', "(4)"))


def test_regression_within_a_fixed_range_is_a_warning(tmp_path):
    code = CODE.format(layer='layers.Dense(1, "sigmoid")', loss='"mse"')
    [warning] = build(tmp_path, code, REGRESSION, None).warnings
    assert warning.severity == "warning"
    assert "fixed range" in warning.message


SEVERAL = """
import keras
from keras import layers


def build_model(input_shapes, n_classes=None):
    assert n_classes == {{"price": None, "kind": 3, "tags": 4}}
    x = keras.Input(shape=input_shapes["main"], name="main")
    price = layers.Dense(1, name="price")(x)
    kind = layers.Dense({units}, "softmax", name="kind")(x)
    tags = layers.Dense(4, "{activation}", name="tags")(x)
    return keras.Model(x, {outputs})


def compile_model(model):
    model.compile("adam", loss={loss})
    return model
"""
OUTPUTS = {
    "price": OutputSpec(REGRESSION, None),
    "kind": OutputSpec(MULTICLASS, 3),
    "tags": OutputSpec(MULTILABEL, 4),
}
LOSSES = {
    "price": "mse",
    "kind": "sparse_categorical_crossentropy",
    "tags": "binary_crossentropy",
}
AS_LIST = "[kind, price, tags]"


@pytest.mark.parametrize(
    ("outputs", "structure", "order"),
    [
        (AS_LIST, "list", ["kind", "price", "tags"]),
        ("dict(price=price, tags=tags, kind=kind)", "dict", ["price", "tags", "kind"]),
    ],
)
def test_several_outputs_are_known_by_their_names(tmp_path, outputs, structure, order):
    code = SEVERAL.format(outputs=outputs, loss=LOSSES, units=3, activation="sigmoid")
    model = build(tmp_path, code, OUTPUTS)
    assert not model.warnings
    assert model.layout.structure == structure
    assert sorted(model.layout.formats) == sorted(order)
    assert model.layout.formats["kind"] == "codes"
    assert model.layout.formats["tags"] == "labels"
    if structure == "list":
        assert list(model.layout.formats) == order


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"outputs": "[price, tags]"}, "are called 'price', 'tags', the design predicts 'price'"),
        ({"outputs": "price"}, "the model has one output, the design predicts 'price', 'kind'"),
        ({"units": 4}, "the last layer has 4 units, multiclass needs 3 softmax units"),
        ({"activation": "softmax"}, "softmax lets a row have one label only"),
        (
            {"loss": {"price": "mse", "kind": "mse"}},
            "compile_model gave the output 'tags' no loss",
        ),
        (
            {"loss": {**LOSSES, "tags": "categorical_crossentropy"}},
            "is for rows of one class each, the design predicts labels",
        ),
        ({"loss": {**LOSSES, "price": "mean_sqared_error"}}, "no loss 'mean_sqared_error'"),
        ({"loss": {**LOSSES, "price": "binary_crossentropy"}}, "the design predicts numbers"),
    ],
)
def test_each_output_is_held_against_the_design(tmp_path, changes, message):
    values = {"outputs": AS_LIST, "loss": LOSSES, "units": 3, "activation": "sigmoid"}
    found = problems(tmp_path, SEVERAL.format(**{**values, **changes}), OUTPUTS)
    assert any(message in problem.message for problem in found)
    assert all(problem.fix and problem.line for problem in found)


def test_two_outputs_for_one_target_name_both_ways_out(tmp_path):
    code = SEVERAL.format(outputs=AS_LIST, loss=LOSSES, units=3, activation="sigmoid")
    code = code.replace('assert n_classes == {"price": None, "kind": 3, "tags": 4}', "pass")
    (found,) = problems(tmp_path, code, BINARY)
    assert "has 3 outputs, one is expected" in found.message
    assert "[outputs.price]" in found.fix


@pytest.mark.parametrize(
    ("looked_up", "message", "fix"),
    [
        ('input_shapes["mian"]', "No feature fills an input 'mian'. Did you mean 'main'?", "send"),
        ('vocabulary_sizes["main"]', "'main' holds no whole numbers", "TokenizerProcessor"),
    ],
)
def test_looking_up_an_input_that_is_not_there_says_which_are(tmp_path, looked_up, message, fix):
    code = CODE.format(layer='layers.Dense(1, "sigmoid")', loss='"binary_crossentropy"')
    code = code.replace("n_classes=None", "n_classes=None, vocabulary_sizes=None")
    code = code.replace('input_shapes["main"]', looked_up)
    with pytest.raises(UserCodeError) as caught:
        build(tmp_path, code)
    assert message in caught.value.message
    assert fix in caught.value.fix
    assert (caught.value.file, caught.value.line) == ("architecture.py", 6)


def test_an_input_keeps_the_colon_in_its_name(tmp_path):
    code = CODE.format(layer="layers.Dense(1)", loss='"mse"').replace("main", "a:b")
    code = code.replace("a:b =", "given =").replace("(a:b)", "(given)").replace("(a:b,", "(given,")
    inputs = {"a:b": InputSpec("a:b", (4,), "float32", (), ())}
    assert build(tmp_path, code, REGRESSION, None, inputs).keras_model.inputs[0].name == "a:b"
