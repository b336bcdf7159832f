"""The user's model, made as a training makes it: in context, from the seed, sure to be kept."""

from __future__ import annotations

from collections.abc import Mapping

from hornbook.backends import set_seed
from hornbook.design import ARCHITECTURE_FILE, DesignFolder, SourceFile
from hornbook.features import InputSpec
from hornbook.training.context import TrainingContext, enter_training
from hornbook.training.loading import check_reloads
from hornbook.training.model import OutputSpec, UserModel, build_model
from hornbook.training.user_code import UserCode

__all__ = ["build_for_training"]


def build_for_training(
    design: DesignFolder,
    inputs: Mapping[str, InputSpec],
    n_classes: Mapping[str, int | None],
    code: UserCode,
    context: TrainingContext,
) -> UserModel:
    """Builds and compiles the model of a design.

    Args:
        design: whose model it is.
        inputs: what the features fill, by input name.
        n_classes: by output name.
        code: the user's functions.
        context: what they can ask about the training.

    Raises:
        UserCodeError: one of the user's functions failed.
        DesignError: the model does not suit the design, or could not be kept.
    """
    enter_training(context)
    set_seed(design.task.seed)
    source = SourceFile.read(design.path / ARCHITECTURE_FILE)
    outputs = {
        name: OutputSpec(target.type, n_classes[name])
        for name, target in design.task.targets.items()
    }
    user_model = build_model(code, source, inputs, outputs)
    check_reloads(user_model.keras_model, code, source)
    return user_model
