/** The sections of a design, and the tables of task.toml that each shows. */
export const SECTIONS = [
  { key: "target", label: "Target", roots: ["target", "outputs", "dataset"] },
  { key: "train-test", label: "Train / Test set", roots: ["split", "sampling", "test_sampling", "seed"] },
  { key: "metrics", label: "Metrics", roots: ["metrics", "weights", "calibration", "prediction_intervals"] },
  { key: "features", label: "Features handling", roots: ["features", "generation", "reduction"] },
  { key: "architecture", label: "Architecture", roots: [] },
  { key: "training", label: "Training", roots: ["training", "diagnostics"] },
  { key: "runtime", label: "Runtime environment", roots: ["runtime"] },
  { key: "files", label: "All settings", roots: [] },
] as const;
