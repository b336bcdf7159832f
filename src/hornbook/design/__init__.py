"""The design of a task: its schema, its folder of files, first guesses and checks."""

from hornbook.design.architecture_template import architecture_template
from hornbook.design.check import (
    check_code,
    check_files,
    check_table,
    check_test_table,
    design_targets,
)
from hornbook.design.code_samples import ARCHITECTURE_SAMPLES, TRAINING_SAMPLES
from hornbook.design.creation import create_design
from hornbook.design.editing import (
    ChangedMeanwhileError,
    DesignFiles,
    SettingChange,
    edit_design,
    read_design_files,
)
from hornbook.design.flat import Setting, flat_settings
from hornbook.design.folder import (
    ARCHITECTURE_FILE,
    CUSTOM_SCORE_FILE,
    LIBRARY_FOLDER,
    TASK_FILE,
    TRAINING_FILE,
    DesignFolder,
)
from hornbook.design.guess import Guess, GuessedFeature, GuessedTarget, guess_design
from hornbook.design.sending import design_texts, write_design
from hornbook.design.source import SourceFile
from hornbook.design.task import TaskDesign
from hornbook.design.templates import (
    custom_score_template,
    task_template,
    text_template,
    training_template,
)

__all__ = [
    "ARCHITECTURE_FILE",
    "ARCHITECTURE_SAMPLES",
    "CUSTOM_SCORE_FILE",
    "LIBRARY_FOLDER",
    "TASK_FILE",
    "TRAINING_FILE",
    "TRAINING_SAMPLES",
    "ChangedMeanwhileError",
    "DesignFiles",
    "DesignFolder",
    "Guess",
    "GuessedFeature",
    "GuessedTarget",
    "Setting",
    "SettingChange",
    "SourceFile",
    "TaskDesign",
    "architecture_template",
    "check_code",
    "check_files",
    "check_table",
    "check_test_table",
    "create_design",
    "custom_score_template",
    "design_targets",
    "design_texts",
    "edit_design",
    "flat_settings",
    "guess_design",
    "read_design_files",
    "task_template",
    "text_template",
    "training_template",
    "write_design",
]
